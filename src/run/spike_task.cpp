// Blocks of nodes are sampled by the pool, a few ahead, and handed to the sink in order of node id.
#include "run/spike_task.hpp"

#include <cmath>
#include <deque>
#include <memory>

#include "base/deferred.hpp"
#include "base/profile.hpp"
#include "run/time_grid.hpp"
#include "run/time_windows.hpp"

namespace stimgen {
namespace {

// A block is big enough to make hand-over cheap and small enough for the cache.
constexpr double kSpikesPerBlock = 16384;
constexpr std::size_t kNodesPerBlock = 65536;
// A node with more is sampled window by window, so that one train need not fit in memory.
constexpr double kLongTrainSpikes = 1 << 20;

// Nodes [first, last) of NodeRates.
struct NodeRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

// From `first` until the block is full; empty if `first` has a long train.
NodeRange next_range(const NodeRates& rates, std::size_t first) {
  double expected = 0;
  std::size_t last = first;
  while (last < rates.size() && last - first < kNodesPerBlock && expected < kSpikesPerBlock) {
    const double node_expected = rates.expected_spikes(last);
    if (node_expected > kLongTrainSpikes) break;
    expected += node_expected;
    ++last;
  }
  return {first, last};
}

TrainBlock sample(const PreparedProcess& process, const NodeRates& rates, NodeRange range, double resolution_ms,
                  const TaskContext& context) {
  const ProfiledStage stage(Stage::sampling);
  TrainBlock block;
  // Room for nearly every outcome (four standard deviations), so that the times do not move while they grow.
  double expected = 0;
  for (std::size_t i = range.first; i < range.last; ++i) expected += rates.expected_spikes(i);
  const auto room = static_cast<std::size_t>(expected + 4 * std::sqrt(expected) + 16);
  block.timestamps_ms.reserve(room);
  block.stretches.reserve(range.last - range.first);
  for (std::size_t i = range.first; i < range.last; ++i) {
    context.check_stop();
    const std::size_t before = block.size();
    process.append_train(i, block.timestamps_ms);
    if (block.size() > before) block.stretches.push_back({rates.node_ids[i], block.size() - before});
  }
  round_up_to_grid(block.timestamps_ms, resolution_ms);
  return block;
}

std::uint64_t write_long_train(const PreparedProcess& process, const NodeRates& rates, std::size_t node,
                               double resolution_ms, SpikeSink& sink, const TaskContext& context) {
  RateFunction scratch;
  const RateFunction& rate = rates.rate_of(node, scratch);
  const auto train = process.open_trains(node, node + 1);
  std::uint64_t count = 0;
  std::vector<Spike> spikes;
  for (double until = kSpikesPerBlock;; until += kSpikesPerBlock) {
    context.check_stop();
    const bool last = until >= rate.total_intensity();
    TrainBlock block;
    {
      const ProfiledStage stage(Stage::sampling);
      spikes.clear();
      train->append_until(last ? rates.window.stop_ms : rate.time_at_intensity(until), spikes);
      for (const Spike& spike : spikes) block.timestamps_ms.push_back(spike.timestamp_ms);
      if (!spikes.empty()) block.stretches.push_back({rates.node_ids[node], spikes.size()});
      round_up_to_grid(block.timestamps_ms, resolution_ms);
    }
    count += block.size();
    context.add_progress(block.size());
    sink.append_trains(std::move(block));
    if (last) return count;
  }
}

TaskCounts write_by_id(const PreparedProcess& process, const NodeRates& rates, double resolution_ms, SpikeSink& sink,
                       const TaskContext& context) {
  TaskCounts counts{0, rates.size()};
  std::deque<Deferred<TrainBlock>> ahead;
  const std::size_t most_ahead = 2 * context.pool->threads();
  std::size_t next_node = 0;
  while (next_node < rates.size() || !ahead.empty()) {
    context.check_stop();
    while (next_node < rates.size() && ahead.size() < most_ahead) {
      const NodeRange range = next_range(rates, next_node);
      if (range.first == range.last) break;
      next_node = range.last;
      ahead.emplace_back(*context.pool, [&process, &rates, range, resolution_ms, &context] {
        return sample(process, rates, range, resolution_ms, context);
      });
    }
    if (ahead.empty()) {
      counts.spikes += write_long_train(process, rates, next_node++, resolution_ms, sink, context);
      continue;
    }
    TrainBlock block = ahead.front().take();
    ahead.pop_front();
    counts.spikes += block.size();
    context.add_progress(block.size());
    sink.append_trains(std::move(block));
  }
  return counts;
}

}  // namespace

TaskCounts write_spikes(const SampledSource& source, const NodeRates& rates, const OutputSettings& output,
                        SpikeSink& sink, const TaskContext& context) {
  sink.begin_population(source.population->name(), output.sort);
  const auto process = source.process->prepare(rates.train_rates(), source.spikes_key);
  if (output.sort == SpikeOrder::by_time) {
    return write_by_time(*process, rates, output.resolution_ms, sink, context);
  }
  return write_by_id(*process, rates, output.resolution_ms, sink, context);
}

}  // namespace stimgen
