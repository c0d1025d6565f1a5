// 24 bytes a node are kept: what was drawn and not delivered is drawn again, one group at most.
#include "process/poisson_trains.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "base/maths.hpp"
#include "process/poisson_kernel.hpp"
#include "process/segment_cursor.hpp"

namespace stimgen {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// Nodes that are looked at together: what they need stays in the cache.
constexpr std::size_t kBatchNodes = 256;
// A node that is expected to fire as many groups in a window gets them by itself, at most kMostGroups at a time; the
// others get one group each, side by side.
constexpr double kManyGroups = 8;
constexpr std::size_t kMostGroups = 128;

class PoissonTrains final : public SpikeTrains {
 public:
  PoissonTrains(const PoissonKernel& kernel, const TrainRates& rates, StreamKey key)
      : kernel_(&kernel),
        rates_(rates),
        key_(key),
        next_ms_(rates.node_ids.size()),
        drawn_(rates.node_ids.size(), 0),
        carry_(rates.node_ids.size(), 0) {
    for (std::size_t i = 0; i < next_ms_.size(); ++i) next_ms_[i] = maths::next_above(window_of(i).start_ms);
  }

  void append_until(double until_ms, std::vector<Spike>& spikes) override {
    std::array<std::size_t, kBatchNodes> active;
    for (std::size_t first = 0; first < next_ms_.size(); first += kBatchNodes) {
      const std::size_t last = std::min(first + kBatchNodes, next_ms_.size());
      std::size_t count = 0;
      for (std::size_t i = first; i < last; ++i) {
        active[count] = i;
        count += next_ms_[i] < until_ms ? 1 : 0;
      }
      while (count != 0) count = deliver_once({active.data(), count}, until_ms, spikes);
    }
  }

 private:
  TimeWindow window_of(std::size_t i) const {
    return rates_.functions.empty() ? rates_.window : rates_.functions[rates_.function_of_node[i]].window();
  }
  double expected_before(double time_ms, std::size_t i) const {
    if (!rates_.functions.empty()) return rates_.functions[rates_.function_of_node[i]].cumulative_intensity_at(time_ms);
    return expected_spikes(rates_.constant_hz[i], std::min(time_ms, rates_.window.stop_ms) - rates_.window.start_ms);
  }

  // Gives each node its next spikes before `until_ms`; returns how many are left that may have more, moved to the
  // front.
  std::size_t deliver_once(std::span<std::size_t> active, double until_ms, std::vector<Spike>& spikes) {
    std::array<std::size_t, kBatchNodes> few;
    std::array<std::uint64_t, kBatchNodes> nodes, groups;
    std::array<double, kBatchNodes> carries;
    std::size_t few_count = 0, left = 0;
    for (const std::size_t i : active) {
      const double wanted_groups = (expected_before(until_ms, i) - carry_[i]) / kGroupSpikes;
      if (wanted_groups < kManyGroups) {
        few[few_count] = i;
        nodes[few_count] = rates_.node_ids[i];
        groups[few_count] = drawn_[i] / kGroupSpikes;
        carries[few_count] = carry_[i];
        ++few_count;
        continue;
      }
      std::array<double, kMostGroups * kGroupSpikes> unit_times;
      const std::size_t count = wanted_groups < kMostGroups ? static_cast<std::size_t>(wanted_groups) + 1 : kMostGroups;
      kernel_->fill_unit_rate_times(key_.value, rates_.node_ids[i], drawn_[i] / kGroupSpikes, carry_[i],
                                    unit_times.data(), count);
      if (deliver(i, {unit_times.data(), count * kGroupSpikes}, until_ms, spikes)) active[left++] = i;
    }
    if (few_count == 0) return left;
    std::array<double, kBatchNodes * kGroupSpikes> unit_times;
    kernel_->fill_next_groups(key_.value, nodes.data(), groups.data(), carries.data(), unit_times.data(), few_count);
    for (std::size_t k = 0; k < few_count; ++k) {
      const std::span<const double> group(unit_times.data() + k * kGroupSpikes, kGroupSpikes);
      if (deliver(few[k], group, until_ms, spikes)) active[left++] = few[k];
    }
    return left;
  }

  // `unit_times` start with the group that holds the node's next spike. Returns whether the spikes after them may lie
  // before `until_ms`, too. Requires: next_ms_[i] < until_ms.
  bool deliver(std::size_t i, std::span<const double> unit_times, double until_ms, std::vector<Spike>& spikes) {
    if (!rates_.functions.empty()) {
      const RateFunction& rate = rates_.functions[rates_.function_of_node[i]];
      return deliver(i, segment_at(rate, next_ms_[i]), unit_times, until_ms, spikes);
    }
    const RateSegment segment = {.start_ms = rates_.window.start_ms, .rate_hz = rates_.constant_hz[i]};
    const bool is_empty = rates_.window.stop_ms <= rates_.window.start_ms;
    return deliver(i, {{&segment, is_empty ? 0u : 1u}, rates_.window.stop_ms}, unit_times, until_ms, spikes);
  }

  // A spike's time lies in its segment, and so does the time of the one before that the next must not precede.
  static SegmentCursor segment_at(const RateFunction& rate, double time_ms) {
    const auto segments = rate.segments();
    const auto after = std::upper_bound(segments.begin(), segments.end(), time_ms,
                                        [](double time, const RateSegment& s) { return time < s.start_ms; });
    const auto index = after == segments.begin() ? 0 : after - segments.begin() - 1;
    return {segments, rate.window().stop_ms, static_cast<std::size_t>(index)};
  }

  bool deliver(std::size_t i, SegmentCursor segment, std::span<const double> unit_times, double until_ms,
               std::vector<Spike>& spikes) {
    const std::size_t delivered_of_group = drawn_[i] % kGroupSpikes;
    double time_ms = next_ms_[i];
    for (std::size_t k = delivered_of_group; k < unit_times.size(); ++k) {
      for (;;) {
        if (segment.finished()) {
          next_ms_[i] = kNever;
          return false;
        }
        const double mapped_ms = std::max(segment.inverse().time_at(unit_times[k]), time_ms);
        if (mapped_ms < segment.stop_ms()) {
          time_ms = mapped_ms;
          break;
        }
        segment.go_on();
      }
      if (!(time_ms < until_ms)) {
        keep_place(i, k, unit_times, time_ms);
        return false;
      }
      spikes.push_back({rates_.node_ids[i], time_ms});
    }
    keep_place(i, unit_times.size(), unit_times, time_ms);
    return true;
  }

  // The next spike is number k of `unit_times` and not before `time_ms`.
  void keep_place(std::size_t i, std::size_t k, std::span<const double> unit_times, double time_ms) {
    const std::size_t whole_groups = k / kGroupSpikes;
    if (whole_groups != 0) carry_[i] = unit_times[whole_groups * kGroupSpikes - 1];
    drawn_[i] += k - drawn_[i] % kGroupSpikes;
    next_ms_[i] = time_ms;
  }

  const PoissonKernel* kernel_;
  TrainRates rates_;
  StreamKey key_;
  // Of each node. The next spike's time, or that of the last if the next is yet to be drawn: no spike comes before it.
  std::vector<double> next_ms_;
  std::vector<std::uint64_t> drawn_;  // spikes delivered
  std::vector<double> carry_;         // the unit-rate time at which the group of the next spike starts
};

}  // namespace

std::unique_ptr<SpikeTrains> open_poisson_trains(const PoissonKernel& kernel, const TrainRates& rates, StreamKey key) {
  return std::make_unique<PoissonTrains>(kernel, rates, key);
}

}  // namespace stimgen
