// Everything a report shows, as numbers, before it is a page or a figure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stimgen/report.hpp"
#include "stimgen/stats.hpp"

namespace stimgen {

// Rates that have this share of the nodes below them.
struct Quantiles {
  double min = 0, p5 = 0, q1 = 0, median = 0, q3 = 0, p95 = 0, max = 0;
};

// How many nodes have which rate. Bins are whole numbers of spikes wide, so that counts do not beat against them.
struct RateHistogram {
  double start_hz = 0;
  double width_hz = 0;
  std::vector<double> nodes;
  std::vector<double> requested;  // expected number of nodes; empty if nothing was requested
};

struct ReportGroup {
  std::string label;
  GroupSpikeStats stats;
  std::optional<double> expected_spikes;
  Quantiles rates;
  std::optional<Quantiles> requested_rates;
  RateHistogram histogram;
  std::vector<std::uint64_t> isi;  // counts in the section's bins
  std::uint64_t isi_below = 0;     // intervals shorter than all bins
  std::vector<double> rate_hz;     // of an average node, in the section's time bins
  std::vector<double> smoothed_hz;
  std::vector<double> requested_hz;  // in the same bins, smoothed alike; empty if nothing was requested
  std::vector<double> curve_hz;      // requested, at the section's curve_ms; as it is
};

struct Raster {
  std::uint64_t total = 0;  // spikes in the window, of the nodes that have a row
  double tick_ms = 0;
  std::vector<std::uint32_t> ticks;         // ascending; time = window.start + tick · tick_ms
  std::vector<std::uint32_t> rows;          // of each spike, index into node_ids
  std::vector<NodeId> node_ids;             // by group, then id
  std::vector<std::uint32_t> group_starts;  // first row of each group, and one past the last
  std::vector<std::string> group_labels;    // of all of them, those too that are not among the section's groups

  std::size_t group_of(std::uint32_t row) const {
    return static_cast<std::size_t>(std::upper_bound(group_starts.begin(), group_starts.end(), row) -
                                    group_starts.begin()) -
           1;
  }
};

// One population of one file.
struct ReportSection {
  std::string name;  // of the task or file
  std::string kind;  // "background", "pattern long", "combination", "file"
  std::string population;
  std::string file;  // as the user wrote it
  std::string grouped_by;
  std::string remark;   // a sentence on what was asked for
  std::string process;  // empty if not known
  std::string digest;
  std::uint64_t bytes = 0;
  std::uint64_t spikes = 0;
  std::uint64_t spikes_outside = 0;
  std::uint64_t nodes = 0;
  bool silent_nodes_known = true;  // else only nodes with spikes are among them
  std::optional<double> expected_spikes;
  double mean_rate_hz = 0;
  std::vector<std::string> problems;  // of the check
  bool checked = false;
  std::string state;  // against the lock: "as locked", "not locked", …; empty for files
  TimeWindow window;
  double bin_ms = 0;
  Smoothing smoothing;
  std::vector<double> curve_ms;
  std::vector<double> isi_edges_ms;
  std::vector<ReportGroup> groups;  // the first kMaxReportGroups; the rest are not drawn
  std::size_t groups_in_all = 0;
  Raster raster;

  // "smoothed: Gaussian, σ = 50 ms"
  std::string smoothing_words() const {
    return (smoothing.kernel == Smoothing::Kernel::none ? "" : "smoothed: ") + describe(smoothing);
  }
  // "a random sample of 1,000 of the 12,345 spikes; rows: all 300 nodes"
  std::string raster_words() const;
  // "not drawn: 12 of 3,456 intervals, shorter than 0.1 ms"; empty if all are drawn. Of the first `groups` groups.
  std::string short_intervals_words(std::size_t groups) const;
  // Whether its name is that of other sections too, which differ in their population.
  bool is_of_several() const { return kind == "combination" || kind == "file"; }
};

inline constexpr std::size_t kMaxReportGroups = 24;

struct GraphNode {
  std::string name;
  std::string kind;
  std::vector<std::size_t> needs;
};

struct ReportModel {
  std::string title;
  std::string producer;
  std::vector<std::pair<std::string, std::string>> facts;  // name and value: seeds, versions
  std::vector<std::string> notes;
  std::string recipe_path;
  std::string recipe_text;
  std::vector<GraphNode> graph;
  std::vector<ReportSection> sections;
  std::optional<StatisticsCheck> check;
};

}  // namespace stimgen
