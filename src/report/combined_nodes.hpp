// What a combination asks for: the sum of what its parts do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/task_nodes.hpp"

namespace stimgen {

// The parts of a combination that feed one population, combinations among them taken apart.
struct CombinedParts {
  std::vector<TaskIndex> tasks;       // backgrounds and patterns
  std::vector<std::string> recorded;  // files that no task makes: nothing is known of their rates
  std::optional<TimeWindow> window;   // of all tasks; absent if something recorded is among the parts
};
// Errors: those of the reader of a recorded file.
CombinedParts find_parts(const Plan& plan, TaskIndex combination, const std::string& population);

// The sum over parts for nodes in the groups given (empty: all are one). Requires: a window.
TaskNodes open_combined_nodes(const Plan& plan, const CombinedParts& parts, const NodePopulation& population,
                              const std::vector<std::uint32_t>& group_of_node, const std::vector<std::string>& labels);

}  // namespace stimgen
