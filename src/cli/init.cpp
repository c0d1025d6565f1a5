// `stimgen init`: writes a commented recipe to start from, filled in from a model's populations.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/atomic_file.hpp"
#include "base/json_text.hpp"
#include "cli/load.hpp"

namespace stimgen::cli {

namespace {

constexpr std::size_t kMostGroups = 50;

constexpr std::string_view kRecipeHead = R"(# Spike input for a simulation, made by: stimgen run recipe.yaml
# 'stimgen check recipe.yaml' reports mistakes; 'stimgen explain KEY' says what a key means.
stimgen: 1
name: {name}

# network: what stays the same between trials (rates of nodes, groups). spikes: the spike times.
seeds: {{network: 1, spikes: 2}}

# Bare numbers are seconds; '500 ms' works too.
time: {{start: 0 s, stop: 10 s}}

)";

constexpr std::string_view kInlineBody = R"(networks:
  # Nodes declared here. To take them from a SONATA model instead: from: path/to/simulation_config.json
  populations:
    thalamus:
      nodes: 100
      properties:
        pop_name: {blocks: [PN, PV]}  # first half PN, second half PV

# Ongoing activity: every node has a constant rate of its own.
backgrounds:
  ongoing:
    population: thalamus
    group_by: pop_name
    rates:
      PN: {mean: 2 Hz, stdev: 1 Hz}
      PV: {mean: 8 Hz, stdev: 4 Hz}

# Groups of nodes that patterns drive.
assemblies:
  thalamus_groups: {method: random, population: thalamus, count: 4}

# Time-varying input: here one group after the other gets a burst.
patterns:
  bursts:
    type: long
    assemblies: thalamus_groups
    start: 1 s
    on_time: 1 s
    off_time: 0.5 s
    rates: {burst: 50 Hz}

# A simulator takes one file for each population, so what reaches the same nodes is merged.
combine:
  thalamus_input: {from: [ongoing, bursts]}

output: {directory: stimulus}
)";

// A key of a YAML flow or block mapping: plain if that is safe, else in double quotes.
std::string yaml_key(const std::string& text) {
  static const std::set<std::string> kWordsWithMeaning{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (is_name(text) && !kWordsWithMeaning.contains(lower)) return text;
  return json_text(nlohmann::json(text));  // which is YAML, too
}

// The text as a name of the recipe language.
std::string as_name(std::string text) {
  for (char& c : text) {
    if (!is_name(std::string("_") + c)) c = '_';
  }
  if (!is_name(text)) text.insert(0, "_");
  return text;
}

bool is_virtual(const Network& network, const NodePopulation& population) {
  if (network.is_virtual(population.name())) return true;
  const std::shared_ptr<const Column> type = population.column("model_type");
  if (type == nullptr || type->type != Column::Type::text || population.size() == 0) return false;
  for (NodeRow row = 0; row < population.size(); ++row) {
    if (type->text_at(row) != "virtual") return false;
  }
  return true;
}

// The values of pop_name, in order; empty if grouping by it makes no sense.
std::vector<std::string> pop_names(const NodePopulation& population) {
  const std::shared_ptr<const Column> column = population.column("pop_name");
  if (column == nullptr || column->type != Column::Type::text) return {};
  std::set<std::string> values;
  for (NodeRow row = 0; row < population.size(); ++row) {
    if (column->is_missing(row)) return {};
    values.insert(column->text_at(row));
    if (values.size() > kMostGroups) return {};
  }
  return {values.begin(), values.end()};
}

std::string background_of(const NodePopulation& population, const std::string& name) {
  std::string text =
      fmt::format("  {}:  # {} nodes\n    population: {}\n", name, population.size(), yaml_key(population.name()));
  const std::vector<std::string> groups = pop_names(population);
  if (groups.empty()) return text + "    rate: {mean: 5 Hz, stdev: 2 Hz}\n";
  text += "    group_by: pop_name\n    rates:\n";
  for (const std::string& group : groups)
    text += fmt::format("      {}: {{mean: 5 Hz, stdev: 2 Hz}}\n", yaml_key(group));
  return text;
}

std::string body_from_config(const std::string& config, const std::filesystem::path& folder, Terminal& terminal) {
  const std::filesystem::path absolute = std::filesystem::absolute(config);
  Diagnostics diagnostics;
  const std::unique_ptr<Network> network = open_config(config, diagnostics);
  diagnostics.throw_if_errors();
  terminal.warnings(diagnostics);

  std::vector<const NodePopulation*> all;
  std::vector<const NodePopulation*> virtual_ones;
  for (const std::string& name : network->population_names()) {
    const NodePopulation* population = network->population(name);
    if (population->size() == 0) continue;
    all.push_back(population);
    if (is_virtual(*network, *population)) virtual_ones.push_back(population);
  }
  const std::vector<const NodePopulation*>& chosen = virtual_ones.empty() ? all : virtual_ones;
  if (chosen.empty()) throw InputError("init.no-nodes", fmt::format("{} has no population with nodes", config));
  if (virtual_ones.empty()) {
    terminal.note(fmt::format(
        "{} has no virtual population (by model_type or the config's \"type\"), so all are listed", config));
  }

  std::filesystem::path relative = std::filesystem::weakly_canonical(absolute).lexically_relative(
      std::filesystem::weakly_canonical(std::filesystem::absolute(folder)));
  if (relative.empty()) relative = absolute;
  std::string text = fmt::format("networks:\n  from: {}\n\n", yaml_key(relative.string()));
  text +=
      "# Ongoing activity: every node has a constant rate of its own. These rates are placeholders.\n"
      "backgrounds:\n";
  std::set<std::string> used;
  for (const NodePopulation* population : chosen) {
    const std::string wanted = as_name(population->name());
    std::string name = wanted;
    for (int copy = 2; !used.insert(name).second; ++copy) name = fmt::format("{}_{}", wanted, copy);
    text += background_of(*population, name);
  }
  return text + "\noutput: {directory: stimulus}\n";
}

int run_init(const Arguments& arguments, Terminal& terminal) {
  const std::filesystem::path folder = arguments.has("DIR") ? arguments.text("DIR") : ".";
  const std::filesystem::path recipe = (folder / "recipe.yaml").lexically_normal();
  if (std::filesystem::exists(std::filesystem::symlink_status(recipe))) {
    throw EnvironmentError("disk.not-replaced", fmt::format("{} exists already and stays as it is", recipe.string()));
  }
  std::string name = std::filesystem::absolute(folder / "x").lexically_normal().parent_path().filename().string();
  std::string text = fmt::format(kRecipeHead, fmt::arg("name", name.empty() ? "stimulus" : as_name(name)));
  text += arguments.has("from") ? body_from_config(arguments.text("from"), folder, terminal) : std::string(kInlineBody);
  create_folders(folder);
  write_file_atomically(recipe, text);
  terminal.out(escaped(recipe.string()) + "\n");
  return 0;
}

constexpr Positional kInitPositionals[] = {
    {"DIR", Presence::optional, "the folder to write recipe.yaml to (default: this one)"},
};
constexpr Option kInitOptions[] = {
    {"from", 0, Words::one, "CONFIG", "list the populations of this SONATA config"},
};

}  // namespace

extern const Command kInit;
constinit const Command kInit{.name = "init",
                              .summary = "write a commented recipe to start from",
                              .example =
                                  "stimgen init my_stimulus\n"
                                  "stimgen init my_stimulus --from ../model/simulation_config.json",
                              .positionals = kInitPositionals,
                              .options = kInitOptions,
                              .run = run_init};

}  // namespace stimgen::cli
