// `stimgen stats`: rates and variability of the spikes in a file, by groups of nodes or node by node.
#include <algorithm>
#include <map>

#include "cli/format.hpp"
#include "cli/load.hpp"
#include "stimgen/network.hpp"
#include "stimgen/report.hpp"

namespace stimgen::cli {

namespace {

// What is known besides the spike file.
struct Context {
  std::unique_ptr<Network> network;  // null: nothing
  std::string origin;                // "recipe.yaml"
  std::optional<TimeWindow> window;
  std::string window_origin;
};

Value text_value(const std::string& text) {
  Value value;
  value.kind = Value::Kind::scalar;
  value.text = text;
  return value;
}

double read_time_word(const std::string& word) {
  Diagnostics diagnostics;
  const std::optional<double> time_ms = read_time_ms(text_value(word), diagnostics);
  if (time_ms) return *time_ms;
  throw UsageError(
      fmt::format("'--window' does not take '{}': {}", printable(word), diagnostics.items().front().message),
      "--window 1 5, --window '500 ms' '1.5 s'", "stats");
}

// `networks: {from: CONFIG}`. Without a recipe the path is relative to the working folder.
Value networks_from_config(const std::string& config) {
  Value networks;
  networks.kind = Value::Kind::mapping;
  networks.members.push_back({"from", {}, text_value(config)});
  networks.members.back().value.quoted = true;
  return networks;
}

Context open_context(const Arguments& arguments, Terminal& terminal) {
  if (arguments.has("recipe") && arguments.has("config")) {
    throw UsageError("'--recipe' and '--config' exclude each other", {}, "stats");
  }
  Context context;
  Diagnostics diagnostics;
  if (arguments.has("recipe")) {
    context.origin = arguments.text("recipe");
    const Recipe recipe = load_recipe(context.origin, {}, diagnostics);
    diagnostics.throw_if_errors();
    context.network = open_network(recipe.networks, recipe.seeds.network, diagnostics);
    if (recipe.stop_ms) {
      context.window = TimeWindow{recipe.start_ms.value_or(0), *recipe.stop_ms};
      context.window_origin = fmt::format("the time window of {}", context.origin);
    }
  } else if (arguments.has("config")) {
    context.origin = arguments.text("config");
    context.network = open_network(networks_from_config(context.origin), 0, diagnostics);
  }
  diagnostics.throw_if_errors();
  terminal.warnings(diagnostics);
  if (arguments.has("window")) {
    const std::vector<std::string> words = arguments.texts("window");
    context.window = TimeWindow{read_time_word(words[0]), read_time_word(words[1])};
    context.window_origin = "--window";
    if (!(context.window->stop_ms > context.window->start_ms)) {
      throw UsageError("'--window A B' needs A before B", {}, "stats");
    }
  }
  return context;
}

// Values of the --by properties of one population: one key a node, and the order of keys.
struct Grouping {
  std::vector<std::string> properties;
  std::vector<std::shared_ptr<const Column>> columns;

  std::vector<std::string> values_at(NodeRow row) const {
    std::vector<std::string> values;
    for (const auto& column : columns) values.push_back(column->text_at(row));
    return values;
  }

  Json json_at(NodeRow row) const {
    Json values = Json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Column& column = *columns[i];
      Json& value = values[properties[i]];
      if (column.is_missing(row)) continue;
      if (column.type == Column::Type::text) value = column.text_at(row);
      if (column.type == Column::Type::integer) value = column.integers[row];
      if (column.type == Column::Type::real) value = column.reals[row];
    }
    return values;
  }

