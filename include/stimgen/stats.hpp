// What spike files hold, as numbers: rates, variability and counts of nodes and groups.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/plan.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/store.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// Whether a spike counts in a window [start, stop): after 0, whatever the window, not before its start, and before its
// stop or, of a window whose times were rounded up to a grid, less than a step after it.
inline bool counts_in(const TimeWindow& window, double grid_ms, double time_ms) {
  return time_ms > 0 && time_ms >= window.start_ms && time_ms < window.stop_ms + grid_ms;
}

// One node over the window.
struct NodeSpikeStats {
  NodeId node_id = 0;
  std::uint64_t spikes = 0;
  double rate_hz = 0;  // spikes / window
  // Coefficient of variation of the intervals between neighbouring spikes in the window: their standard deviation (of
  // the intervals as a population, as Elephant's cv) over their mean. Absent with fewer than two intervals, or mean 0.
  std::optional<double> cv_isi;
};

// All spikes of one population in a window, node by node.
struct PopulationSpikeStats {
  std::string population;
  TimeWindow window;
  std::vector<NodeSpikeStats> nodes;     // by ascending id; silent ones too if the nodes were given
  std::uint64_t spikes = 0;              // inside the window
  std::uint64_t spikes_outside = 0;      // before or after it …
  std::uint64_t spikes_early = 0;        // … of those, at or before 0
  std::vector<NodeId> unknown_nodes;     // ids with spikes that are not among the nodes given, ascending, at most 5 …
  std::uint64_t unknown_node_count = 0;  // … of so many
};

// Statistics of a group of nodes. All nodes count, silent ones too, except where said.
struct GroupSpikeStats {
  std::uint64_t nodes = 0;
  std::uint64_t silent_nodes = 0;
  std::uint64_t spikes = 0;
  double mean_rate_hz = 0;
  std::optional<double> stdev_rate_hz;  // of the nodes' rates as a sample (n − 1); absent with fewer than two nodes
  // Of the nodes' rates; the median of an even number is the mean of the middle two. 0 without nodes.
  double min_rate_hz = 0;
  double median_rate_hz = 0;
  double max_rate_hz = 0;
  std::optional<double> cv_isi;  // average over the nodes that have one; absent if none has
  // Variance over mean of the nodes' spike counts (counts as a population, as Elephant's fanofactor). Absent without
  // spikes.
  std::optional<double> count_dispersion;
};

// What they are, for readers of tables.
inline constexpr std::string_view kCvMeaning =
    "standard deviation (over n) by mean of a node's inter-spike intervals; of a group, the average over its nodes "
    "that have two or more. For Poisson trains it is above 1 where rates change, below 1 where nodes have few spikes";
// Of a check, which knows the rates asked for.
inline constexpr std::string_view kRescaledCvMeaning =
    "standard deviation (over n) by mean of intervals in expected spikes (time rescaled by the rate asked for), the "
    "nodes of a group laid end to end: 1 for Poisson trains, whatever their rates do and however few their spikes";
inline constexpr std::string_view kCountDispersionMeaning =
    "variance (over n) by mean of the spike counts of a group's nodes: 1 for Poisson trains of one rate; across nodes, "
    "not trials, so no Fano factor";

struct SpikeStatsRequest {
  // The window [start, stop). Absent: from 0 to the last spike, which then counts.
  std::optional<TimeWindow> window;
  // Of a window whose times were rounded up to a grid (`output.resolution`): spikes at its stop or less than a step
  // after it were before it, and count.
  double grid_ms = 0;
  // Every node of the population, ascending. Absent: the nodes that have a spike in the file are all that is known.
  std::optional<std::span<const NodeId>> node_ids;
};

// Reads one population in blocks: memory grows with nodes, not with spikes. A file that is not in order of time within
// each node is read again in order. Errors: those of the reader.
PopulationSpikeStats compute_spike_stats(const SpikeReader& reader, const PopulationInfo& population,
                                         const SpikeStatsRequest& request);

// Throws InputError if there are nodes with spikes that were not given; `expected` says what they are not: "in
// population 'thalamus'".
void refuse_unknown_nodes(const std::string& file, const std::vector<NodeId>& named, std::uint64_t count,
                          const std::string& expected);

// The nodes whose index in stats.nodes is listed.
GroupSpikeStats summarise(const PopulationSpikeStats& stats, std::span<const std::size_t> members);

// ---- rate over time ------------------------------------------------------------------------------------------------

// A kernel that rates over time are smoothed with. Near the ends of the window it is cut and what is left counts as the
// whole: a constant rate stays constant up to the ends.
struct Smoothing {
  enum class Kernel : std::uint8_t { none, gaussian, boxcar, exponential };
  Kernel kernel = Kernel::none;
  // gaussian: standard deviation (cut at five). boxcar: full width, centred. exponential: time constant of a kernel
  // that looks back only.
  double width_ms = 0;
};

