// Numbers and text in one form each.
#pragma once

#include "stimgen/grammar.hpp"

namespace stimgen {

// One text for one value: "4", "4.0", "1000.0"; a text that would read as a number stands in quotes.
// Requires: value.is_scalar().
std::string canonical_literal(const Value& value);

// The text, or in quotes with escapes if it has marks that canonical forms use themselves.
std::string canonical_text(std::string_view text);

}  // namespace stimgen
