// `stimgen psth`: rate over time of groups of nodes, raw and smoothed.
#include <algorithm>

#include "cli/file_groups.hpp"
#include "draw/axis.hpp"
#include "stimgen/stats.hpp"

namespace stimgen::cli {

namespace {

constexpr double kDefaultBinMs = 10;
constexpr Smoothing kDefaultSmoothing{Smoothing::Kernel::gaussian, 50};

struct PopulationPsth {
  FileGroups file;
  Psth psth;
};

PopulationPsth compute(const SpikeReader& reader, FileGroups file, const std::optional<TimeWindow>& window,
                       double grid_ms, double bin_ms) {
  PsthRequest request;
  request.window = window;
  request.grid_ms = grid_ms;
  request.bin_ms = bin_ms;
  std::vector<std::uint32_t> group_of_node;
  if (file.population != nullptr) {
    group_of_node = file.group_of_node();
    request.node_ids = file.population->node_ids();
    request.group_of_node = group_of_node;
    request.groups = file.groups.size();
  }
  Psth psth = compute_psth(reader, file.info, request);
  PopulationPsth result{std::move(file), std::move(psth)};
  if (result.file.population != nullptr) {
    check_nodes_known(result.psth.unknown_nodes, result.psth.unknown_node_count, *result.file.population,
                      reader.path());
  }
  return result;
}

// `windows`: there are several, and every row says which is its own; the end of one may lie in the middle of another.
void print_csv(const std::vector<PopulationPsth>& results, const Smoothing& smoothing, bool windows,
               Terminal& terminal) {
  const bool populations = results.front().file.info.name != results.back().file.info.name;
  terminal.out(windows ? "window_start_ms,window_stop_ms," : "");
  terminal.out("group,time_ms,rate_hz,smoothed_hz\n");
  for (const PopulationPsth& result : results) {
    const Psth& psth = result.psth;
    for (std::size_t group = 0; group < psth.counts.size(); ++group) {
      std::string label = result.file.label_of(group);
      if (populations && !result.file.keys.names.empty()) label = result.file.info.name + ": " + label;
      const std::string window =
          windows ? fmt::format("{},{},", format_number(psth.window.start_ms), format_number(psth.window.stop_ms)) : "";
      const std::string prefix = window + csv_field(label);
      const std::vector<double> rates = psth.rates_hz(group);
      const std::vector<double> smoothed = psth.smoothed_hz(group, smoothing);
      for (std::size_t i = 0; i < psth.bins(); ++i) {
        terminal.out(fmt::format("{},{},{},{}\n", prefix, format_number(psth.bin(i).start_ms), format_number(rates[i]),
                                 format_number(smoothed[i])));
      }
    }
  }
}

// Keys: bin_ms, smoothing, populations[] with population, window_ms and groups[] of label, by, nodes, rate_hz[] and
// smoothed_hz[], a value a bin; bins start at window_ms[0] + i·bin_ms.
void print_json(const std::vector<PopulationPsth>& results, double bin_ms, const Smoothing& smoothing,
                Terminal& terminal) {
  Json populations = Json::array();
  for (const PopulationPsth& result : results) {
    const Psth& psth = result.psth;
    Json groups = Json::array();
    for (std::size_t group = 0; group < psth.counts.size(); ++group) {
      Json row = {{"label", result.file.label_of(group)}};
      if (!result.file.keys.names.empty()) row["by"] = result.file.keys.json_at(result.file.groups[group].front());
      row["nodes"] = psth.nodes[group];
      row["rate_hz"] = psth.rates_hz(group);
      row["smoothed_hz"] = psth.smoothed_hz(group, smoothing);
      groups.push_back(std::move(row));
    }
    populations.push_back(Json{{"population", result.file.info.name},
                               {"window_ms", {psth.window.start_ms, psth.window.stop_ms}},
                               {"groups", groups}});
  }
  terminal.out(to_text(Json{{"bin_ms", bin_ms}, {"smoothing", describe(smoothing)}, {"populations", populations}}));
}

int run_psth(const Arguments& arguments, Terminal& terminal) {
  const std::optional<double> asked_bin_ms = read_bin_ms(arguments);
  const std::optional<Smoothing> asked_smoothing = read_smoothing(arguments);
  const FileContext context = open_file_context(arguments, terminal);
  const std::unique_ptr<SpikeReader> reader = open_spikes(arguments.text("FILE"), context);
  const CountedWindows windows = windows_for(*reader, context);
  Smoothing smoothing = asked_smoothing.value_or(kDefaultSmoothing);
  if (!asked_smoothing) {
    const std::optional<double> piece_ms = find_shortest_piece_ms(context, *reader);
    if (piece_ms) smoothing = smoothing_for(*piece_ms);
  }
  // A kernel that is narrower than the bins would smooth nothing.
  const double bin_ms = asked_bin_ms      ? *asked_bin_ms
                        : asked_smoothing ? kDefaultBinMs
                                          : std::min(kDefaultBinMs, draw::nice_at_least(smoothing.width_ms / 4));
  std::vector<PopulationPsth> results;
  for (const FileGroups& file : group_file(*reader, context)) {
    for (const auto& window : windows.all) results.push_back(compute(*reader, file, window, windows.grid_ms, bin_ms));
  }
  if (context.network == nullptr) {
    terminal.note("rates are those of an average node with spikes; with --recipe or --config silent nodes count too");
  }
  for (const PopulationPsth& result : results) {
    say_what_was_assumed(context, windows, result.file.info, result.psth.window,
                         {result.psth.spikes_outside, result.psth.spikes_early}, terminal);
  }
  terminal.note(
      fmt::format("bins of {} ms, each given by its start; smoothed: {}", format_number(bin_ms), describe(smoothing)));
  if (arguments.has("json")) {
    print_json(results, bin_ms, smoothing, terminal);
  } else {
    print_csv(results, smoothing, windows.all.size() > 1, terminal);
  }
  return 0;
}

constexpr Positional kPsthPositionals[] = {{"FILE", Presence::required, "a spike file"}};
constexpr Option kPsthOptions[] = {
    kRecipeOption,
    kConfigOption,
    kByOption,
    kAssemblyOption,
    kWindowOption,
    {"bin", 0, Words::one, "TIME",
     "width of a bin; a bare number is ms (default: 10 ms, less if σ follows from a recipe)"},
    {"smooth", 0, Words::one, "KERNEL",
     "σ of a Gaussian in ms, boxcar:50, exponential:50 (width, τ) or none (default: 50; in a file that RECIPE makes, a "
     "σ that follows the stimulus)"},
    {"json", 0, Words::none, "", "as JSON instead of CSV"},
};

}  // namespace

extern const Command kPsth;
constinit const Command kPsth{.name = "psth",
                              .summary = "rate over time of the spikes in a file, by groups of nodes, raw and smoothed",
                              .example =
                                  "stimgen psth stimulus/long.h5 --recipe recipe.yaml --assembly thalamus_groups\n"
                                  "stimgen psth stimulus/shell.h5 --bin 2.5ms --smooth boxcar:50 > psth.csv",
                              .positionals = kPsthPositionals,
                              .options = kPsthOptions,
                              .run = run_psth};

}  // namespace stimgen::cli
