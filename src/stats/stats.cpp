// Spike statistics in one pass over the blocks of a file, with a few numbers held for each node.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <unordered_map>

#include <fmt/format.h>

#include "stats/block.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/stats.hpp"

namespace stimgen {

namespace {

// Intervals are summed by Welford's update, which loses nothing to cancellation.
struct Accumulator {
  NodeId node_id = 0;
  bool known = true;
  std::uint64_t spikes = 0;
  std::uint64_t outside = 0;
  std::uint64_t early = 0;
  double last_ms = 0;
  std::uint64_t intervals = 0;
  double mean_interval_ms = 0;
  double squares = 0;

  void add(double time_ms) {
    if (spikes++ > 0) {
      const double interval = time_ms - last_ms;
      const double before = interval - mean_interval_ms;
      mean_interval_ms += before / static_cast<double>(++intervals);
      squares += before * (interval - mean_interval_ms);
    }
    last_ms = time_ms;
  }

  std::optional<double> cv() const {
    if (intervals < 2 || !(mean_interval_ms > 0)) return std::nullopt;
    return std::sqrt(squares / static_cast<double>(intervals)) / mean_interval_ms;
  }
};

// The nodes of a population and what was counted of each.
class Counter {
 public:
  explicit Counter(const SpikeStatsRequest& request) : window_(request.window), grid_ms_(request.grid_ms) {
    if (!request.node_ids) return;
    nodes_.reserve(request.node_ids->size());
    for (const NodeId id : *request.node_ids) insert(id, true);
    known_nodes_only_ = true;
  }

  // False if the spikes of some node were not in order of time.
  bool add(const SpikeBlock& block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      Accumulator& node = node_of(block.node_ids[i]);
      const double time_ms = block.timestamps_ms[i];
      latest_ms_ = std::max(latest_ms_, time_ms);
      if (window_ ? !counts_in(*window_, grid_ms_, time_ms) : !(time_ms > 0)) {
        ++node.outside;
        if (!(time_ms > 0)) ++node.early;
        continue;
      }
      if (node.spikes > 0 && time_ms < node.last_ms) return false;
      node.add(time_ms);
    }
    return true;
  }

  PopulationSpikeStats finish(const std::string& population) {
    PopulationSpikeStats stats;
    stats.population = population;
    stats.window = window_.value_or(TimeWindow{0, std::max(latest_ms_, 0.0)});
    std::sort(nodes_.begin(), nodes_.end(),
              [](const Accumulator& a, const Accumulator& b) { return a.node_id < b.node_id; });
    const double spikes_per_hz = expected_spikes(1, stats.window.duration_ms());
    for (const Accumulator& node : nodes_) {
      if (!node.known) {
        if (stats.unknown_node_count++ < kNamedUnknownNodes) stats.unknown_nodes.push_back(node.node_id);
        continue;
      }
      const double rate_hz = spikes_per_hz > 0 ? static_cast<double>(node.spikes) / spikes_per_hz : 0;
      stats.nodes.push_back({node.node_id, node.spikes, rate_hz, node.cv()});
      stats.spikes += node.spikes;
      stats.spikes_outside += node.outside;
      stats.spikes_early += node.early;
    }
    return stats;
  }

 private:
  Accumulator& insert(NodeId id, bool known) {
    row_of_id_.emplace(id, nodes_.size());
    Accumulator& added = nodes_.emplace_back();
    added.node_id = id;
    added.known = known;
    return added;
  }

  // Spikes of one node mostly follow each other, so the last row is tried first.
  Accumulator& node_of(NodeId id) {
    if (last_row_ < nodes_.size() && nodes_[last_row_].node_id == id) return nodes_[last_row_];
    const auto found = row_of_id_.find(id);
    last_row_ = found != row_of_id_.end() ? found->second : nodes_.size();
    return found != row_of_id_.end() ? nodes_[last_row_] : insert(id, !known_nodes_only_);
  }

