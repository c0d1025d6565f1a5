// Groups of a task: those of its background, or the assemblies its pattern drives.
#include "stimgen/task_nodes.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace stimgen {

namespace {

void add_background_groups(const Plan::SpikeInput& input, TaskNodes& nodes) {
  for (const BackgroundGroup& group : input.background->groups) {
    nodes.labels.push_back(group.label);
    nodes.asked.push_back(group.listed_hz.empty() ? &group : nullptr);
  }
  nodes.group_of_node = draw_background_rates(*input.background, input.rate_key).groups;
  if (const Value* by = input.background->body.find("group_by")) nodes.grouped_by = by->text;
}

void add_pattern_groups(const Plan& plan, const Plan::SpikeInput& input, TaskNodes& nodes) {
  for (const Assembly& group : plan.assembly_sets.at(input.pattern->assemblies).groups) {
    nodes.labels.push_back(group.label);
  }
  nodes.asked.assign(nodes.labels.size(), nullptr);
  for (const std::uint32_t function : nodes.rates.function_of_node) {
    nodes.group_of_node.push_back(static_cast<std::uint32_t>(input.group_rates[function].group));
  }
  for (const GroupRate& part : input.group_rates) {
    nodes.group_of_function.push_back(static_cast<std::uint32_t>(part.group));
    nodes.nodes_of_function.push_back(part.node_ids.size());
  }
  nodes.grouped_by = fmt::format("assembly set '{}'", input.pattern->assemblies);
}

}  // namespace

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

double TaskNodes::peak_hz() const {
  double peak = 0;
  for (const RateFunction& function : rates.functions) peak = std::max(peak, function.peak_hz());
  for (const double rate : rates.constant_hz) peak = std::max(peak, rate);
  return peak;
}

TaskNodes open_task_nodes(const Plan& plan, TaskIndex task) {
  const Plan::SpikeInput& input = plan.spike_inputs.at(task);
  TaskNodes nodes;
  nodes.population = input.population;
  nodes.rates = make_node_rates(input);
  if (input.background) {
    add_background_groups(input, nodes);
  } else {
    add_pattern_groups(plan, input, nodes);
  }
  nodes.nodes.assign(nodes.labels.size(), 0);
  nodes.expected_spikes.assign(nodes.labels.size(), 0.0);
  for (std::size_t row = 0; row < nodes.rates.size(); ++row) {
    ++nodes.nodes[nodes.group_of_node[row]];
    nodes.expected_of_node.push_back(nodes.rates.expected_spikes(row));
    nodes.expected_spikes[nodes.group_of_node[row]] += nodes.expected_of_node.back();
  }
  nodes.scatter = input.process->scatter();
  nodes.process = input.process_kind->info.name;
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
