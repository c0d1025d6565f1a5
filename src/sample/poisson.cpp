// The inhomogeneous Poisson process by time rescaling: a unit-rate process in operational time (poisson_kernel.hpp),
// mapped through the inverse of the cumulative rate (Brown, Barbieri, Ventura, Kass & Frank, Neural Computation 14
// (2002) 325). No draw is thrown away, and silence costs nothing.
//
// Which segment a spike belongs to is decided by its time, not by its operational time: it belongs to the first segment
// whose own inverse maps it before the segment's end. So the end of a segment cannot move a spike before that end, not
// even by rounding, and a longer window or appended segments leave all earlier spikes as they were.
#include "sample/poisson.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/maths.hpp"
#include "rate/segment_inverse.hpp"
#include "sample/poisson_kernel.hpp"

namespace stimgen {
namespace {

// One train being made. kCapacity unit-rate times are held at most; it decides only how many are computed at a time.
template <std::size_t kCapacity>
class PoissonTrain {
 public:
  PoissonTrain(const PoissonKernel& kernel, const RateFunction& rate, StreamKey key, NodeId node)
      : kernel_(&kernel), rate_(&rate), key_(key), node_(node), floor_ms_(maths::next_above(rate.window().start_ms)) {
    enter_segment(0);
  }

  // Appends every spike before `until_ms` and the window's end that was not delivered yet.
  void append_until(double until_ms, std::vector<double>& timestamps_ms) {
    while (!finished()) {
      if (begin_ == end_) {
        if (until_ms <= inverse_->start_ms) return;
        refill(until_ms);
      }
      const double segment_stop_ms = rate_->segment_stop_ms(segment_);
      const bool ends_here = until_ms < segment_stop_ms;
      append_run(ends_here ? until_ms : segment_stop_ms, timestamps_ms);
      if (begin_ == end_) continue;
      // The next spike is at or past the limit of this run.
      if (ends_here) return;
      enter_segment(segment_ + 1);
    }
  }

 private:
  static_assert(kCapacity % kGroupSpikes == 0);

  bool finished() const { return segment_ == rate_->segments().size(); }

  // Goes to segment `index` or the first after it that is not silent.
  void enter_segment(std::size_t index) {
    const auto segments = rate_->segments();
    while (index < segments.size() && segments[index].rate_hz == 0 && segments[index].slope_hz_per_ms == 0) ++index;
    segment_ = index;
    if (!finished()) inverse_.emplace(segments[index]);
  }

  double segment_end_intensity() const {
    const auto segments = rate_->segments();
    return segment_ + 1 < segments.size() ? segments[segment_ + 1].intensity_at_start : rate_->total_intensity();
  }

  // Computes about as many unit-rate times as spikes are still expected.
  void refill(double until_ms) {
    const double expected = rate_->cumulative_intensity_at(until_ms) - carry_;
    std::size_t groups = kCapacity / kGroupSpikes;
    if (expected < static_cast<double>(kCapacity)) {
      const double wanted = std::max(expected, 0.0) + 1.5 * maths::sqrt(std::max(expected, 0.0));
      groups = std::min(groups, static_cast<std::size_t>(wanted / kGroupSpikes) + 1);
    }
    kernel_->fill_unit_rate_times(key_.value, node_, next_group_, carry_, unit_times_.data(), groups);
    next_group_ += groups;
    begin_ = 0;
    end_ = groups * kGroupSpikes;
    carry_ = unit_times_[end_ - 1];
  }

  double time_at(double intensity) const { return std::max(inverse_->time_at(intensity), floor_ms_); }

  // Appends the spikes of this segment before `limit_ms` that are at hand.
  void append_run(double limit_ms, std::vector<double>& timestamps_ms) {
    // The expected end of the run comes from the intensity, the exact one from the times.
    const double end_intensity = limit_ms < rate_->segment_stop_ms(segment_) ? rate_->cumulative_intensity_at(limit_ms)
                                                                             : segment_end_intensity();
    const auto first = unit_times_.begin() + static_cast<std::ptrdiff_t>(begin_);
    const auto last = unit_times_.begin() + static_cast<std::ptrdiff_t>(end_);
    const auto count = static_cast<std::size_t>(std::lower_bound(first, last, end_intensity) - first);
    if (count != 0) {
      std::array<double, kCapacity> times;
      if (inverse_->sloped()) {
        kernel_->map_sloped(*inverse_, &*first, times.data(), count);
        double running_ms = floor_ms_;
        for (std::size_t i = 0; i < count; ++i) times[i] = running_ms = std::max(times[i], running_ms);
      } else {
        // A constant rate maps an ascending sequence to an ascending one, with any rounding: only the floor is needed.
        kernel_->map_constant(*inverse_, &*first, times.data(), count);
        for (std::size_t i = 0; i < count && times[i] < floor_ms_; ++i) times[i] = floor_ms_;
      }
      std::size_t before_limit = count;
      while (before_limit != 0 && times[before_limit - 1] >= limit_ms) --before_limit;
      timestamps_ms.insert(timestamps_ms.end(), times.begin(),
                           times.begin() + static_cast<std::ptrdiff_t>(before_limit));
      begin_ += before_limit;
      if (before_limit != 0) floor_ms_ = times[before_limit - 1];
      if (before_limit != count) return;
    }
    while (begin_ != end_) {
      const double time_ms = time_at(unit_times_[begin_]);
      if (!(time_ms < limit_ms)) return;
      timestamps_ms.push_back(time_ms);
      floor_ms_ = time_ms;
      ++begin_;
    }
  }

  const PoissonKernel* kernel_;
  const RateFunction* rate_;
  StreamKey key_;
  NodeId node_;
  std::size_t segment_ = 0;
  std::optional<SegmentInverse> inverse_;  // of segment_
  double floor_ms_;                        // no spike before this: the last one, or just after the window's start
  std::uint64_t next_group_ = 0;
  double carry_ = 0;  // the last unit-rate time computed
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::array<double, kCapacity> unit_times_;  // [begin_, end_) are not delivered yet
};

class PoissonStream final : public SpikeStream {
 public:
  PoissonStream(const RateFunction& rate, StreamKey key, NodeId node) : train_(active_kernel(), rate, key, node) {}
  void append_until(double until_ms, std::vector<double>& timestamps_ms) override {
    train_.append_until(until_ms, timestamps_ms);
  }

 private:
  PoissonTrain<16> train_;  // small: there may be one stream for each of millions of nodes
};

class PoissonProcess final : public PointProcess {
 public:
  std::unique_ptr<SpikeStream> open_stream(const RateFunction& rate, StreamKey key, NodeId node) const override {
    return std::make_unique<PoissonStream>(rate, key, node);
  }
  void append_train(const RateFunction& rate, StreamKey key, NodeId node,
                    std::vector<double>& timestamps_ms) const override {
    append_poisson_train(active_kernel(), rate, key, node, timestamps_ms);
  }
};

}  // namespace

void append_poisson_train(const PoissonKernel& kernel, const RateFunction& rate, StreamKey key, NodeId node,
                          std::vector<double>& timestamps_ms) {
  PoissonTrain<512> train(kernel, rate, key, node);
  train.append_until(std::numeric_limits<double>::infinity(), timestamps_ms);
}

const ProcessKind kPoissonKind = {
    .info = {.name = "poisson",
             .summary = "independent spikes at the rate of the moment (an inhomogeneous Poisson process)",
             .version = 1,
             .fields = {}},
    .make = [](Fields&) -> std::unique_ptr<const PointProcess> { return std::make_unique<PoissonProcess>(); },
};

}  // namespace stimgen
