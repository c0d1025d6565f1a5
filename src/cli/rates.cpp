// `stimgen rates`: the rate functions of a task before any spike exists, as CSV and as a figure.
#include <algorithm>
#include <map>

#include "cli/format.hpp"
#include "cli/load.hpp"
#include "cli/rates_svg.hpp"
#include "cli/text_file.hpp"

namespace stimgen::cli {

namespace {

const Plan::SpikeInput& find_spike_input(const Plan& plan, std::string_view name) {
  const std::optional<TaskIndex> index = plan.index_of(name);
  if (index && plan.spike_inputs.contains(*index)) return plan.spike_inputs.at(*index);
  std::vector<std::string> known;
  for (const auto& [task, input] : plan.spike_inputs) known.push_back(plan.tasks[task].name);
  if (index) {
    throw InputError("recipe.no-rates",
                     fmt::format("'{}' is a task of kind {}, which has no rates of its own", name,
                                 task_kind_name(plan.tasks[*index].kind)),
                     fmt::format("tasks with rates: {}", fmt::join(known, ", ")));
  }
  throw unknown_task(plan, std::string(name), known);
}

const std::string& group_label(const Plan& plan, const Plan::SpikeInput& input, std::size_t group) {
  return plan.assembly_sets.at(input.pattern->assemblies).groups[group].label;
}

void print_pattern(const Plan& plan, const Plan::SpikeInput& input, Terminal& terminal) {
  terminal.out("group,label,subgroup,time_ms,rate_hz\n");
  for (const GroupRate& part : input.group_rates) {
    const std::string prefix = fmt::format("{},{},{},", part.group, csv_field(group_label(plan, input, part.group)),
                                           part.subgroup ? std::to_string(*part.subgroup) : "");
    for (const RateVertex& vertex : part.rate.vertices()) {
      terminal.out(fmt::format("{}{},{}\n", prefix, format_number(vertex.time_ms), format_number(vertex.rate_hz)));
    }
  }
}

void print_background(const Background& background, const BackgroundRates& rates, Terminal& terminal) {
  terminal.out("node_id,group,rate_hz\n");
  for (std::size_t i = 0; i < rates.node_ids.size(); ++i) {
    terminal.out(fmt::format("{},{},{}\n", rates.node_ids[i], csv_field(background.groups[rates.groups[i]].label),
                             format_number(rates.rates_hz[i])));
  }
}

// The average of sub-groups weighted by their nodes. Between neighbouring vertices every part is linear, so its value
// just before the end of such a stretch follows from those at its start and middle.
std::vector<RateVertex> mean_of(const std::vector<const GroupRate*>& parts) {
  std::vector<double> times;
  double nodes = 0;
  for (const GroupRate* part : parts) {
    nodes += static_cast<double>(part->node_ids.size());
    for (const RateVertex& vertex : part->rate.vertices()) times.push_back(vertex.time_ms);
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  const auto mean_at = [&](double time_ms) {
    double sum = 0;
    for (const GroupRate* part : parts) sum += part->rate.rate_at(time_ms) * static_cast<double>(part->node_ids.size());
    return nodes > 0 ? sum / nodes : 0.0;
  };
  std::vector<RateVertex> mean;
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    const double start = mean_at(times[i]);
    const double middle = mean_at((times[i] + times[i + 1]) / 2);
    mean.push_back({times[i], start});
    mean.push_back({times[i + 1], std::max(0.0, 2 * middle - start)});
  }
  return mean;
}

std::string draw_pattern(const Plan& plan, const Plan::SpikeInput& input) {
  std::map<std::size_t, std::vector<const GroupRate*>> parts_of_group;
  for (const GroupRate& part : input.group_rates) parts_of_group[part.group].push_back(&part);
  std::vector<RatePanel> panels;
  for (const auto& [group, parts] : parts_of_group) {
    std::size_t nodes = 0;
    for (const GroupRate* part : parts) nodes += part->node_ids.size();
    RatePanel panel;
    panel.label = fmt::format("{} ({} nodes)", group_label(plan, input, group), nodes);
    if (parts.size() == 1) {
      panel.mean = parts.front()->rate.vertices();
    } else {
      panel.label += fmt::format(": mean of {} sub-groups", parts.size());
      panel.mean = mean_of(parts);
      for (const GroupRate* part : parts) panel.parts.push_back(part->rate.vertices());
    }
    panels.push_back(std::move(panel));
  }
  return draw_rates(input.pattern->name, fmt::format("pattern {}", input.pattern->kind->info.name), input.window,
                    panels);
}

std::string draw_background(const Background& background, const BackgroundRates& rates) {
  std::vector<HistogramPanel> panels(background.groups.size());
  for (std::size_t i = 0; i < rates.node_ids.size(); ++i) panels[rates.groups[i]].rates_hz.push_back(rates.rates_hz[i]);
  for (std::size_t group = 0; group < panels.size(); ++group) {
    double sum = 0;
    for (const double rate : panels[group].rates_hz) sum += rate;
    const std::size_t nodes = panels[group].rates_hz.size();
    panels[group].label = fmt::format("{} ({} nodes, mean {} Hz)", background.groups[group].label, nodes,
                                      nodes == 0 ? "-" : format_rounded(sum / static_cast<double>(nodes), 3));
  }
  return draw_histograms(background.name, panels);
}

int run_rates(const Arguments& arguments, Terminal& terminal) {
  const Plan& plan = load_plan(arguments, terminal, Warnings::left_out);
  const Plan::SpikeInput& input = find_spike_input(plan, arguments.text("TASK"));
  std::string figure;
  if (input.background != nullptr) {
    const BackgroundRates rates = draw_background_rates(*input.background, input.rate_key);
    if (arguments.has("svg")) {
      figure = draw_background(*input.background, rates);
    } else {
      print_background(*input.background, rates, terminal);
    }
  } else if (arguments.has("svg")) {
    figure = draw_pattern(plan, input);
  } else {
    print_pattern(plan, input, terminal);
  }
  if (arguments.has("svg")) {
    write_text_file(arguments.text("svg"), figure);
    terminal.out(escaped(arguments.text("svg")) + "\n");
  }
  return 0;
}

constexpr Positional kPositionals[] = {
    {"RECIPE", Presence::required, "the recipe, a YAML file"},
    {"TASK", Presence::required, "the name of a pattern or background"},
};
constexpr Option kOptions[] = {
    {"svg", 0, Words::one, "FILE", "draw them into this file instead, and print its name"},
};

}  // namespace

extern const Command kRates;
constinit const Command kRates{
    .name = "rates",
    .summary = "print or draw the rates of a task before any spike exists",
    .example = "stimgen rates recipe.yaml long > long.csv\nstimgen rates recipe.yaml long --svg long.svg",
    .positionals = kPositionals,
    .options = kOptions,
    .reads_recipe = true,
    .run = run_rates};

}  // namespace stimgen::cli
