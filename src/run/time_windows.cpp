// Every range of nodes keeps its open spike streams; a window's ranges are sampled and sorted by the pool, then merged.
#include "run/time_windows.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>

#include "run/time_grid.hpp"

namespace stimgen {
namespace {

constexpr double kSpikesPerWindow = 1 << 20;

bool by_time_then_id(const Spike& a, const Spike& b) {
  return a.timestamp_ms != b.timestamp_ms ? a.timestamp_ms < b.timestamp_ms : a.node_id < b.node_id;
}

// The open streams of neighbouring nodes.
class StreamRange {
 public:
  StreamRange(const Plan::SpikeInput& input, const NodeRates& rates, std::size_t first, std::size_t last)
      : first_(first), rates_(rates) {
    if (rates.functions.empty()) {
      for (std::size_t i = first; i < last; ++i) constant_.push_back(constant_rate(rates.constant_hz[i], rates.window));
    }
    streams_.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) {
      const RateFunction& rate =
          rates.functions.empty() ? constant_[i - first] : rates.functions[rates.function_of_node[i]];
      streams_.push_back(input.process->open_stream(rate, input.spikes_key, rates.node_ids[i]));
    }
  }

  // All spikes before `until_ms` that were not taken yet, on the grid, in order of time, then node id.
  std::vector<Spike> take_until(double until_ms, double resolution_ms, const TaskContext& context) {
    std::vector<Spike> spikes;
    std::vector<double> train_ms;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      context.check_stop();
      train_ms.clear();
      streams_[i]->append_until(until_ms, train_ms);
      round_up_to_grid(train_ms, resolution_ms);
      for (const double time_ms : train_ms) spikes.push_back({rates_.node_ids[first_ + i], time_ms});
    }
    std::sort(spikes.begin(), spikes.end(), by_time_then_id);
    return spikes;
  }

 private:
  std::size_t first_;
  const NodeRates& rates_;
  std::vector<RateFunction> constant_;  // does not move once filled: streams point into it
  std::vector<std::unique_ptr<SpikeStream>> streams_;
};

std::vector<std::unique_ptr<StreamRange>> open_ranges(const Plan::SpikeInput& input, const NodeRates& rates,
                                                      unsigned threads) {
  double total = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) total += rates.expected_spikes(i);
  const double share = total / (4.0 * threads);
  std::vector<std::unique_ptr<StreamRange>> ranges;
  std::size_t first = 0;
  double expected = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    expected += rates.expected_spikes(i);
    if (expected < share && i + 1 < rates.size()) continue;
    ranges.push_back(std::make_unique<StreamRange>(input, rates, first, i + 1));
    first = i + 1;
    expected = 0;
  }
  return ranges;
}

// Merges sorted runs by halves.
std::vector<Spike> merge_runs(std::vector<std::vector<Spike>> runs) {
  if (runs.empty()) return {};
  while (runs.size() > 1) {
    std::vector<std::vector<Spike>> merged;
    for (std::size_t i = 0; i + 1 < runs.size(); i += 2) {
      std::vector<Spike> both;
      both.reserve(runs[i].size() + runs[i + 1].size());
      std::merge(runs[i].begin(), runs[i].end(), runs[i + 1].begin(), runs[i + 1].end(), std::back_inserter(both),
                 by_time_then_id);
      merged.push_back(std::move(both));
    }
    if (runs.size() % 2 == 1) merged.push_back(std::move(runs.back()));
    runs = std::move(merged);
  }
  return std::move(runs.front());
}

SpikeBlock to_block(std::vector<Spike>::const_iterator begin, std::vector<Spike>::const_iterator end) {
  SpikeBlock block;
  block.node_ids.reserve(static_cast<std::size_t>(end - begin));
  block.timestamps_ms.reserve(static_cast<std::size_t>(end - begin));
  for (auto it = begin; it != end; ++it) {
    block.node_ids.push_back(it->node_id);
    block.timestamps_ms.push_back(it->timestamp_ms);
  }
  return block;
}

}  // namespace

std::vector<double> window_ends_ms(const NodeRates& rates, double spikes_per_window) {
  std::vector<double> nodes_of_function(rates.functions.size(), 0);
  for (const std::uint32_t f : rates.function_of_node) nodes_of_function[f] += 1;
  const auto expected_before = [&](double time_ms) {
    if (rates.functions.empty()) return time_ms - rates.window.start_ms;  // proportional is enough
    double sum = 0;
    for (std::size_t f = 0; f < rates.functions.size(); ++f) {
      sum += nodes_of_function[f] * rates.functions[f].cumulative_intensity_at(time_ms);
    }
    return sum;
  };
  double total = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) total += rates.expected_spikes(i);
  const auto windows = static_cast<std::size_t>(total / spikes_per_window) + 1;
  const double whole = expected_before(rates.window.stop_ms);
  std::vector<double> ends_ms;
  double low_ms = rates.window.start_ms;
  for (std::size_t w = 1; w < windows; ++w) {
    const double wanted = whole * static_cast<double>(w) / static_cast<double>(windows);
    double high_ms = rates.window.stop_ms;
    double from_ms = low_ms;
    for (int i = 0; i < 50; ++i) {
      const double middle_ms = from_ms + (high_ms - from_ms) / 2;
      (expected_before(middle_ms) < wanted ? from_ms : high_ms) = middle_ms;
    }
    if (high_ms > low_ms && high_ms < rates.window.stop_ms) ends_ms.push_back(high_ms);
    low_ms = high_ms;
  }
  ends_ms.push_back(rates.window.stop_ms);
  return ends_ms;
}

TaskCounts write_by_time(const Plan::SpikeInput& input, const NodeRates& rates, double resolution_ms, SpikeSink& sink,
                         const TaskContext& context) {
  TaskCounts counts{0, rates.size()};
  const auto ranges = open_ranges(input, rates, context.executor->threads());
  const std::vector<double> ends_ms = window_ends_ms(rates, kSpikesPerWindow);
  std::deque<Deferred<std::vector<Spike>>> ahead;
  const auto sample_window = [&](double until_ms) {
    for (const auto& range : ranges) {
      StreamRange* streams = range.get();
      ahead.emplace_back(*context.executor, [streams, until_ms, resolution_ms, &context] {
        return streams->take_until(until_ms, resolution_ms, context);
      });
    }
  };
  // Rounding up may move a spike to or past the end of its window: it waits for the next one, where its equals are.
  std::vector<Spike> held;
  sample_window(ends_ms[0]);
  for (std::size_t w = 0; w < ends_ms.size(); ++w) {
    context.check_stop();
    std::vector<std::vector<Spike>> runs;
    runs.push_back(std::move(held));
    for (std::size_t r = 0; r < ranges.size(); ++r) {
      runs.push_back(ahead.front().take());
      ahead.pop_front();
    }
    const bool last = w + 1 == ends_ms.size();
    if (!last) sample_window(ends_ms[w + 1]);
    const std::vector<Spike> spikes = merge_runs(std::move(runs));
    const auto end = last ? spikes.end() : std::partition_point(spikes.begin(), spikes.end(), [&](const Spike& spike) {
      return spike.timestamp_ms < ends_ms[w];
    });
    held.assign(end, spikes.end());
    counts.spikes += static_cast<std::uint64_t>(end - spikes.begin());
    context.add_progress(static_cast<std::uint64_t>(end - spikes.begin()));
    sink.append(to_block(spikes.begin(), end));
  }
  return counts;
}

}  // namespace stimgen
