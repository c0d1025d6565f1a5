// `stimgen rates`: the rate functions of a task before any spike exists, as CSV and as a figure.
#include <algorithm>
#include <map>

#include "cli/format.hpp"
#include "cli/load.hpp"
#include "cli/rates_svg.hpp"
#include "cli/text_file.hpp"

namespace stimgen::cli {

namespace {

const Task& find_task_with_rates(const Plan& plan, std::string_view name) {
  const Task* const found = plan.find(name);
  if (found != nullptr && found->sampled() != nullptr) return *found;
  std::vector<std::string> known;
  for (const Task& task : plan.tasks) {
    if (task.sampled() != nullptr) known.push_back(task.name);
  }
  if (found != nullptr) {
    throw InputError(
        "recipe.no-rates",
        fmt::format("'{}' is a task of kind {}, which has no rates of its own", name, task_kind_name(found->kind)),
        fmt::format("tasks with rates: {}", fmt::join(known, ", ")));
  }
  throw unknown_task(plan, std::string(name), known);
}

// A task's rates beside its groups.
struct GroupedRates {
  explicit GroupedRates(const SampledSource& source) : rates(source.node_rates()), groups(source.groups()) {}

  NodeRates rates;
  SourceGroups groups;
};

void print_functions(const GroupedRates& task, Terminal& terminal) {
  terminal.out("group,label,subgroup,time_ms,rate_hz\n");
  for (std::size_t i = 0; i < task.rates.functions.size(); ++i) {
    const SourceGroups::Function& part = task.groups.of_function[i];
    const std::uint32_t group = task.rates.group_of_function[i];
    const std::string prefix = fmt::format("{},{},{},", group, csv_field(task.groups.labels[group]),
                                           part.subgroup ? std::to_string(*part.subgroup) : "");
    for (const RateVertex& vertex : task.rates.functions[i].vertices()) {
      terminal.out(fmt::format("{}{},{}\n", prefix, format_number(vertex.time_ms), format_number(vertex.rate_hz)));
    }
  }
}

void print_constants(const GroupedRates& task, Terminal& terminal) {
  terminal.out("node_id,group,rate_hz\n");
  for (std::size_t i = 0; i < task.rates.size(); ++i) {
    terminal.out(fmt::format("{},{},{}\n", task.rates.node_ids[i],
                             csv_field(task.groups.labels[task.rates.group_of_node[i]]),
                             format_number(task.rates.constant_hz[i])));
  }
}

// A rate function and how many nodes have it.
struct SharedRate {
  const RateFunction* function = nullptr;
  std::uint64_t nodes = 0;
};

// The average of sub-groups weighted by their nodes. Between neighbouring vertices every part is linear, so its value
// just before the end of such a stretch follows from those at its start and middle.
std::vector<RateVertex> mean_of(const std::vector<SharedRate>& parts) {
  std::vector<double> times;
  double nodes = 0;
  for (const SharedRate& part : parts) {
    nodes += static_cast<double>(part.nodes);
    for (const RateVertex& vertex : part.function->vertices()) times.push_back(vertex.time_ms);
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  const auto mean_at = [&](double time_ms) {
    double sum = 0;
    for (const SharedRate& part : parts) sum += part.function->rate_at(time_ms) * static_cast<double>(part.nodes);
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

std::string draw_functions(const std::string& name, const std::string& kind, const GroupedRates& task) {
  std::map<std::size_t, std::vector<SharedRate>> parts_of_group;
  for (std::size_t i = 0; i < task.rates.functions.size(); ++i) {
    const SourceGroups::Function& part = task.groups.of_function[i];
    parts_of_group[task.rates.group_of_function[i]].push_back({&task.rates.functions[i], part.nodes});
  }
  std::vector<RatePanel> panels;
  for (const auto& [group, parts] : parts_of_group) {
    std::uint64_t nodes = 0;
    for (const SharedRate& part : parts) nodes += part.nodes;
    RatePanel panel;
    panel.label = fmt::format("{} ({} nodes)", task.groups.labels[group], nodes);
    if (parts.size() == 1) {
      panel.mean = parts.front().function->vertices();
    } else {
      panel.label += fmt::format(": mean of {} sub-groups", parts.size());
      panel.mean = mean_of(parts);
      for (const SharedRate& part : parts) panel.parts.push_back(part.function->vertices());
    }
    panels.push_back(std::move(panel));
  }
  return draw_rates(name, kind, task.rates.window, panels);
}

std::string draw_constants(const std::string& name, const std::string& kind, const GroupedRates& task) {
  std::vector<HistogramPanel> panels(task.groups.labels.size());
  for (std::size_t i = 0; i < task.rates.size(); ++i) {
    panels[task.rates.group_of_node[i]].rates_hz.push_back(task.rates.constant_hz[i]);
  }
  for (std::size_t group = 0; group < panels.size(); ++group) {
    double sum = 0;
    for (const double rate : panels[group].rates_hz) sum += rate;
    const std::size_t nodes = panels[group].rates_hz.size();
    panels[group].label = fmt::format("{} ({} nodes, mean {} Hz)", task.groups.labels[group], nodes,
                                      nodes == 0 ? "-" : format_rounded(sum / static_cast<double>(nodes), 3));
  }
  return draw_histograms(name, kind, panels);
}

int run_rates(const Arguments& arguments, Terminal& terminal) {
  const Plan& plan = load_plan(arguments, terminal, Warnings::left_out);
  const Task& task = find_task_with_rates(plan, arguments.text("TASK"));
  const GroupedRates rates(*task.sampled());
  const bool constant = rates.rates.functions.empty();
  if (arguments.has("svg")) {
    const std::string kind = task.source->kind();
    write_text_file(arguments.text("svg"),
                    constant ? draw_constants(task.name, kind, rates) : draw_functions(task.name, kind, rates));
    terminal.out(escaped(arguments.text("svg")) + "\n");
  } else if (constant) {
    print_constants(rates, terminal);
  } else {
    print_functions(rates, terminal);
  }
  return 0;
}

constexpr Positional kRatesPositionals[] = {
    {"RECIPE", Presence::required, "the recipe, a YAML file"},
    {"TASK", Presence::required, "the name of a pattern or background"},
};
constexpr Option kRatesOptions[] = {
    {"svg", 0, Words::one, "FILE", "draw them into this file instead, and print its name"},
};

}  // namespace

extern const Command kRates;
constinit const Command kRates{
    .name = "rates",
    .summary = "print or draw the rates of a task before any spike exists",
    .example = "stimgen rates recipe.yaml long > long.csv\nstimgen rates recipe.yaml long --svg long.svg",
    .positionals = kRatesPositionals,
    .options = kRatesOptions,
    .reads_recipe = true,
    .run = run_rates};

}  // namespace stimgen::cli
