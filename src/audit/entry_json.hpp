// Blocks of the lock as JSON, which the record in a spike file shares.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "audit/located_json.hpp"
#include "stimgen/audit.hpp"

namespace stimgen {

SortedJson to_json(const Lock& lock);
// What an entry with these words says of itself: the first 16 digits of BLAKE3 over its JSON without the seal.
std::string seal_of(const LockedTask& task);
std::string seal_of(const SortedJson& unsealed);

// Where a block was read, for messages.
struct BlockOrigin {
  // "stimgen.lock:12:5", by the keys that lead from the block to what is wrong.
  std::function<std::string(const std::vector<std::string>&)> place;
  std::string remedy;
  bool outline = false;  // null stands for what was left out
  bool record = false;   // a record has more in it than the block
};
// Reading is strict. Errors: InputError.
Lock lock_from_json(const SortedJson& json, const BlockOrigin& origin);
// With a line end. Text that is not UTF-8 cannot occur in a recipe.
std::string to_text(const SortedJson& json);

}  // namespace stimgen
