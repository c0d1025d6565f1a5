// Blocks of the lock as JSON, which the record in a spike file shares.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "stimgen/audit.hpp"

namespace stimgen {

// Keys sorted.
using SortedJson = nlohmann::json;

SortedJson to_json(const Lock& lock);
// What an entry with these words says of itself: the first 16 digits of BLAKE3 over its JSON without the seal.
std::string seal_of(const LockedTask& task);
// `where` begins the messages: "stimgen.lock". Errors: InputError.
Lock lock_from_json(const SortedJson& json, const std::string& where);
// With a line end. Text that is not UTF-8 cannot occur in a recipe.
std::string to_text(const SortedJson& json);

}  // namespace stimgen