  // Numbers as numbers, text by bytes, missing values last.
  bool before(NodeRow a, NodeRow b) const {
    for (const auto& column : columns) {
      if (column->is_missing(a) != column->is_missing(b)) return column->is_missing(b);
      if (column->is_missing(a)) continue;
      if (column->type == Column::Type::text) {
        if (const int order = column->text_at(a).compare(column->text_at(b)); order != 0) return order < 0;
      } else if (column->type == Column::Type::integer) {
        if (column->integers[a] != column->integers[b]) return column->integers[a] < column->integers[b];
      } else if (column->reals[a] != column->reals[b]) {
        return column->reals[a] < column->reals[b];
      }
    }
    return false;
  }
};

Grouping open_grouping(const std::vector<std::string>& properties, const NodePopulation* population) {
  Grouping grouping;
  grouping.properties = properties;
  if (properties.empty()) return grouping;
  if (population == nullptr) {
    throw UsageError("'--by' needs node properties", "add --recipe RECIPE or --config CONFIG", "stats");
  }
  Diagnostics diagnostics;
  for (const std::string& property : properties) {
    grouping.columns.push_back(population->column(property));
    if (grouping.columns.back() != nullptr) continue;
    std::vector<std::string> known;
    for (const ColumnInfo& column : population->columns()) known.push_back(column.name);
    diagnostics.error({}, "network.unknown-column",
                      fmt::format("population '{}' ({}) has no property '{}'", population->name(), population->origin(),
                                  printable(property)),
                      suggest(property, known));
  }
  diagnostics.throw_if_errors();
  return grouping;
}

// One population of the file with everything the output needs.
struct Result {
  PopulationSpikeStats stats;
  Grouping grouping;
  std::vector<std::vector<std::size_t>> groups;  // indices into stats.nodes, which are rows where a network is known

  std::vector<std::string> values_of(std::size_t node) const { return grouping.values_at(node); }
  // Those all its members share.
  std::vector<std::string> values_of(const std::vector<std::size_t>& group) const {
    return group.empty() ? std::vector<std::string>() : values_of(group.front());
  }
};

void check_nodes_known(const PopulationSpikeStats& stats, const NodePopulation& population, const std::string& file) {
  if (stats.unknown_node_count == 0) return;
  throw InputError("stats.unknown-node",
                   fmt::format("{}: {} of the nodes with spikes are not in population '{}' ({}): {}{}", file,
                               stats.unknown_node_count, population.name(), population.origin(),
                               fmt::join(stats.unknown_nodes, ", "),
                               stats.unknown_node_count > stats.unknown_nodes.size() ? ", …" : ""),
                   "the file was made for another network, or the network has changed since");
}

Result compute(const SpikeReader& reader, const PopulationInfo& info, const Context& context,
               const std::vector<std::string>& properties) {
  const NodePopulation* population = nullptr;
  if (context.network != nullptr) {
    population = context.network->population(info.name);
    if (population == nullptr) {
      throw unknown_name("stats.unknown-population", "population", info.name,
                         fmt::format("{} holds spikes of '{}', but {}", reader.path(), info.name, context.origin),
                         context.network->population_names());
    }
  }
  Result result;
  result.grouping = open_grouping(properties, population);
  SpikeStatsRequest request;
  request.window = context.window;
  if (population != nullptr) request.node_ids = population->node_ids();
  result.stats = compute_spike_stats(reader, info, request);
  if (population != nullptr) check_nodes_known(result.stats, *population, reader.path());

  std::vector<std::size_t> order(result.stats.nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const Grouping& grouping = result.grouping;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return grouping.before(a, b); });
  for (const std::size_t node : order) {
    if (result.groups.empty() || grouping.before(result.groups.back().front(), node)) result.groups.emplace_back();
    result.groups.back().push_back(node);
  }
  if (result.groups.empty() && properties.empty()) result.groups.emplace_back();  // an empty population has a line too
  return result;
}

std::string number_or_empty(const std::optional<double>& value) {
  return value ? format_number(*value) : std::string();
}
std::string rounded_or_dash(const std::optional<double>& value) {
  return value ? format_rounded(*value, 4) : "-";
}

