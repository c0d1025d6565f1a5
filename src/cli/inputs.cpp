// `stimgen inputs`: the `inputs` block of a SONATA simulation config that plays the files of a recipe.
#include <map>
#include <set>

#include "cli/format.hpp"
#include "cli/load.hpp"

namespace stimgen::cli {

namespace {

// The tasks asked for; without names those that no combination takes, since the combination stands for them.
std::vector<TaskIndex> tasks_to_play(const Plan& plan, const std::vector<std::string>& names) {
  std::vector<TaskIndex> tasks;
  if (!names.empty()) {
    Diagnostics diagnostics;
    for (const std::string& name : names) {
      const std::optional<TaskIndex> index = plan.index_of(name);
      if (index && plan.tasks[*index].makes_file()) {
        if (std::find(tasks.begin(), tasks.end(), *index) == tasks.end()) tasks.push_back(*index);
      } else if (index) {
        diagnostics.error({}, "recipe.no-spike-file", fmt::format("'{}' is a task that makes no spike file", name));
      } else {
        diagnostics.add(unknown_task(plan, name, plan.file_task_names()), {});
      }
    }
    diagnostics.throw_if_errors();
    return tasks;
  }
  std::set<TaskIndex> combined;
  for (const Task& task : plan.tasks) combined.insert(task.needs.begin(), task.needs.end());
  for (TaskIndex index = 0; index < plan.tasks.size(); ++index) {
    if (plan.tasks[index].makes_file() && !combined.contains(index)) tasks.push_back(index);
  }
  return tasks;
}

// A simulator takes one input a population: BMTK ignores the second, silently.
void check_one_input_each(const Plan& plan, const std::vector<TaskIndex>& tasks, const std::string& recipe) {
  std::map<std::string, std::vector<std::string>> feeders;
  for (const TaskIndex index : tasks) {
    for (const std::string& population : plan.tasks[index].populations) {
      feeders[population].push_back(plan.tasks[index].name);
    }
  }
  Diagnostics diagnostics;
  for (const auto& [population, names] : feeders) {
    if (names.size() < 2) continue;
    std::vector<std::string> quoted;
    for (const std::string& name : names) quoted.push_back("'" + name + "'");
    const std::string last = quoted.back();
    quoted.pop_back();
    diagnostics.error(
        {}, "inputs.two-inputs",
        fmt::format("tasks {} and {} feed the same population '{}', and a simulation takes only one input for each",
                    fmt::join(quoted, ", "), last, population),
        fmt::format(
            "to play them together, add to {} 'combine: {{{}_input: {{from: [{}]}}}}'; to play one of them, name "
            "it: stimgen inputs {} {}",
            recipe, population, fmt::join(names, ", "), recipe, names.front()));
  }
  diagnostics.throw_if_errors();
}

void warn_of_gzip(const Plan& plan, Terminal& terminal) {
  if (plan.recipe.output.compression != Compression::gzip) return;
  Diagnostics diagnostics;
  diagnostics.warning({}, "inputs.gzip",
                      "the files are compressed, which libsonata from PyPI (0.1.26 and later) cannot read, nor what "
                      "builds on it, such as neurodamus, BlueCelluLab and SNAP; BMTK and h5py can",
                      "write 'compression: none' under 'output' for files that every reader opens");
  terminal.warnings(diagnostics);
}

std::string input_file(const Plan& plan, const Task& task, const std::string& base) {
  const std::filesystem::path file =
      std::filesystem::weakly_canonical(std::filesystem::absolute(plan.output_path(task)));
  if (base.empty()) return file.string();
  return file.lexically_relative(std::filesystem::weakly_canonical(std::filesystem::absolute(base))).string();
}

int run_inputs(const Arguments& arguments, Terminal& terminal) {
  const Plan& plan = load_plan(arguments, terminal, Warnings::left_out);
  const std::vector<TaskIndex> tasks = tasks_to_play(plan, arguments.texts("TASK"));
  check_one_input_each(plan, tasks, arguments.text("RECIPE"));
  warn_of_gzip(plan, terminal);
  Json inputs = Json::object();
  for (const TaskIndex index : tasks) {
    const Task& task = plan.tasks[index];
    for (const std::string& population : task.populations) {
      const std::string name = task.name == population ? task.name : task.name + "_" + population;
      std::string key = name;
      for (int copy = 2; inputs.contains(key); ++copy) key = fmt::format("{}_{}", name, copy);
      // The population is named twice: BMTK takes the alphabetically first of a file if "population" is missing.
      inputs[key] = Json{{"input_type", "spikes"},
                         {"module", "sonata"},
                         {"input_file", input_file(plan, task, arguments.text("base"))},
                         {"node_set", {{"population", population}}},
                         {"population", population}};
    }
  }
  terminal.out(to_text(Json{{"inputs", inputs}}));
  return 0;
}

constexpr Positional kInputsPositionals[] = {
    {"RECIPE", Presence::required, "the recipe, a YAML file"},
    {"TASK", Presence::any_number, "the tasks to play; none: all, combinations in place of their parts"},
};
constexpr Option kInputsOptions[] = {
    {"base", 0, Words::one, "DIR", "write paths relative to this folder (the simulation config's)"},
};

}  // namespace

extern const Command kInputs;
constinit const Command kInputs{
    .name = "inputs",
    .summary = "print the inputs block for a SONATA simulation config, as JSON",
    .example = "stimgen inputs recipe.yaml > inputs.json\nstimgen inputs recipe.yaml baseline long",
    .positionals = kInputsPositionals,
    .options = kInputsOptions,
    .reads_recipe = true,
    .run = run_inputs};

}  // namespace stimgen::cli
