// Sums of rate functions, by group: every part adds each of its functions once for each group it reaches.
#include "stimgen/task_nodes.hpp"

#include <algorithm>
#include <map>

#include "base/node_index.hpp"

namespace stimgen {

namespace {

void add_parts(const Plan& plan, TaskIndex combination, const std::string& population, CombinedParts& found) {
  for (const CombineSource& source : plan.tasks[combination].combined()->sources) {
    if (!source.task) {
      const bool taken = source.population.empty() || source.population == population;
      if (taken && find_population(*open_spike_file(source.file, {.only = source.population}), population) != nullptr) {
        found.recorded.push_back(source.file.filename().string());
      }
      continue;
    }
    const std::vector<std::string>& fed = plan.tasks[*source.task].populations;
    if (std::find(fed.begin(), fed.end(), population) == fed.end()) continue;
    if (plan.tasks[*source.task].sampled() != nullptr) {
      found.tasks.push_back(*source.task);
    } else {
      add_parts(plan, *source.task, population, found);
    }
  }
}

// Adds one part to the sums.
class Adder {
 public:
  explicit Adder(TaskNodes& sum) : sum_(sum), index_(sum.rates.node_ids) {}

  void add(const TaskNodes& part) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> nodes_of;  // by function and group
    std::vector<double> constant_hz(sum_.labels.size(), 0.0);                   // summed over the nodes of each group
    for (std::size_t i = 0; i < part.rates.size(); ++i) {
      const std::size_t row = index_.row_of(part.rates.node_ids[i]);
      if (row == index_.size()) continue;
      const double expected = part.rates.expected_spikes(i);
      const std::uint32_t group = sum_.group_of_node[row];
      sum_.expected_of_node[row] += expected;
      sum_.expected_spikes[group] += expected;
      if (part.rates.functions.empty()) {
        constant_hz[group] += part.rates.constant_hz[i];
      } else {
        ++nodes_of[{part.rates.function_of_node[i], group}];
      }
    }
    for (const auto& [where, nodes] : nodes_of) {
      append(part.rates.functions[where.first], where.second, nodes);
    }
    for (std::uint32_t group = 0; part.rates.functions.empty() && group < constant_hz.size(); ++group) {
      append(constant_rate(constant_hz[group], part.window()), group, 1);
    }
  }

 private:
  void append(RateFunction function, std::uint32_t group, std::uint64_t nodes) {
    sum_.rates.functions.push_back(std::move(function));
    sum_.group_of_function.push_back(group);
    sum_.nodes_of_function.push_back(nodes);
  }

  TaskNodes& sum_;
  NodeIndex index_;
};

}  // namespace

CombinedParts find_parts(const Plan& plan, TaskIndex combination, const std::string& population) {
  CombinedParts found;
  add_parts(plan, combination, population, found);
  if (!found.recorded.empty()) return found;
  for (const TaskIndex task : found.tasks) {
    const TimeWindow& own = plan.tasks[task].sampled()->window;
    if (!found.window) found.window = own;
    found.window =
        TimeWindow{std::min(found.window->start_ms, own.start_ms), std::max(found.window->stop_ms, own.stop_ms)};
  }
  return found;
}

TaskNodes open_combined_nodes(const Plan& plan, const CombinedParts& parts, const NodePopulation& population,
                              const std::vector<std::uint32_t>& group_of_node, const std::vector<std::string>& labels) {
  TaskNodes sum;
  sum.population = &population;
  sum.rates.window = *parts.window;
  sum.rates.node_ids = NodeIds::of(population.node_ids());
  sum.labels = labels.empty() ? std::vector<std::string>{population.name()} : labels;
  sum.group_of_node = group_of_node;
  sum.group_of_node.resize(population.size(), 0);
  sum.nodes.assign(sum.labels.size(), 0);
  for (const std::uint32_t group : sum.group_of_node) ++sum.nodes[group];
  sum.expected_spikes.assign(sum.labels.size(), 0.0);
  sum.drawn_from.assign(sum.labels.size(), nullptr);
  sum.expected_of_node.assign(population.size(), 0.0);
  Adder adder(sum);
  for (const TaskIndex task : parts.tasks) {
    const TaskNodes nodes = open_task_nodes(plan, task);
    adder.add(nodes);
    sum.scatter = std::max(sum.scatter, nodes.scatter);
    sum.process = sum.process.empty() || sum.process == nodes.process ? nodes.process : "mixed";
  }
  return sum;
}

}  // namespace stimgen
