// Every range of nodes keeps its open spike streams. The pool samples the ranges of a window and cuts what they give
// into slices of time; then it sorts the slices, each with the spikes of all ranges.
#include "run/time_windows.hpp"

#include <algorithm>
#include <deque>
#include <memory>

#include "base/deferred.hpp"
#include "run/time_grid.hpp"
#include "run/time_order.hpp"

namespace stimgen {
namespace {

constexpr double kSpikesPerWindow = 1 << 20;

constexpr std::size_t kSlices = 16;

// A stretch of time: spikes in [from, until), and those that rounding moves to its end if it is the last.
struct Window {
  double from_ms = 0, until_ms = 0;
  bool last = false;
  TimeParts slices() const { return {from_ms, until_ms, kSlices}; }
  bool is_past(const Spike& spike) const { return !last && spike.timestamp_ms >= until_ms; }
};

// Spikes of some nodes, by slice of a window.
struct SlicedSpikes {
  GroupedSpikes now;
  std::vector<Spike> later;  // rounding up moved them to or past the end: they wait for the next window
};

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

  // All spikes of `window`, on the grid. Windows must come in order of time.
  SlicedSpikes take(const Window& window, double resolution_ms, const TaskContext& context) {
    std::vector<Spike> spikes;
    SlicedSpikes taken;
    std::vector<double> train_ms;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      context.check_stop();
      train_ms.clear();
      streams_[i]->append_until(window.until_ms, train_ms);
      round_up_to_grid(train_ms, resolution_ms);
      for (const double time_ms : train_ms) {
        const Spike spike{rates_.node_ids[first_ + i], time_ms};
        (window.is_past(spike) ? taken.later : spikes).push_back(spike);
      }
    }
    taken.now = group_by_part(spikes, window.slices());
    return taken;
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

using SlicedRuns = std::vector<GroupedSpikes>;  // of the ranges

SpikeBlock sorted_slice(const SlicedRuns& runs, const Window& window, std::size_t slice) {
  std::vector<Spike> spikes;
  for (const GroupedSpikes& run : runs) {
    const auto at = [&](std::size_t part) { return run.spikes.begin() + static_cast<std::ptrdiff_t>(run.first[part]); };
    spikes.insert(spikes.end(), at(slice), at(slice + 1));
  }
  const double slice_ms = (window.until_ms - window.from_ms) / kSlices;
  const double from_ms = window.from_ms + slice_ms * static_cast<double>(slice);
  spikes = sorted_by_time(spikes, from_ms, from_ms + slice_ms);
  SpikeBlock block;
  block.node_ids.reserve(spikes.size());
  block.timestamps_ms.reserve(spikes.size());
  for (const Spike& spike : spikes) {
    block.node_ids.push_back(spike.node_id);
    block.timestamps_ms.push_back(spike.timestamp_ms);
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
  std::deque<Deferred<SlicedSpikes>> sampled;
  Window window{rates.window.start_ms, ends_ms[0], ends_ms.size() == 1};
  const auto sample = [&] {
    for (const auto& range : ranges) {
      sampled.emplace_back(*context.executor, [streams = range.get(), window, resolution_ms, &context] {
        return streams->take(window, resolution_ms, context);
      });
    }
  };
  std::vector<Spike> waiting;
  sample();
  for (std::size_t w = 0; w < ends_ms.size(); ++w) {
    context.check_stop();
    const auto runs = std::make_shared<SlicedRuns>();
    const auto due =
        std::partition(waiting.begin(), waiting.end(), [&](const Spike& spike) { return window.is_past(spike); });
    runs->push_back(group_by_part({due, waiting.end()}, window.slices()));
    waiting.erase(due, waiting.end());
    for (std::size_t r = 0; r < ranges.size(); ++r) {
      SlicedSpikes taken = sampled.front().take();
      sampled.pop_front();
      waiting.insert(waiting.end(), taken.later.begin(), taken.later.end());
      runs->push_back(std::move(taken.now));
    }
    std::deque<Deferred<SpikeBlock>> slices;
    for (std::size_t slice = 0; slice < kSlices; ++slice) {
      slices.emplace_back(*context.executor, [runs, window, slice] { return sorted_slice(*runs, window, slice); });
    }
    // The pool goes on with the next window while this one is handed over.
    if (!window.last) {
      window = {window.until_ms, ends_ms[w + 1], w + 2 == ends_ms.size()};
      sample();
    }
    while (!slices.empty()) {
      SpikeBlock block = slices.front().take();
      slices.pop_front();
      counts.spikes += block.size();
      context.add_progress(block.size());
      sink.append(std::move(block));
    }
  }
  return counts;
}

}  // namespace stimgen
