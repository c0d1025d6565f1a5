// The time to the first spike is a share, drawn evenly, of the interval that the start falls into (Cox, Renewal Theory,
// 1962, section 5.4): only so one spike is expected in each unit of time from 0 on.
#include "process/renewal.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/random.hpp"
#include "process/count_scatter.hpp"
#include "process/poisson_kernel.hpp"
#include "process/rescaled.hpp"
#include "process/unit_times.hpp"

namespace stimgen {
namespace {

class RenewalTimes final : public UnitTimes {
 public:
  RenewalTimes(std::shared_ptr<const RenewalIntervals> law, const RenewalKernel& kernel, StreamKey key)
      : law_(std::move(law)), kernel_(&kernel), key_(key) {}

  void fill(NodeId node, std::uint64_t first_group, double carry, double* out, std::size_t groups) const override {
    std::array<std::uint64_t, kMostGroups> nodes, numbers;
    std::fill_n(nodes.begin(), std::min(groups, kMostGroups), node);
    for (std::size_t done = 0; done < groups; done += kMostGroups) {
      const std::size_t count = std::min(groups - done, kMostGroups);
      for (std::size_t i = 0; i < count; ++i) numbers[i] = first_group + done + i;
      double* times = out + done * kGroupSpikes;
      const Gaps gaps = gaps_of(nodes.data(), numbers.data(), count);
      for (std::size_t i = 0; i < count; ++i, times += kGroupSpikes) {
        sum_gaps(gaps.data() + i * kGroupSpikes, carry, times);
        carry = times[kGroupSpikes - 1];
      }
    }
  }

  void fill_next(const std::uint64_t* nodes, const std::uint64_t* groups, const double* carries, double* out,
                 std::size_t count) const override {
    for (std::size_t done = 0; done < count; done += kMostGroups) {
      const std::size_t more = std::min(count - done, kMostGroups);
      const Gaps gaps = gaps_of(nodes + done, groups + done, more);
      for (std::size_t i = 0; i < more; ++i) {
        sum_gaps(gaps.data() + i * kGroupSpikes, carries[done + i], out + (done + i) * kGroupSpikes);
      }
    }
  }

 private:
  // Groups whose gaps are drawn together.
  static constexpr std::size_t kMostGroups = kMostDraws / kGroupSpikes;
  using Gaps = std::array<double, kMostDraws>;

  // Of group groups[i] of nodes[i].
  Gaps gaps_of(const std::uint64_t* nodes, const std::uint64_t* groups, std::size_t count) const {
    std::array<std::uint64_t, kMostDraws> node_of, number_of;
    for (std::size_t i = 0; i < count * kGroupSpikes; ++i) {
      node_of[i] = nodes[i / kGroupSpikes];
      number_of[i] = groups[i / kGroupSpikes] * kGroupSpikes + i % kGroupSpikes;
    }
    Gaps gaps;
    law_->draw(*kernel_, {key_.value, node_of.data(), number_of.data(), count * kGroupSpikes}, gaps.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (groups[i] == 0) gaps[i * kGroupSpikes] = first_gap(nodes[i]);
    }
    return gaps;
  }

  double first_gap(NodeId node) const {
    const std::uint64_t number = 0;
    double length;
    law_->draw_long(*kernel_, {key_.value, &node, &number, 1}, &length);
    return uniform_open01(philox_block(key_, node, kExtraBlock)[1]) * length;
  }

  std::shared_ptr<const RenewalIntervals> law_;
  const RenewalKernel* kernel_;
  StreamKey key_;
};

// The law of intervals in operational time.
class RenewalLaw final : public IntervalLaw {
 public:
  RenewalLaw(const RenewalIntervals& intervals, const RateFunction& rate) : intervals_(&intervals), rate_(&rate) {}
  std::optional<double> no_spike_by(std::optional<double> from_ms, double to_ms) override {
    const double to = rate_->cumulative_intensity_at(to_ms);
    if (from_ms) return 1 - intervals_->cdf(to - rate_->cumulative_intensity_at(*from_ms));
    // 1 - ∫ (1 - F): what is left of the interval that the start falls into is longer.
    return 1 - intervals_->long_cdf(to) - to * (1 - intervals_->cdf(to));
  }

 private:
  const RenewalIntervals* intervals_;
  const RateFunction* rate_;
};

class RenewalProcess final : public PointProcess {
 public:
  explicit RenewalProcess(std::shared_ptr<const RenewalIntervals> law) : law_(std::move(law)) {}
  Scatter scatter() const override { return Scatter::independent; }
  std::vector<std::optional<CountScatter>> count_scatter(const TrainRates& rates) const override {
    return sum_of_nodes(rates, [&](std::size_t i) {
      return renewal_count_variance(rates.expected_spikes(i), law_->variance(), law_->third_cumulant());
    });
  }
  std::unique_ptr<IntervalLaw> interval_law(const RateFunction& rate) const override {
    return std::make_unique<RenewalLaw>(*law_, rate);
  }
  std::unique_ptr<const PreparedProcess> prepare(const TrainRates& rates, StreamKey key) const override {
    return prepare_rescaled(std::make_unique<RenewalTimes>(law_, active_kernel().renewal, key), rates);
  }

 private:
  std::shared_ptr<const RenewalIntervals> law_;
};

}  // namespace

std::unique_ptr<const PointProcess> make_renewal_process(std::shared_ptr<const RenewalIntervals> law) {
  return std::make_unique<RenewalProcess>(std::move(law));
}

}  // namespace stimgen
