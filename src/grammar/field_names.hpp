// Dotted field names: the keys of nested mappings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stimgen/kind.hpp"

namespace stimgen {

// "burst" of "rates.burst".
std::string_view last_component(std::string_view name);
// "rates: {burst: …}" for "rates.burst" and the value "…".
std::string nested_spelling(std::string_view name, std::string_view value = "…");
// The keys that may stand in the mapping of `prefix` (empty, or "rates."), each once, in order.
std::vector<std::string> keys_under(const std::vector<FieldDoc>& docs, std::string_view prefix);

}  // namespace stimgen
