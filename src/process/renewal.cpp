// The time to the first spike is a share, drawn evenly, of the interval that the start falls into (Cox, Renewal Theory,
// 1962, section 5.4): only so one spike is expected in each unit of time from 0 on.
#include "process/renewal.hpp"

#include <utility>

#include "base/random.hpp"
#include "process/count_scatter.hpp"
#include "process/rescaled.hpp"

namespace stimgen {
namespace {

class RenewalTimes final : public UnitTimes {
 public:
  RenewalTimes(std::shared_ptr<const RenewalIntervals> law, StreamKey key) : law_(std::move(law)), key_(key) {}

  void fill(NodeId node, std::uint64_t first_group, double carry, double* out, std::size_t groups) const override {
    for (std::size_t g = 0; g < groups; ++g) {
      double gaps[kGroupSpikes];
      for (std::size_t k = 0; k < kGroupSpikes; ++k) gaps[k] = gap(node, (first_group + g) * kGroupSpikes + k);
      sum_gaps(gaps, carry, out + g * kGroupSpikes);
      carry = out[g * kGroupSpikes + kGroupSpikes - 1];
    }
  }

 private:
  double gap(NodeId node, std::uint64_t n) const {
    if (n != 0) return law_->interval(key_, node, n);
    return uniform_open01(philox_block(key_, node, kExtraBlock)[1]) * law_->long_interval(key_, node);
  }

  std::shared_ptr<const RenewalIntervals> law_;
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
    return prepare_rescaled(std::make_unique<RenewalTimes>(law_, key), rates);
  }

 private:
  std::shared_ptr<const RenewalIntervals> law_;
};

}  // namespace

std::unique_ptr<const PointProcess> make_renewal_process(std::shared_ptr<const RenewalIntervals> law) {
  return std::make_unique<RenewalProcess>(std::move(law));
}

}  // namespace stimgen