// "gaussian:50", "boxcar:20 ms", "exponential:0.1 s", "none"; a bare number is ms, and a width without a kernel the σ
// of a Gaussian. nullopt: not one of them.
std::optional<Smoothing> parse_smoothing(std::string_view text);
// A Gaussian that leaves a stimulus its shape: σ is a quarter of the shortest piece of its rates (constant or ramp),
// between 2 and 50 ms.
Smoothing smoothing_for(double shortest_piece_ms);
// "Gaussian, σ = 50 ms"
std::string describe(const Smoothing& smoothing);

struct PsthRequest {
  std::optional<TimeWindow> window = {};  // absent: from 0 to the last spike, which then counts
  double grid_ms = 0;                     // as for statistics; the last bin gets the spikes after the stop
  double bin_ms = 10;
  // Every node of the population, ascending, and the group of each (kNoGroup: its spikes are left out). Absent: the
  // nodes that have a spike are one group.
  std::optional<std::span<const NodeId>> node_ids = {};
  std::span<const std::uint32_t> group_of_node{};
  std::size_t groups = 1;
};
inline constexpr std::uint32_t kNoGroup = 0xFFFFFFFF;

// Spikes of each group in bins of equal width; the last one is shorter where they do not fill the window.
struct Psth {
  TimeWindow window;
  double bin_ms = 0;
  std::vector<std::uint64_t> nodes;                // of each group, silent ones too if the nodes were given
  std::vector<std::vector<std::uint64_t>> counts;  // [group][bin]
  std::uint64_t spikes_outside = 0;
  std::uint64_t spikes_early = 0;
  std::vector<NodeId> unknown_nodes;  // as in PopulationSpikeStats
  std::uint64_t unknown_node_count = 0;

  std::size_t bins() const { return counts.empty() ? 0 : counts.front().size(); }
  TimeWindow bin(std::size_t i) const;
  // Mean rate of a node of the group in each bin; 0 for a group without nodes.
  std::vector<double> rates_hz(std::size_t group) const;
  std::vector<double> smoothed_hz(std::size_t group, const Smoothing& smoothing) const;
};

// The time of the last spike of all populations of a file, 0 if there is none after 0. Reads them whole.
double last_spike_ms(const SpikeReader& reader);

// One pass in any order of spikes. Memory grows with groups × bins and with nodes. Without a window and without
// spikes there is one bin. Errors: those of the reader;
// InputError if there would be more than kMaxPsthCells bins in all.
Psth compute_psth(const SpikeReader& reader, const PopulationInfo& population, const PsthRequest& request);
inline constexpr std::size_t kMaxPsthCells = 50'000'000;

// Smoothed values of bins of equal width but the last: `weights` are the widths of the bins.
std::vector<double> smooth(std::span<const double> values, std::span<const double> weights, double bin_ms,
                           const Smoothing& smoothing);

// ---- observed against requested -------------------------------------------------------------------------------------

// The chance that a batch made as asked is called off: shared by all tests of all groups (Bonferroni).
inline constexpr double kCheckLevel = 0.001;

// One group of a task, or one population of a combination (only its count is checked, and exactly).
struct GroupCheck {
  std::string task;
  std::string group;
  std::uint64_t nodes = 0;
  double expected_spikes = 0;
  std::uint64_t spikes = 0;
  std::optional<double> z;  // (spikes − expected) / √variance, of the point process or else of the nodes' own spread
  std::optional<double> ks_p;  // Kolmogorov-Smirnov of the intervals against the law of the point process
  std::uint64_t ks_intervals = 0;
  // Standard deviation (over n) over mean of the time-rescaled intervals; absent with fewer than two. Of any point
  // process: where its nodes have few spikes each, it lies between the process's own and 1.
  std::optional<double> cv_rescaled;
  std::uint64_t silent_nodes = 0;
  double expected_silent_nodes = 0;
  // Of drawn rates, where a distribution was asked for:
  std::optional<RateDistribution> asked;
  double drawn_mean_hz = 0;
  double drawn_stdev_hz = 0;
  std::optional<double> rates_p;      // Kolmogorov-Smirnov of the drawn rates against the distribution
  std::vector<std::string> problems;  // empty: ok
};

struct StatisticsCheck {
  std::vector<GroupCheck> groups;
  std::size_t tests = 0;  // that share the level
  double threshold = 0;   // kCheckLevel / tests
  // Nodes of the populations of backgrounds and patterns that no task gives any input (rate 0 all the time).
  struct Unfed {
    std::string population;
    std::uint64_t nodes = 0;  // of the population
    std::uint64_t unfed = 0;
    std::vector<NodeId> first;  // at most 5
  };
  std::vector<Unfed> unfed;

  bool ok() const;
};

// Reads the made files of all tasks, or of `only` and what they need: observed spikes against the rates asked for.
// Memory grows with nodes and groups. Errors: InputError for a file that is missing or is no file of this recipe.
// Counts are held against the variance of the point process, or, where it has none of its own, against the spread of
// the nodes' counts. Intervals are mapped by the law of the process at the rate of their node to numbers that are drawn
// evenly from 0 to 1 (after Brown et al., Neural Comput. 14 (2002) 325), given that they end inside the window.
StatisticsCheck check_statistics(const Plan& plan, const std::vector<std::string>& only = {});

}  // namespace stimgen
