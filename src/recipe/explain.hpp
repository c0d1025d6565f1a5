// `stimgen explain KEY`: what a key, a section or a kind means, from the tables of the strict reader.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/schema.hpp"

namespace stimgen {

// Text for a terminal, ending in a line end. `key` is a key ("on_time", "rates.burst", "burst"), a key of one section
// ("patterns.on_time", "output.sort") or kind ("long.rates.burst"), a section ("patterns"), or a kind ("long",
// "patterns.long"). A key with several meanings gets them all. nullopt if there is no such key.
std::optional<std::string> explain(std::string_view key, const SchemaTables& tables);

// All keys, sections and kinds, shortest forms, sorted: what a mistyped one is compared with.
std::vector<std::string> explainable_keys(const SchemaTables& tables);

}  // namespace stimgen
