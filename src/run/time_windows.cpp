// Every range of nodes keeps its open spike trains. The pool samples the ranges of a window and cuts what they give
// into slices of time; then it sorts the slices, each with the spikes of all ranges.
#include "run/time_windows.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "base/deferred.hpp"
#include "base/profile.hpp"
#include "base/spike_order.hpp"
#include "run/time_grid.hpp"
#include "run/time_order.hpp"

namespace stimgen {
namespace {

constexpr double kSpikesPerWindow = 3 << 18;

constexpr std::size_t kSlices = 16;

// A stretch of time: spikes in [from, until), and those that rounding moves to its end if it is the last.
struct Window {
  double from_ms = 0, until_ms = 0;
  bool last = false;
  TimeParts slices() const { return {from_ms, until_ms, kSlices}; }
  bool is_past(const Spike& spike) const { return !last && spike.timestamp_ms >= until_ms; }
};

// Takes those at or past the end of the window out of `spikes`.
std::vector<Spike> take_past(std::vector<Spike>& spikes, const Window& window) {
  const auto past = std::partition(spikes.begin(), spikes.end(), [&](const Spike& s) { return !window.is_past(s); });
  std::vector<Spike> taken(past, spikes.end());
  spikes.erase(past, spikes.end());
  return taken;
}

// Spikes of some nodes, by slice of a window.
struct SlicedSpikes {
  GroupedSpikes now;
  std::vector<Spike> later;  // rounding up moved them to or past the end: they wait for the next window
};

// All spikes of `window`, about `room`, on the grid. Windows must come in order of time.
SlicedSpikes take_window(SpikeTrains& trains, const Window& window, double resolution_ms, std::size_t room) {
  const ProfiledStage sampling(Stage::sampling);
  std::vector<Spike> spikes;
  spikes.reserve(room);
  trains.append_until(window.until_ms, spikes);
  SlicedSpikes taken;
  if (resolution_ms > 0) {
    for (Spike& spike : spikes) spike.timestamp_ms = round_up_to_grid(spike.timestamp_ms, resolution_ms);
    taken.later = take_past(spikes, window);
  }
  const ProfiledStage sorting(Stage::sorting);
  taken.now = group_by_part({spikes}, window.slices());
  return taken;
}

// The trains of neighbouring nodes, of about equal work.
std::vector<std::unique_ptr<SpikeTrains>> open_ranges(const PreparedProcess& process, const NodeRates& rates,
                                                      unsigned threads) {
  double total = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) total += rates.expected_spikes(i);
  const double share = total / (4.0 * threads);
  std::vector<std::unique_ptr<SpikeTrains>> ranges;
  std::size_t first = 0;
  double expected = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    expected += rates.expected_spikes(i);
    if (expected < share && i + 1 < rates.size()) continue;
    ranges.push_back(process.open_trains(first, i + 1));
    first = i + 1;
    expected = 0;
  }
  return ranges;
}

using SlicedRuns = std::vector<GroupedSpikes>;  // of the ranges

SpikeBlock sorted_slice(const SlicedRuns& runs, const Window& window, std::size_t slice) {
  const ProfiledStage stage(Stage::sorting);
  SpikePieces pieces;
  for (const GroupedSpikes& run : runs) pieces.push_back(run.part(slice));
  const double slice_ms = (window.until_ms - window.from_ms) / kSlices;
  const double from_ms = window.from_ms + slice_ms * static_cast<double>(slice);
  return sorted_by_time(pieces, from_ms, from_ms + slice_ms);
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

TaskCounts write_by_time(const PreparedProcess& process, const NodeRates& rates, double resolution_ms, SpikeSink& sink,
                         const TaskContext& context) {
  TaskCounts counts{0, rates.size()};
  const auto ranges = open_ranges(process, rates, context.pool->threads());
  const std::vector<double> ends_ms = window_ends_ms(rates, kSpikesPerWindow);
  const std::size_t most_ahead = 2 * context.pool->threads();
  std::deque<Deferred<SlicedSpikes>> sampled;
  const auto window_at = [&](std::size_t w) {
    return Window{w == 0 ? rates.window.start_ms : ends_ms[w - 1], ends_ms[w], w + 1 == ends_ms.size()};
  };
  const auto room = static_cast<std::size_t>(1.05 * kSpikesPerWindow / static_cast<double>(ranges.size()));
  const auto sample = [&](const Window& window) {
    for (const auto& range : ranges) {
      sampled.emplace_back(*context.pool, [trains = range.get(), window, resolution_ms, room, &context] {
        context.check_stop();
        return take_window(*trains, window, resolution_ms, room);
      });
    }
  };
  std::vector<Spike> waiting;
  sample(window_at(0));
  for (std::size_t w = 0; w < ends_ms.size(); ++w) {
    context.check_stop();
    const Window window = window_at(w);
    const auto runs = std::make_shared<SlicedRuns>();
    std::vector<Spike> due = std::exchange(waiting, {});
    waiting = take_past(due, window);
    runs->push_back(group_by_part({due}, window.slices()));
    for (std::size_t r = 0; r < ranges.size(); ++r) {
      SlicedSpikes taken = sampled.front().take();
      sampled.pop_front();
      waiting.insert(waiting.end(), taken.later.begin(), taken.later.end());
      runs->push_back(std::move(taken.now));
    }
    std::deque<Deferred<SpikeBlock>> slices;
    std::size_t next_slice = 0;
    const auto sort_ahead = [&] {
      for (; next_slice < kSlices && slices.size() < most_ahead; ++next_slice) {
        slices.emplace_back(*context.pool,
                            [runs, window, slice = next_slice] { return sorted_slice(*runs, window, slice); });
      }
    };
    sort_ahead();
    // The pool goes on with the next window while this one is handed over.
    if (!window.last) sample(window_at(w + 1));
    while (!slices.empty()) {
      SpikeBlock block = slices.front().take();
      slices.pop_front();
      sort_ahead();
      counts.spikes += block.size();
      context.add_progress(block.size());
      sink.append(std::move(block));
    }
  }
  return counts;
}

}  // namespace stimgen
