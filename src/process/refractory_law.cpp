// An interval is the dead time, of which `relative` is exponential, and the wait of a live node.
#include "process/refractory_law.hpp"

#include <algorithm>
#include <iterator>

#include "process/count_scatter.hpp"

namespace stimgen {
namespace {

// Intervals d + Exp(τ) + Exp(β) with mean 1/r.
class ConstantLaw final : public IntervalLaw {
 public:
  ConstantLaw(double rate_hz, DeadTime dead, double start_ms)
      : dead_(dead), start_ms_(start_ms), mean_ms_(1000 / rate_hz), wait_ms_(mean_ms_ - dead.mean_ms()) {}

  std::optional<double> no_spike_by(std::optional<double> from_ms, double to_ms) override {
    if (from_ms) return survival(to_ms - *from_ms - dead_.absolute_ms);
    // 1 - ∫ (1 - F) over the mean: what is left of the interval that the start falls into is longer.
    const double silent_ms = to_ms - start_ms_;
    const double first_ms = std::min(silent_ms, dead_.absolute_ms);
    return 1 - (first_ms + survived_ms(silent_ms - first_ms)) / mean_ms_;
  }

 private:
  bool equal() const { return std::max(wait_ms_, dead_.relative_ms) - std::min(wait_ms_, dead_.relative_ms) < 1e-9; }

  // P(what comes after `absolute` is longer).
  double survival(double time_ms) const {
    if (time_ms <= 0) return 1;
    const double waits = maths::decay(time_ms / wait_ms_);
    if (dead_.relative_ms == 0) return waits;
    if (equal()) return (1 + time_ms / wait_ms_) * waits;
    const double recovers = maths::decay(time_ms / dead_.relative_ms);
    return (wait_ms_ * waits - dead_.relative_ms * recovers) / (wait_ms_ - dead_.relative_ms);
  }
  // ∫ of survival().
  double survived_ms(double time_ms) const {
    const double waits = maths::decay(time_ms / wait_ms_);
    if (dead_.relative_ms == 0) return wait_ms_ * (1 - waits);
    if (equal()) return 2 * wait_ms_ - (time_ms + 2 * wait_ms_) * waits;
    const double recovers = maths::decay(time_ms / dead_.relative_ms);
    return (wait_ms_ * wait_ms_ * (1 - waits) - dead_.relative_ms * dead_.relative_ms * (1 - recovers)) /
           (wait_ms_ - dead_.relative_ms);
  }

  DeadTime dead_;
  double start_ms_;
  double mean_ms_;
  double wait_ms_;  // of a live node
};

// With a dead time that is always the same: a node is alive from its end on, and fires with the hazard r/(1 - W).
class HazardLaw final : public IntervalLaw {
 public:
  HazardLaw(const RateFunction& rate, DeadTime dead) : dead_(dead), share_(RateWalk(rate), dead) {}

  std::optional<double> no_spike_by(std::optional<double> from_ms, double to_ms) override {
    if (from_ms) {
      share_.go_to(*from_ms);
      return survival(*from_ms + dead_.absolute_ms, to_ms);
    }
    // A node that is dead at the start has half of its dead time left in the mean.
    const double dead_at_start = share_.now().first_per_ms() * dead_.absolute_ms;
    const double start_ms = share_.now().start_ms();
    return (1 - dead_at_start) * survival(start_ms, to_ms) +
           dead_at_start * survival(start_ms + dead_.absolute_ms / 2, to_ms);
  }

 private:
  // Of a live node. Requires: not before share_.
  double survival(double from_ms, double to_ms) const {
    constexpr double kSpent = 40;  // e^-40 is nothing
    DeadShare share = share_;
    double hazard = 0;
    for (double at_ms = from_ms; at_ms < to_ms && hazard < kSpent;) {
      share.go_to(at_ms);
      if (share.now().finished()) break;
      const double end_ms = std::min({share.next_change_ms(at_ms), at_ms + dead_.absolute_ms / 4, to_ms});
      hazard += summed_hazard(share, at_ms, end_ms);
      at_ms = end_ms;
    }
    return maths::decay(hazard);
  }

  // Gauss-Legendre with four points.
  static double summed_hazard(const DeadShare& share, double from_ms, double to_ms) {
    constexpr double kPlaces[] = {-0.8611363115940526, -0.3399810435848563, 0.3399810435848563, 0.8611363115940526};
    constexpr double kWeights[] = {0.3478548451374538, 0.6521451548625461, 0.6521451548625461, 0.3478548451374538};
    const double half_ms = (to_ms - from_ms) / 2, middle_ms = from_ms + half_ms;
    double sum = 0;
    for (std::size_t k = 0; k < std::size(kPlaces); ++k) {
      const double time_ms = middle_ms + half_ms * kPlaces[k];
      sum += kWeights[k] * share.now().rate_at(time_ms) / std::max(1 - share.at(time_ms), 1 - kMostDead);
    }
    return sum * half_ms;
  }

  DeadTime dead_;
  DeadShare share_;
};

bool is_constant(const RateFunction& rate) {
  return rate.segments().size() == 1 && rate.segments().front().slope_hz_per_ms == 0;
}

}  // namespace

std::unique_ptr<IntervalLaw> refractory_law(const RateFunction& rate, DeadTime dead) {
  if (rate.total_intensity() == 0) return nullptr;
  if (is_constant(rate)) {
    return std::make_unique<ConstantLaw>(rate.segments().front().rate_hz, dead, rate.window().start_ms);
  }
  if (dead.relative_ms > 0) return nullptr;
  return std::make_unique<HazardLaw>(rate, dead);
}

std::vector<std::optional<CountScatter>> refractory_count_scatter(const TrainRates& rates, DeadTime dead) {
  if (!rates.functions.empty()) return std::vector<std::optional<CountScatter>>(rates.groups.size());
  return sum_of_nodes(rates, [&](std::size_t i) {
    const double per_ms = rates.constant_hz[i] / 1000;
    const double recovery = dead.relative_ms * per_ms, wait = 1 - dead.mean_ms() * per_ms;
    return renewal_count_variance(rates.expected_spikes(i), recovery * recovery + wait * wait,
                                  2 * (recovery * recovery * recovery + wait * wait * wait));
  });
}

}  // namespace stimgen
