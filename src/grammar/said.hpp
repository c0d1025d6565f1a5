// Saying one declared value in canonical form.
#pragma once

#include "grammar/declared.hpp"

namespace stimgen {

// Appends all that `value` says, under `key` and "key.inner". Nothing at all says nothing.
void say(const Value& value, const Declared& what, const std::string& key, Said& said);
// In order, each once.
void sort_said(Said& said);

}  // namespace stimgen
