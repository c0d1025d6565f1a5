// `stimgen nodes`: the node table of a population as stimgen reads it, as CSV.
#include "cli/format.hpp"
#include "cli/load.hpp"
#include "stimgen/network.hpp"

namespace stimgen::cli {

namespace {

std::string list_columns(const NodePopulation& population) {
  std::string text = "column,type,source\n";
  for (const ColumnInfo& column : population.columns()) {
    text += fmt::format("{},{},{}\n", csv_field(column.name), type_name(column.type), column.source);
  }
  for (const auto& [name, why] : population.unusable_columns()) {
    text += fmt::format("{},unusable,{}\n", csv_field(name), csv_field(why));
  }
  return text;
}

void print_table(const NodePopulation& population, const std::vector<std::string>& names, Terminal& terminal) {
  std::vector<std::shared_ptr<const Column>> columns;
  std::string header = "node_id";
  for (const std::string& name : names) {
    columns.push_back(population.column(name));
    if (columns.back() == nullptr) throw unknown_property(population, name);
    header += "," + csv_field(name);
  }
  terminal.out(header + "\n");
  constexpr std::size_t kBlockBytes = 1 << 16;
  fmt::memory_buffer lines;
  const std::vector<NodeId>& ids = population.node_ids();
  for (NodeRow row = 0; row < ids.size(); ++row) {
    fmt::format_to(std::back_inserter(lines), "{}", ids[row]);
    for (const auto& column : columns) {
      fmt::format_to(std::back_inserter(lines), ",{}", csv_field(column->text_at(row)));
    }
    lines.push_back('\n');
    if (lines.size() >= kBlockBytes) {
      terminal.out({lines.data(), lines.size()});
      lines.clear();
    }
  }
  terminal.out({lines.data(), lines.size()});
}

int run_nodes(const Arguments& arguments, Terminal& terminal) {
  Diagnostics diagnostics;
  const Recipe recipe = load_from(arguments, diagnostics);
  diagnostics.throw_if_errors();
  const std::unique_ptr<Network> network = open_network(recipe.networks, recipe.seeds.network, diagnostics);
  diagnostics.throw_if_errors();
  terminal.warnings(diagnostics);

  const std::string wanted = arguments.text("POPULATION");
  const NodePopulation* population = network->population(wanted);
  if (population == nullptr) throw unknown_population(*network, wanted);
  std::vector<std::string> columns = arguments.texts("COLUMN");
  const bool only_names = columns.empty();
  std::erase(columns, "node_id");  // which is printed anyway
  if (only_names) {
    terminal.out(list_columns(*population));
  } else {
    print_table(*population, columns, terminal);
  }
  return 0;
}

constexpr Positional kNodesPositionals[] = {
    {"RECIPE", Presence::required, "the recipe, a YAML file"},
    {"POPULATION", Presence::required, "the name of a node population"},
    {"COLUMN", Presence::any_number, "node properties to print; none: the names and types of all"},
};

}  // namespace

extern const Command kNodes;
constinit const Command kNodes{
    .name = "nodes",
    .summary = "print the node table of a population as it was read, as CSV",
    .example = "stimgen nodes recipe.yaml thalamus\nstimgen nodes recipe.yaml thalamus pop_name pos_x",
    .positionals = kNodesPositionals,
    .reads_recipe = true,
    .run = run_nodes};

}  // namespace stimgen::cli
