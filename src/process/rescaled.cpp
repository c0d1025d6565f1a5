// Time rescaling: times of a process of rate 1 are mapped through the inverse of the cumulative rate (Brown, Barbieri,
// Ventura, Kass & Frank, Neural Computation 14 (2002) 325). No draw is thrown away, and silence costs nothing.
//
// Which segment a spike belongs to is decided by its time, not by its operational time: it belongs to the first segment
// whose own inverse maps it before the segment's end. So the end of a segment cannot move a spike before that end, not
// even by rounding, and a longer window or appended segments leave all earlier spikes as they were.
#include "process/rescaled.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/maths.hpp"
#include "process/rescaled_trains.hpp"

namespace stimgen {
namespace {

// Unit-rate times that are computed at a time.
constexpr std::size_t kBufferTimes = 512;

// One train being made.
class Train {
 public:
  Train(const UnitTimes& times, const PoissonKernel& kernel, const RateWalk& rate, double expected_spikes, NodeId node)
      : times_(&times),
        kernel_(&kernel),
        walk_(rate),
        expected_spikes_(expected_spikes),
        node_(node),
        floor_ms_(maths::next_above(rate.start_ms())) {}

  void append_all(std::vector<double>& timestamps_ms) {
    while (!walk_.finished()) {
      if (begin_ == end_) refill();
      append_run(timestamps_ms);
      if (begin_ != end_) walk_.go_on();  // the next spike is at or past the segment's end
    }
  }

 private:
  static_assert(kBufferTimes % kGroupSpikes == 0);

  // Computes about as many unit-rate times as spikes are still expected.
  void refill() {
    const double expected = expected_spikes_ - carry_;
    std::size_t groups = kBufferTimes / kGroupSpikes;
    if (expected < static_cast<double>(kBufferTimes)) {
      const double wanted = std::max(expected, 0.0) + 1.5 * maths::sqrt(std::max(expected, 0.0));
      groups = std::min(groups, static_cast<std::size_t>(wanted / kGroupSpikes) + 1);
    }
    times_->fill(node_, next_group_, carry_, unit_times_.data(), groups);
    next_group_ += groups;
    begin_ = 0;
    end_ = groups * kGroupSpikes;
    carry_ = unit_times_[end_ - 1];
  }

  double time_at(double intensity) const { return std::max(walk_.inverse().time_at(intensity), floor_ms_); }

  // Appends the spikes of this segment that are at hand.
  void append_run(std::vector<double>& timestamps_ms) {
    const SegmentInverse& inverse = walk_.inverse();
    const double stop_ms = walk_.stop_ms();
    // The expected end of the run comes from the intensity, the exact one from the times.
    const auto first = unit_times_.begin() + static_cast<std::ptrdiff_t>(begin_);
    const auto last = unit_times_.begin() + static_cast<std::ptrdiff_t>(end_);
    const auto count = static_cast<std::size_t>(std::lower_bound(first, last, walk_.stop_intensity()) - first);
    if (count != 0) {
      std::array<double, kBufferTimes> times;
      if (inverse.sloped()) {
        kernel_->map_sloped(inverse, &*first, times.data(), count);
        double running_ms = floor_ms_;
        for (std::size_t i = 0; i < count; ++i) times[i] = running_ms = std::max(times[i], running_ms);
      } else {
        // A constant rate maps an ascending sequence to an ascending one, with any rounding: only the floor is needed.
        kernel_->map_constant(inverse, &*first, times.data(), count);
        for (std::size_t i = 0; i < count && times[i] < floor_ms_; ++i) times[i] = floor_ms_;
      }
      std::size_t before_stop = count;
      while (before_stop != 0 && times[before_stop - 1] >= stop_ms) --before_stop;
      timestamps_ms.insert(timestamps_ms.end(), times.begin(),
                           times.begin() + static_cast<std::ptrdiff_t>(before_stop));
      begin_ += before_stop;
      if (before_stop != 0) floor_ms_ = times[before_stop - 1];
      if (before_stop != count) return;
    }
    while (begin_ != end_) {
      const double time_ms = time_at(unit_times_[begin_]);
      if (!(time_ms < stop_ms)) return;
      timestamps_ms.push_back(time_ms);
      floor_ms_ = time_ms;
      ++begin_;
    }
  }

  const UnitTimes* times_;
  const PoissonKernel* kernel_;
  RateWalk walk_;
  double expected_spikes_;
  NodeId node_;
  double floor_ms_;  // no spike before this: the last one, or just after the window's start
  std::uint64_t next_group_ = 0;
  double carry_ = 0;  // the last unit-rate time computed
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::array<double, kBufferTimes> unit_times_;  // [begin_, end_) are not delivered yet
};

class PreparedRescaled final : public PreparedProcess {
 public:
  PreparedRescaled(std::unique_ptr<const UnitTimes> times, const TrainRates& rates)
      : times_(std::move(times)), kernel_(&active_kernel()), rates_(rates) {}
  std::unique_ptr<SpikeTrains> open_trains(std::size_t first, std::size_t last) const override {
    return open_rescaled_trains(times_, rates_, first, last);
  }
  void append_train(std::size_t i, std::vector<double>& timestamps_ms) const override {
    append_rescaled_train(*times_, *kernel_, rates_.walk(i), rates_.expected_spikes(i), rates_.node_ids[i],
                          timestamps_ms);
  }

 private:
  std::shared_ptr<const UnitTimes> times_;
  const PoissonKernel* kernel_;
  TrainRates rates_;
};

}  // namespace

void append_rescaled_train(const UnitTimes& times, const PoissonKernel& kernel, const RateWalk& rate,
                           double expected_spikes, NodeId node, std::vector<double>& timestamps_ms) {
  Train(times, kernel, rate, expected_spikes, node).append_all(timestamps_ms);
}

std::unique_ptr<const PreparedProcess> prepare_rescaled(std::unique_ptr<const UnitTimes> times,
                                                        const TrainRates& rates) {
  return std::make_unique<PreparedRescaled>(std::move(times), rates);
}

}  // namespace stimgen
