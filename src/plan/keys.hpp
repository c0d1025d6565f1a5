// What a recipe says about one task, as flat sorted pairs in canonical form: for reviews and for telling what changed.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "stimgen/plan.hpp"

namespace stimgen {

using KeyList = std::vector<std::pair<std::string, std::string>>;

// The entry's keys with their defaults, whatever their order and the spelling of numbers and units: ("rates.burst",
// "50 Hz"). Long lists are given by their digest.
KeyList canonical_keys(const Value& body, std::initializer_list<std::span<const FieldDoc>> tables);
// "50 Hz", "1.5 s": one value under a key of this FieldDoc type.
void append_canonical(const Value& value, const std::string& key, std::string_view type, KeyList& keys);

// Adds what the task has in common with others: the seeds of its streams and, where a window is not its own, the
// recipe's.
void add_shared_keys(const Recipe& recipe, Task& task);

// Finds the digests of what entries read. One column or file is digested once.
class InputDigests {
 public:
  // The columns asked for since the last call, and the streams they were drawn from.
  void add_columns(const NodePopulation& population, Task& task);

 private:
  std::map<std::pair<const NodePopulation*, std::string>, std::string> columns_;
};

// The files that the body names: csv, edges.
void add_files(const Value& body, Task& task);

}  // namespace stimgen
