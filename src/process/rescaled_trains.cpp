// 24 bytes a node are kept: what was drawn and not delivered is drawn again, one group at most.
#include "process/rescaled_trains.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "base/maths.hpp"
#include "process/poisson_kernel.hpp"

namespace stimgen {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// Nodes that are looked at together: what they need stays in the cache.
constexpr std::size_t kBatchNodes = 256;
// A node that is expected to fire as many groups in a window gets them by itself, at most kMostGroups at a time; the
// others get one group each, side by side.
constexpr double kManyGroups = 8;
constexpr std::size_t kMostGroups = 128;

class RescaledTrains final : public SpikeTrains {
 public:
  RescaledTrains(std::shared_ptr<const UnitTimes> times, const TrainRates& rates, std::size_t first, std::size_t last)
      : times_(std::move(times)),
        rates_(rates),
        first_(first),
        next_ms_(last - first),
        drawn_(last - first, 0),
        carry_(last - first, 0) {
    for (const RateFunction& function : rates.functions) walks_.emplace_back(function);
    for (std::size_t i = 0; i < next_ms_.size(); ++i) next_ms_[i] = maths::next_above(walk_of(i).start_ms());
  }

  void append_until(double until_ms, std::vector<Spike>& spikes) override {
    expected_before_.clear();
    for (const RateWalk& walk : walks_) expected_before_.push_back(walk.intensity_at(until_ms));
    append_active(until_ms, spikes);
    // No node has a spike left before the end of the window.
    for (RateWalk& walk : walks_) walk.go_to(until_ms);
  }

 private:
  void append_active(double until_ms, std::vector<Spike>& spikes) {
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

  NodeId node_id(std::size_t i) const { return rates_.node_ids[first_ + i]; }
  // Not past the node's next spike.
  RateWalk walk_of(std::size_t i) const {
    return walks_.empty() ? rates_.walk(first_ + i) : walks_[rates_.function_of_node[first_ + i]];
  }
  double expected_before(double time_ms, std::size_t i) const {
    if (!walks_.empty()) return expected_before_[rates_.function_of_node[first_ + i]];
    return expected_spikes(rates_.constant_hz[first_ + i],
                           std::min(time_ms, rates_.window.stop_ms) - rates_.window.start_ms);
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
        nodes[few_count] = node_id(i);
        groups[few_count] = drawn_[i] / kGroupSpikes;
        carries[few_count] = carry_[i];
        ++few_count;
        continue;
      }
      std::array<double, kMostGroups * kGroupSpikes> unit_times;
      const std::size_t count = wanted_groups < kMostGroups ? static_cast<std::size_t>(wanted_groups) + 1 : kMostGroups;
      times_->fill(node_id(i), drawn_[i] / kGroupSpikes, carry_[i], unit_times.data(), count);
      if (deliver(i, {unit_times.data(), count * kGroupSpikes}, until_ms, spikes)) active[left++] = i;
    }
    if (few_count == 0) return left;
    std::array<double, kBatchNodes * kGroupSpikes> unit_times;
    times_->fill_next(nodes.data(), groups.data(), carries.data(), unit_times.data(), few_count);
    for (std::size_t k = 0; k < few_count; ++k) {
      const std::span<const double> group(unit_times.data() + k * kGroupSpikes, kGroupSpikes);
      if (deliver(few[k], group, until_ms, spikes)) active[left++] = few[k];
    }
    return left;
  }

  // `unit_times` start with the group that holds the node's next spike. Returns whether the spikes after them may lie
  // before `until_ms`, too. Requires: next_ms_[i] < until_ms.
  bool deliver(std::size_t i, std::span<const double> unit_times, double until_ms, std::vector<Spike>& spikes) {
    RateWalk walk = walk_of(i);
    // A spike's time lies in its segment, and so does the time of the one before that the next must not precede.
    walk.go_to(next_ms_[i]);
    const std::size_t delivered_of_group = drawn_[i] % kGroupSpikes;
    double time_ms = next_ms_[i];
    for (std::size_t k = delivered_of_group; k < unit_times.size(); ++k) {
      for (;;) {
        if (walk.finished()) {
          next_ms_[i] = kNever;
          return false;
        }
        const double mapped_ms = std::max(walk.inverse().time_at(unit_times[k]), time_ms);
        if (mapped_ms < walk.stop_ms()) {
          time_ms = mapped_ms;
          break;
        }
        walk.go_on();
      }
      if (!(time_ms < until_ms)) {
        keep_place(i, k, unit_times, time_ms);
        return false;
      }
      spikes.push_back({node_id(i), time_ms});
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

  std::shared_ptr<const UnitTimes> times_;
  TrainRates rates_;
  std::size_t first_;  // node 0 of these
  // Of each function: where the last window ended, and Λ at the end of this one.
  std::vector<RateWalk> walks_;
  std::vector<double> expected_before_;
  // Of each node. The next spike's time, or that of the last if the next is yet to be drawn: no spike comes before it.
  std::vector<double> next_ms_;
  std::vector<std::uint64_t> drawn_;  // spikes delivered
  std::vector<double> carry_;         // the unit-rate time at which the group of the next spike starts
};

}  // namespace

std::unique_ptr<SpikeTrains> open_rescaled_trains(std::shared_ptr<const UnitTimes> times, const TrainRates& rates,
                                                  std::size_t first, std::size_t last) {
  return std::make_unique<RescaledTrains>(std::move(times), rates, first, last);
}

}  // namespace stimgen
