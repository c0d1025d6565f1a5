// `stimgen stats`: rates and variability of the spikes in a file, by groups of nodes or node by node.
#include <algorithm>
#include <map>

#include "cli/file_groups.hpp"
#include "stimgen/report.hpp"

namespace stimgen::cli {

namespace {

// One population of the file with everything the output needs.
struct Result {
  PopulationInfo info;
  PopulationSpikeStats stats;
  NodeKeys keys;
  std::vector<std::vector<std::size_t>> groups;  // indices into stats.nodes, which are rows where a network is known
  std::vector<std::size_t> nodes;                // all that are in a group, ascending
};

Result compute(const SpikeReader& reader, const FileGroups& file, const std::optional<TimeWindow>& window,
               double grid_ms) {
  Result result;
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
  return {std::to_string(group.nodes),  std::to_string(group.silent_nodes), std::to_string(group.spikes),
          number(group.mean_rate_hz),   number(group.stdev_rate_hz),        number(group.min_rate_hz),
          number(group.median_rate_hz), number(group.max_rate_hz),          number(group.cv_isi),
          number(group.fano_factor)};
}

// What the rows say besides numbers.
struct Layout {
  bool by_node = false;
  bool windows = false;  // there are several, and every row says which is its own
};

// Rows of cells, the header first. CSV and table differ only in how they are joined and in the digits.
std::vector<std::vector<std::string>> rows_of(const std::vector<Result>& results, Layout layout, bool exact) {
  const bool by_node = layout.by_node;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> header{"population"};
  if (layout.windows) header.insert(header.end(), {"window_start_ms", "window_stop_ms"});
  if (by_node) header.push_back("node_id");
  for (const std::string& property : results.front().keys.names) header.push_back(property);
  for (const std::string_view name :
       by_node
           ? std::vector<std::string_view>{"spikes", "rate_hz", "cv_isi"}
           : std::vector<std::string_view>{"nodes", "silent_nodes", "spikes", "mean_rate_hz", "stdev_rate_hz",
                                           "min_rate_hz", "median_rate_hz", "max_rate_hz", "cv_isi", "fano_factor"}) {
    header.emplace_back(name);
  }
  rows.push_back(header);
  const auto add_values = [&](std::vector<std::string> values) {
    for (std::string& value : values) rows.back().push_back(!value.empty() || exact ? std::move(value) : "-");
  };
  const auto start_row = [&](const PopulationSpikeStats& stats) {
    rows.push_back({stats.population});
    if (!layout.windows) return;
    for (const double time_ms : {stats.window.start_ms, stats.window.stop_ms})
      rows.back().push_back(format_number(time_ms));
  };
  for (const Result& result : results) {
    if (by_node) {
      for (const std::size_t i : result.nodes) {
        const NodeSpikeStats& node = result.stats.nodes[i];
        start_row(result.stats);
        rows.back().push_back(std::to_string(node.node_id));
        add_values(result.keys.values_at(i));
        rows.back().push_back(std::to_string(node.spikes));
        rows.back().push_back(exact ? format_number(node.rate_hz) : format_rounded(node.rate_hz, 4));
        rows.back().push_back(exact ? number_or_empty(node.cv_isi) : rounded_or_dash(node.cv_isi));
      }
      continue;
    }
    for (const std::vector<std::size_t>& members : result.groups) {
      start_row(result.stats);
      add_values(members.empty() ? std::vector<std::string>() : result.keys.values_at(members.front()));
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

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Keys are those of the CSV; the window is given beside the groups of a population, which is there once for each.
std::string as_json(const std::vector<Result>& results, bool by_node) {
  Json populations = Json::array();
  for (const Result& result : results) {
    Json rows = Json::array();
    const bool grouped = !result.keys.names.empty();
    if (by_node) {
      for (const std::size_t i : result.nodes) {
        const NodeSpikeStats& node = result.stats.nodes[i];
        Json row = {{"node_id", node.node_id}};
        if (grouped) row["by"] = result.keys.json_at(i);
        row["spikes"] = node.spikes;
        row["rate_hz"] = node.rate_hz;
        row["cv_isi"] = optional_json(node.cv_isi);
        rows.push_back(std::move(row));
      }
    } else {
      for (const std::vector<std::size_t>& members : result.groups) {
        const GroupSpikeStats group = summarise(result.stats, members);
        Json row = Json::object();
        if (grouped) row["by"] = result.keys.json_at(members.front());
        row["nodes"] = group.nodes;
        row["silent_nodes"] = group.silent_nodes;
        row["spikes"] = group.spikes;
        row["mean_rate_hz"] = group.mean_rate_hz;
        row["stdev_rate_hz"] = optional_json(group.stdev_rate_hz);
        row["min_rate_hz"] = group.min_rate_hz;
        row["median_rate_hz"] = group.median_rate_hz;
        row["max_rate_hz"] = group.max_rate_hz;
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

int run_stats(const Arguments& arguments, Terminal& terminal) {
  if (arguments.has("csv") && arguments.has("json")) {
    throw UsageError("usage.exclusive", "'--csv' and '--json' exclude each other", {}, "stats");
  }
  const FileContext context = open_file_context(arguments, terminal);
  const std::unique_ptr<SpikeReader> reader = open_spike_file(arguments.text("FILE"));
  std::vector<Result> results;
  for (const FileGroups& file : group_file(*reader, context)) {
    for (const auto& window : context.windows) results.push_back(compute(*reader, file, window, context.grid_ms));
  }
  if (context.network == nullptr) {
    terminal.note("only nodes with spikes are known; with --recipe or --config silent nodes count too");
  }
  for (const Result& result : results) {
    say_what_was_assumed(context, result.info, result.stats.window, result.stats.spikes_outside, terminal);
  }

  const Layout layout{.by_node = arguments.has("nodes"), .windows = context.windows.size() > 1};
  if (arguments.has("json")) {
    terminal.out(as_json(results, layout.by_node));
  } else if (arguments.has("csv")) {
    print_csv(rows_of(results, layout, true), terminal);
  } else {
    print_table(rows_of(results, layout, false), results.front().keys.names.size(), layout, terminal);
  }
  return 0;
}

constexpr Positional kPositionals[] = {{"FILE", Presence::required, "a spike file"}};
constexpr Option kOptions[] = {
    {"recipe", 0, Words::one, "RECIPE", "take nodes, their properties and the time window from this recipe"},
    {"config", 0, Words::one, "CONFIG", "take nodes and their properties from this SONATA config"},
    {"by", 0, Words::several, "PROPERTY…", "group nodes by these properties"},
    {"assembly", 0, Words::one, "SET", "group nodes as this assembly set of the recipe does; others are left out"},
    {"window", 0, Words::repeated_two, "A B",
     "count spikes from A to before B; bare numbers are seconds; may be repeated"},
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
        "stimgen stats stimulus/shell.h5 --config simulation_config.json --window 1 5 --csv\n"
        "stimgen stats stimulus/long.h5 --recipe recipe.yaml --window 0 1 --window 1 2",
    .positionals = kPositionals,
    .options = kOptions,
    .run = run_stats};

}  // namespace stimgen::cli
