// What a background or pattern asks for, node by node and group by group: the other side of what its file holds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stimgen/plan.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

struct TaskNodes {
  const NodePopulation* population = nullptr;
  NodeRates rates;                  // of a combination: a sum of functions for each group, and none for single nodes
  std::vector<std::string> labels;  // of the groups
  std::vector<std::uint32_t> group_of_node;         // of the rows of rates.node_ids
  std::vector<std::uint64_t> nodes;                 // of each group
  std::vector<double> expected_spikes;              // of each group
  std::vector<const RateDistribution*> drawn_from;  // of each group, as SourceGroups
  std::vector<std::uint32_t> group_of_function;     // of rates.functions
  std::vector<std::uint64_t> nodes_of_function;
  std::vector<double> expected_of_node;  // of the rows of rates.node_ids
  std::string process;                   // "poisson"
  Scatter scatter = Scatter::poisson;    // of that process; of a combination: the least regular of its parts
  const PointProcess* law = nullptr;     // that process; nullptr: of a combination
  std::string grouped_by;                // "pop_name", "assembly set 'thalamus_groups'", or empty

  TimeWindow window() const { return rates.window; }
  // The mean rate of a node of each group over a time window.
  std::vector<double> mean_rates_hz(TimeWindow window) const;
  // The shortest stretch of time over which a requested rate is constant or a straight line.
  double shortest_piece_ms() const;
};

// Requires: a background or pattern. It must not outlive the plan.
TaskNodes open_task_nodes(const Plan& plan, TaskIndex task);

// The made file of a task. Throws InputError that says how to make a missing one.
std::unique_ptr<SpikeReader> open_made_file(const Plan& plan, const Task& task);

// ---- what a combination asks for: the sum of what its parts do ------------------------------------------------------

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
