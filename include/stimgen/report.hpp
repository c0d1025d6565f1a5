// What spike files hold, as numbers: rates, variability and counts of nodes and groups.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stimgen/store.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

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
  std::uint64_t spikes_outside = 0;      // before or after it
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
  std::optional<double> cv_isi;         // average over the nodes that have one; absent if none has
  // Variance over mean of the nodes' spike counts (counts as a population, as Elephant's fanofactor): 1 for Poisson
  // trains of one rate, more where rates differ. Absent without spikes.
  std::optional<double> fano_factor;
};

struct SpikeStatsRequest {
  // The window [start, stop). Absent: from 0 to the last spike, which then counts.
  std::optional<TimeWindow> window;
  // Every node of the population, ascending. Absent: the nodes that have a spike in the file are all that is known.
  std::optional<std::span<const NodeId>> node_ids;
};

// Reads one population in blocks: memory grows with nodes, not with spikes. A file that is not in order of time within
// each node is read again in order. Errors: those of the reader.
PopulationSpikeStats compute_spike_stats(const SpikeReader& reader, const PopulationInfo& population,
                                         const SpikeStatsRequest& request);

// The nodes whose index in stats.nodes is listed.
GroupSpikeStats summarise(const PopulationSpikeStats& stats, std::span<const std::size_t> members);

}  // namespace stimgen
