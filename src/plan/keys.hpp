// What tasks have in common with others in their keys, and the digests of what they read.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stimgen/plan.hpp"

namespace stimgen {

using KeyList = std::vector<std::pair<std::string, std::string>>;

// Adds what the task has in common with others: the seeds of its streams and, where a window is not its own, the
// recipe's.
void add_shared_keys(const Recipe& recipe, Task& task);

// Adds the files that say which nodes are in the set that the task names, if it names one. Requires: its keys.
void add_node_set_files(const Network& network, Task& task);

// Finds the digests of what entries read. One column or file is digested once.
class InputDigests {
 public:
  // The columns asked for since the last call, and the streams they were drawn from.
  void add_columns(const NodePopulation& population, Task& task);

 private:
  std::map<std::pair<const NodePopulation*, std::string>, std::string> columns_;
};

}  // namespace stimgen
