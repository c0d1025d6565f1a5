// `stimgen stats`: rates and variability of the spikes in a file, by groups of nodes or node by node.
#include <algorithm>
#include <map>

#include "cli/file_groups.hpp"
#include "stimgen/stats.hpp"

namespace stimgen::cli {

namespace {

// One population of the file with everything the output needs.
struct PopulationStats {
  PopulationInfo info;
  PopulationSpikeStats stats;
  NodeKeys keys;
  std::vector<std::vector<std::size_t>> groups;  // indices into stats.nodes, which are rows where a network is known
  std::vector<std::size_t> nodes;                // all that are in a group, ascending
};

PopulationStats compute(const SpikeReader& reader, const FileGroups& file, const std::optional<TimeWindow>& window,
                        double grid_ms) {
  PopulationStats result;
  result.info = file.info;
  result.keys = file.keys;
  result.groups = file.groups;
  SpikeStatsRequest request;
  request.window = window;
  request.grid_ms = grid_ms;
  if (file.population != nullptr) request.node_ids = file.population->node_ids();
  result.stats = compute_spike_stats(reader, file.info, request);
  if (file.population != nullptr) {
    check_nodes_known(result.stats.unknown_nodes, result.stats.unknown_node_count, *file.population, reader.path());
    for (const auto& group : result.groups) result.nodes.insert(result.nodes.end(), group.begin(), group.end());
    std::sort(result.nodes.begin(), result.nodes.end());
  } else {
    result.nodes.resize(result.stats.nodes.size());
    for (std::size_t i = 0; i < result.nodes.size(); ++i) result.nodes[i] = i;
  }
  // Without keys all nodes are one group, and an empty population has a line too.
  if (result.keys.names.empty()) result.groups = {result.nodes};
  return result;
}

// What is said of a node or a group, in the order of CSV and table. Values: numbers, or null where there is none.
struct Measure {
  std::string_view name;
  Json value;
};
using Measures = std::vector<Measure>;

Measures measures_of(const NodeSpikeStats& node) {
  return {{"spikes", node.spikes}, {"rate_hz", node.rate_hz}, {"cv_isi", optional_json(node.cv_isi)}};
}

Measures measures_of(const GroupSpikeStats& group) {
  return {{"nodes", group.nodes},
          {"silent_nodes", group.silent_nodes},
          {"spikes", group.spikes},
          {"mean_rate_hz", group.mean_rate_hz},
          {"stdev_rate_hz", optional_json(group.stdev_rate_hz)},
          {"min_rate_hz", group.min_rate_hz},
          {"median_rate_hz", group.median_rate_hz},
          {"max_rate_hz", group.max_rate_hz},
          {"cv_isi", optional_json(group.cv_isi)},
          {"count_dispersion", optional_json(group.count_dispersion)}};
}

// A line of the output: a node, or a group of nodes.
struct Row {
  std::optional<NodeId> node_id;
  std::optional<NodeRow> keys_at;  // where the keys have its values
  Measures measures;
};

std::vector<Row> rows_of(const PopulationStats& result, bool by_node) {
  std::vector<Row> rows;
  if (by_node) {
    for (const std::size_t i : result.nodes) {
      const NodeSpikeStats& node = result.stats.nodes[i];
      rows.push_back({node.node_id, i, measures_of(node)});
    }
    return rows;
  }
  for (const std::vector<std::size_t>& members : result.groups) {
    Row& row = rows.emplace_back();
    if (!members.empty()) row.keys_at = members.front();
    row.measures = measures_of(summarise(result.stats, members));
  }
  return rows;
}

// What the rows say besides numbers.
struct Layout {
  bool by_node = false;
  bool windows = false;  // there are several, and every row says which is its own
};

std::vector<std::string> header_of(const std::vector<std::string>& properties, Layout layout) {
  std::vector<std::string> header{"population"};
  if (layout.windows) header.insert(header.end(), {"window_start_ms", "window_stop_ms"});
  if (layout.by_node) header.push_back("node_id");
  header.insert(header.end(), properties.begin(), properties.end());
  for (const Measure& measure : layout.by_node ? measures_of(NodeSpikeStats()) : measures_of(GroupSpikeStats())) {
    header.emplace_back(measure.name);
  }
  return header;
}

// In full for programs, else rounded, and a dash for what is missing.
std::string cell(const Json& value, bool exact) {
  if (value.is_null()) return exact ? "" : "-";
  if (!value.is_number_float()) return value.dump();
  const auto number = value.get<double>();
  return exact ? format_number(number) : format_rounded(number, 4);
}

// Rows of cells, the header first. CSV and table differ only in how they are joined and in the digits.
std::vector<std::vector<std::string>> cells_of(const std::vector<PopulationStats>& results, Layout layout, bool exact) {
  std::vector<std::vector<std::string>> lines{header_of(results.front().keys.names, layout)};
  for (const PopulationStats& result : results) {
    const TimeWindow window = result.stats.window;
    for (const Row& row : rows_of(result, layout.by_node)) {
      std::vector<std::string>& cells = lines.emplace_back();
      cells.push_back(result.stats.population);
      if (layout.windows) cells.insert(cells.end(), {format_number(window.start_ms), format_number(window.stop_ms)});
      if (row.node_id) cells.push_back(std::to_string(*row.node_id));
      if (row.keys_at) {
        for (std::string& value : result.keys.values_at(*row.keys_at)) {
          cells.push_back(!value.empty() || exact ? std::move(value) : "-");
        }
      }
      for (const Measure& measure : row.measures) cells.push_back(cell(measure.value, exact));
    }
  }
  return lines;
}

void print_csv(const std::vector<std::vector<std::string>>& rows, Terminal& terminal) {
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (const std::string& cell : row) line += (line.empty() ? "" : ",") + csv_field(cell);
    terminal.out(line + "\n");
  }
}

void print_table(const std::vector<std::vector<std::string>>& rows, std::size_t properties, Layout layout,
                 Terminal& terminal) {
  using enum Table::Align;
  std::vector<Table::Align> aligns(rows.front().size(), right);
  const std::size_t first_property = 1 + (layout.windows ? 2 : 0) + (layout.by_node ? 1 : 0);
  aligns[0] = left;
  for (std::size_t i = 0; i < properties; ++i) aligns[first_property + i] = left;
  Table table(aligns);
  for (const std::vector<std::string>& row : rows) table.add(row);
  terminal.out(table.text());
}

// Keys are those of the CSV; the window is given beside the groups of a population, which is there once for each.
std::string as_json(const std::vector<PopulationStats>& results, bool by_node) {
  Json populations = Json::array();
  for (const PopulationStats& result : results) {
    Json rows = Json::array();
    for (const Row& row : rows_of(result, by_node)) {
      Json& json = rows.emplace_back(Json::object());
      if (row.node_id) json["node_id"] = *row.node_id;
      if (!result.keys.names.empty()) json["by"] = result.keys.json_at(*row.keys_at);
      for (const Measure& measure : row.measures) json[std::string(measure.name)] = measure.value;
    }
    populations.push_back(Json{{"population", result.stats.population},
                               {"window_ms", {result.stats.window.start_ms, result.stats.window.stop_ms}},
                               {"spikes_outside_window", result.stats.spikes_outside},
                               {by_node ? "nodes" : "groups", rows}});
  }
  return to_text(Json{{"populations", populations}});
}

// Above a table for people; programs know what they asked for.
void say_what_is_meant(const Arguments& arguments, Terminal& terminal) {
  if (arguments.has("csv") || arguments.has("json")) return;
  terminal.note(fmt::format("cv_isi: {}", kCvMeaning));
  if (!arguments.has("nodes")) terminal.note(fmt::format("count_dispersion: {}", kCountDispersionMeaning));
}

int run_stats(const Arguments& arguments, Terminal& terminal) {
  if (arguments.has("csv") && arguments.has("json")) {
    throw UsageError("usage.exclusive", "'--csv' and '--json' exclude each other", {}, "stats");
  }
  const FileContext context = open_file_context(arguments, terminal);
  const std::unique_ptr<SpikeReader> reader = open_spikes(arguments.text("FILE"), context);
  const CountedWindows windows = windows_for(*reader, context);
  std::vector<PopulationStats> results;
  for (const FileGroups& file : group_file(*reader, context)) {
    for (const auto& window : windows.all) results.push_back(compute(*reader, file, window, windows.grid_ms));
  }
  if (context.network == nullptr) {
    terminal.note("only nodes with spikes are known; with --recipe or --config silent nodes count too");
  }
  for (const PopulationStats& result : results) {
    say_what_was_assumed(context, windows, result.info, result.stats.window,
                         {result.stats.spikes_outside, result.stats.spikes_early}, terminal);
  }

  say_what_is_meant(arguments, terminal);
  const Layout layout{.by_node = arguments.has("nodes"), .windows = windows.all.size() > 1};
  if (arguments.has("json")) {
    terminal.out(as_json(results, layout.by_node));
  } else if (arguments.has("csv")) {
    print_csv(cells_of(results, layout, true), terminal);
  } else {
    print_table(cells_of(results, layout, false), results.front().keys.names.size(), layout, terminal);
  }
  return 0;
}

constexpr Term kTerms[] = {{"cv_isi", kCvMeaning}, {"count_dispersion", kCountDispersionMeaning}};
constexpr Positional kStatsPositionals[] = {{"FILE", Presence::required, "a spike file"}};
constexpr Option kStatsOptions[] = {
    kRecipeOption,
    kConfigOption,
    kByOption,
    kAssemblyOption,
    kWindowOption,
    {"nodes", 0, Words::none, "", "one line for each node instead of each group"},
    {"csv", 0, Words::none, "", "as CSV with full precision"},
    {"json", 0, Words::none, "", "as JSON"},
};

}  // namespace

extern const Command kStats;
constinit const Command kStats{
    .name = "stats",
    .summary = "rates, CV of intervals and dispersion of counts of the spikes in a file, by group or node",
    .example =
        "stimgen stats stimulus/shell.h5 --recipe recipe.yaml --by pop_name\n"
        "stimgen stats stimulus/shell.h5 --config simulation_config.json --window 1 5 --csv\n"
        "stimgen stats stimulus/long.h5 --recipe recipe.yaml --window 0 1 --window 1 2",
    .terms = kTerms,
    .positionals = kStatsPositionals,
    .options = kStatsOptions,
    .run = run_stats};

}  // namespace stimgen::cli