std::vector<std::string> group_cells(const GroupSpikeStats& group, bool exact) {
  const auto number = [exact](const std::optional<double>& value) {
    return exact ? number_or_empty(value) : rounded_or_dash(value);
  };
  return {std::to_string(group.nodes), std::to_string(group.silent_nodes), std::to_string(group.spikes),
          number(group.mean_rate_hz),  number(group.stdev_rate_hz),        number(group.cv_isi),
          number(group.fano_factor)};
}

// Rows of cells, the header first. CSV and table differ only in how they are joined and in the digits.
std::vector<std::vector<std::string>> rows_of(const std::vector<Result>& results, bool by_node, bool exact) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> header{"population"};
  if (by_node) header.push_back("node_id");
  for (const std::string& property : results.front().grouping.properties) header.push_back(property);
  for (const std::string_view name :
       by_node ? std::vector<std::string_view>{"spikes", "rate_hz", "cv_isi"}
               : std::vector<std::string_view>{"nodes", "silent_nodes", "spikes", "mean_rate_hz", "stdev_rate_hz",
                                               "cv_isi", "fano_factor"}) {
    header.emplace_back(name);
  }
  rows.push_back(header);
  const auto add_values = [&](std::vector<std::string> values) {
    for (std::string& value : values) rows.back().push_back(!value.empty() || exact ? std::move(value) : "-");
  };
  for (const Result& result : results) {
    if (by_node) {
      for (std::size_t i = 0; i < result.stats.nodes.size(); ++i) {
        const NodeSpikeStats& node = result.stats.nodes[i];
        rows.push_back({result.stats.population, std::to_string(node.node_id)});
        add_values(result.values_of(i));
        rows.back().push_back(std::to_string(node.spikes));
        rows.back().push_back(exact ? format_number(node.rate_hz) : format_rounded(node.rate_hz, 4));
        rows.back().push_back(exact ? number_or_empty(node.cv_isi) : rounded_or_dash(node.cv_isi));
      }
      continue;
    }
    for (const std::vector<std::size_t>& members : result.groups) {
      rows.push_back({result.stats.population});
      add_values(result.values_of(members));
      for (std::string& cell : group_cells(summarise(result.stats, members), exact))
        rows.back().push_back(std::move(cell));
    }
  }
  return rows;
}

void print_csv(const std::vector<std::vector<std::string>>& rows, Terminal& terminal) {
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (const std::string& cell : row) line += (line.empty() ? "" : ",") + csv_field(cell);
    terminal.out(line + "\n");
  }
}

void print_table(const std::vector<std::vector<std::string>>& rows, std::size_t properties, bool by_node,
                 Terminal& terminal) {
  using enum Table::Align;
  std::vector<Table::Align> aligns(rows.front().size(), right);
  const std::size_t first_property = by_node ? 2 : 1;
  aligns[0] = left;
  for (std::size_t i = 0; i < properties; ++i) aligns[first_property + i] = left;
  Table table(aligns);
  for (const std::vector<std::string>& row : rows) table.add(row);
  terminal.out(table.text());
}

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Keys are those of the CSV; the window of each population is given beside its groups.
std::string as_json(const std::vector<Result>& results, bool by_node) {
  Json populations = Json::array();
  for (const Result& result : results) {
    Json rows = Json::array();
    const bool grouped = !result.grouping.properties.empty();
    if (by_node) {
      for (std::size_t i = 0; i < result.stats.nodes.size(); ++i) {
        const NodeSpikeStats& node = result.stats.nodes[i];
        Json row = {{"node_id", node.node_id}};
        if (grouped) row["by"] = result.grouping.json_at(i);
        row["spikes"] = node.spikes;
        row["rate_hz"] = node.rate_hz;
        row["cv_isi"] = optional_json(node.cv_isi);
        rows.push_back(std::move(row));
      }
    } else {
      for (const std::vector<std::size_t>& members : result.groups) {
        const GroupSpikeStats group = summarise(result.stats, members);
        Json row = Json::object();
        if (grouped) row["by"] = result.grouping.json_at(members.front());
        row["nodes"] = group.nodes;
        row["silent_nodes"] = group.silent_nodes;
        row["spikes"] = group.spikes;
        row["mean_rate_hz"] = group.mean_rate_hz;
        row["stdev_rate_hz"] = optional_json(group.stdev_rate_hz);
        row["cv_isi"] = optional_json(group.cv_isi);
        row["fano_factor"] = optional_json(group.fano_factor);
        rows.push_back(std::move(row));
      }
    }
    populations.push_back(Json{{"population", result.stats.population},
                               {"window_ms", {result.stats.window.start_ms, result.stats.window.stop_ms}},
                               {"spikes_outside_window", result.stats.spikes_outside},
                               {by_node ? "nodes" : "groups", rows}});
  }
  return to_text(Json{{"populations", populations}});
}

