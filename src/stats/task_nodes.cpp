// Groups of a task, and sums over their nodes.
#include "stimgen/task_nodes.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace stimgen {

std::vector<double> TaskNodes::mean_rates_hz(TimeWindow window) const {
  std::vector<double> intensity(labels.size(), 0.0);
  if (rates.functions.empty()) {
    const double overlap_ms = std::max(
        0.0, std::min(window.stop_ms, rates.window.stop_ms) - std::max(window.start_ms, rates.window.start_ms));
    const double share = rates.window.duration_ms() > 0 ? overlap_ms / rates.window.duration_ms() : 0;
    for (std::size_t group = 0; group < labels.size(); ++group) intensity[group] = expected_spikes[group] * share;
  }
  for (std::size_t i = 0; i < rates.functions.size(); ++i) {
    intensity[group_of_function[i]] +=
        static_cast<double>(nodes_of_function[i]) * (rates.functions[i].cumulative_intensity_at(window.stop_ms) -
                                                     rates.functions[i].cumulative_intensity_at(window.start_ms));
  }
  for (std::size_t group = 0; group < labels.size(); ++group) {
    const double per_hz = stimgen::expected_spikes(static_cast<double>(nodes[group]), window.duration_ms());
    intensity[group] = per_hz > 0 ? intensity[group] / per_hz : 0;
  }
  return intensity;
}

double TaskNodes::shortest_piece_ms() const {
  double shortest_ms = window().duration_ms();
  for (const RateFunction& function : rates.functions) {
    for (std::size_t i = 0; i < function.segments().size(); ++i) {
      shortest_ms = std::min(shortest_ms, function.segment_stop_ms(i) - function.segments()[i].start_ms);
    }
  }
  return shortest_ms;
}

TaskNodes open_task_nodes(const Plan& plan, TaskIndex task) {
  const SampledSource& source = *plan.tasks[task].sampled();
  SourceGroups groups = source.groups();
  TaskNodes nodes;
  nodes.population = source.population;
  nodes.rates = source.node_rates();
  nodes.labels = std::move(groups.labels);
  for (std::size_t row = 0; row < nodes.rates.size(); ++row) {
    nodes.group_of_node.push_back(nodes.rates.train_rates().group_of(row));
  }
  nodes.drawn_from = std::move(groups.drawn_from);
  nodes.grouped_by = std::move(groups.by);
  nodes.group_of_function = nodes.rates.group_of_function;
  for (const SourceGroups::Function& function : groups.of_function) nodes.nodes_of_function.push_back(function.nodes);
  nodes.nodes.assign(nodes.labels.size(), 0);
  nodes.expected_spikes.assign(nodes.labels.size(), 0.0);
  for (std::size_t row = 0; row < nodes.rates.size(); ++row) {
    ++nodes.nodes[nodes.group_of_node[row]];
    nodes.expected_of_node.push_back(nodes.rates.expected_spikes(row));
    nodes.expected_spikes[nodes.group_of_node[row]] += nodes.expected_of_node.back();
  }
  nodes.scatter = source.process->scatter();
  nodes.process = source.process_kind->info.name;
  nodes.law = source.process.get();
  return nodes;
}

std::unique_ptr<SpikeReader> open_made_file(const Plan& plan, const Task& task) {
  const std::filesystem::path path = plan.output_path(task);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw InputError("stats.not-made",
                     fmt::format("{}: there is no such file: task '{}' has not been run", path.string(), task.name),
                     fmt::format("stimgen run {}", plan.recipe.path.string()));
  }
  return open_spike_file(path);
}

}  // namespace stimgen