  std::optional<TimeWindow> window_;
  double grid_ms_;
  bool known_nodes_only_ = false;
  std::vector<Accumulator> nodes_;
  std::unordered_map<NodeId, std::size_t> row_of_id_;
  std::size_t last_row_ = 0;
  double latest_ms_ = 0;
};

bool count_as_stored(const SpikeReader& reader, const PopulationInfo& population, Counter& counter) {
  for (std::uint64_t first = 0; first < population.count; first += kBlockSpikes) {
    const std::uint64_t count = std::min(kBlockSpikes, population.count - first);
    if (!counter.add(reader.read(population.name, first, count))) return false;
  }
  return true;
}

}  // namespace

PopulationSpikeStats compute_spike_stats(const SpikeReader& reader, const PopulationInfo& population,
                                         const SpikeStatsRequest& request) {
  Counter counter(request);
  if (count_as_stored(reader, population, counter)) return counter.finish(population.name);

  Counter again(request);
  const std::unique_ptr<SpikeSource> source =
      open_sorted(reader, {.population = population.name, .early = true}, SpikeOrder::by_id, {});
  SpikeBlock block;
  while (source->next(block)) again.add(block);
  return again.finish(population.name);
}

double last_spike_ms(const SpikeReader& reader) {
  double last_ms = 0;
  for (const PopulationInfo& population : reader.populations()) {
    for (std::uint64_t first = 0; first < population.count; first += kBlockSpikes) {
      const SpikeBlock block = reader.read(population.name, first, std::min(kBlockSpikes, population.count - first));
      for (const double time_ms : block.timestamps_ms) last_ms = std::max(last_ms, time_ms);
    }
  }
  return last_ms;
}

void refuse_unknown_nodes(const std::string& file, const std::vector<NodeId>& named, std::uint64_t count,
                          const std::string& expected) {
  if (count == 0) return;
  throw InputError("spikes.unknown-nodes",
                   fmt::format("{}: {} of the nodes with spikes are not {}: {}{}", file, count, expected,
                               fmt::join(named, ", "), count > named.size() ? ", …" : ""),
                   "the file was made for another network, or the network has changed since");
}

GroupSpikeStats summarise(const PopulationSpikeStats& stats, std::span<const std::size_t> members) {
  GroupSpikeStats group;
  group.nodes = members.size();
  double rates = 0;
  double counts = 0;
  double cvs = 0;
  std::uint64_t nodes_with_cv = 0;
  for (const std::size_t member : members) {
    const NodeSpikeStats& node = stats.nodes[member];
    group.spikes += node.spikes;
    if (node.spikes == 0) ++group.silent_nodes;
    rates += node.rate_hz;
    counts += static_cast<double>(node.spikes);
    if (node.cv_isi) {
      cvs += *node.cv_isi;
      ++nodes_with_cv;
    }
  }
  if (members.empty()) return group;
  const auto size = static_cast<double>(members.size());
  group.mean_rate_hz = rates / size;
  if (nodes_with_cv > 0) group.cv_isi = cvs / static_cast<double>(nodes_with_cv);

  std::vector<double> sorted;
  for (const std::size_t member : members) sorted.push_back(stats.nodes[member].rate_hz);
  std::sort(sorted.begin(), sorted.end());
  group.min_rate_hz = sorted.front();
  group.max_rate_hz = sorted.back();
  group.median_rate_hz = (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;

  const double mean_count = counts / size;
  double rate_squares = 0;
  double count_squares = 0;
  for (const std::size_t member : members) {
    const double rate_offset = stats.nodes[member].rate_hz - group.mean_rate_hz;
    const double count_offset = static_cast<double>(stats.nodes[member].spikes) - mean_count;
    rate_squares += rate_offset * rate_offset;
    count_squares += count_offset * count_offset;
  }
  if (members.size() > 1) group.stdev_rate_hz = std::sqrt(rate_squares / (size - 1));
  if (counts > 0) group.count_dispersion = count_squares / size / mean_count;
  return group;
}

}  // namespace stimgen