void say_what_was_assumed(const std::vector<Result>& results, const Context& context, Terminal& terminal) {
  if (context.network == nullptr) {
    terminal.note("only nodes with spikes are known; with --recipe or --config silent nodes count too");
  }
  for (const Result& result : results) {
    const TimeWindow& window = result.stats.window;
    terminal.note(fmt::format("{}: rates over {} to {}{}", result.stats.population, format_time(window.start_ms),
                              format_time(window.stop_ms),
                              context.window ? fmt::format(" ({})", context.window_origin) : " (the last spike)"));
    if (result.stats.spikes_outside > 0) {
      terminal.note(fmt::format("{}: {} spikes lie outside this window and are not counted", result.stats.population,
                                result.stats.spikes_outside));
    }
  }
}

int run_stats(const Arguments& arguments, Terminal& terminal) {
  if (arguments.has("csv") && arguments.has("json")) {
    throw UsageError("'--csv' and '--json' exclude each other", {}, "stats");
  }
  const Context context = open_context(arguments, terminal);
  const std::unique_ptr<SpikeReader> reader = open_spike_file(arguments.text("FILE"));
  const std::vector<std::string> properties = arguments.list("by");
  if (!properties.empty() && context.network == nullptr) {
    throw UsageError("'--by' needs node properties", "add --recipe RECIPE or --config CONFIG", "stats");
  }
  std::vector<Result> results;
  for (const PopulationInfo& info : reader->populations()) {
    results.push_back(compute(*reader, info, context, properties));
  }
  if (results.empty()) throw InputError("stats.no-population", fmt::format("{} holds no population", reader->path()));
  say_what_was_assumed(results, context, terminal);

  const bool by_node = arguments.has("nodes");
  if (arguments.has("json")) {
    terminal.out(as_json(results, by_node));
  } else if (arguments.has("csv")) {
    print_csv(rows_of(results, by_node, true), terminal);
  } else {
    print_table(rows_of(results, by_node, false), properties.size(), by_node, terminal);
  }
  return 0;
}

constexpr Positional kPositionals[] = {{"FILE", Presence::required, "a spike file"}};
constexpr Option kOptions[] = {
    {"recipe", 0, Words::one, "RECIPE", "take nodes, their properties and the time window from this recipe"},
    {"config", 0, Words::one, "CONFIG", "take nodes and their properties from this SONATA config"},
    {"by", 0, Words::several, "PROPERTY…", "group nodes by these properties"},
    {"window", 0, Words::two, "A B", "count spikes from A to before B; bare numbers are seconds"},
    {"nodes", 0, Words::none, "", "one line for each node instead of each group"},
    {"csv", 0, Words::none, "", "as CSV with full precision"},
    {"json", 0, Words::none, "", "as JSON"},
};

}  // namespace

extern const Command kStats;
constinit const Command kStats{
    .name = "stats",
    .summary = "rates, CV of intervals and Fano factor of the spikes in a file, by group or node",
    .example =
        "stimgen stats stimulus/shell.h5 --recipe recipe.yaml --by pop_name\n"
        "stimgen stats stimulus/shell.h5 --config simulation_config.json --window 1 5 --csv",
    .positionals = kPositionals,
    .options = kOptions,
    .run = run_stats};

}  // namespace stimgen::cli
