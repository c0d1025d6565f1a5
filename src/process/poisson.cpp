// The inhomogeneous Poisson process: unit times with exponential gaps, made by the kernels.
#include "process/poisson.hpp"

#include "base/maths.hpp"
#include "process/count_scatter.hpp"
#include "process/poisson_kernel.hpp"
#include "process/rescaled.hpp"

namespace stimgen {
namespace {

class PoissonLaw final : public IntervalLaw {
 public:
  explicit PoissonLaw(const RateFunction& rate) : rate_(&rate) {}
  std::optional<double> no_spike_by(std::optional<double> from_ms, double to_ms) override {
    const double from = from_ms ? rate_->cumulative_intensity_at(*from_ms) : 0;
    return maths::decay(rate_->cumulative_intensity_at(to_ms) - from);
  }

 private:
  const RateFunction* rate_;
};

class PoissonProcess final : public PointProcess {
 public:
  Scatter scatter() const override { return Scatter::poisson; }
  std::vector<std::optional<CountScatter>> count_scatter(const TrainRates& rates) const override {
    return sum_of_nodes(rates, [&](std::size_t i) { return std::optional(rates.expected_spikes(i)); });
  }
  std::unique_ptr<IntervalLaw> interval_law(const RateFunction& rate) const override { return poisson_law(rate); }
  std::unique_ptr<const PreparedProcess> prepare(const TrainRates& rates, StreamKey key) const override {
    return prepare_rescaled(std::make_unique<PoissonTimes>(active_kernel(), key), rates);
  }
};

}  // namespace

std::unique_ptr<IntervalLaw> poisson_law(const RateFunction& rate) {
  return std::make_unique<PoissonLaw>(rate);
}

void PoissonTimes::fill(NodeId node, std::uint64_t first_group, double carry, double* out, std::size_t groups) const {
  kernel_->fill_unit_rate_times(key_.value, node, first_group, carry, out, groups);
}

void PoissonTimes::fill_next(const std::uint64_t* nodes, const std::uint64_t* groups, const double* carries,
                             double* out, std::size_t count) const {
  kernel_->fill_next_groups(key_.value, nodes, groups, carries, out, count);
}

void append_poisson_train(const PoissonKernel& kernel, const RateWalk& rate, double expected_spikes, StreamKey key,
                          NodeId node, std::vector<double>& timestamps_ms) {
  append_rescaled_train(PoissonTimes(kernel, key), kernel, rate, expected_spikes, node, timestamps_ms);
}

const ProcessKind kPoissonKind = {
    .info = {.name = "poisson",
             .summary = "independent spikes at the rate of the moment (an inhomogeneous Poisson process)",
             .version = 1,
             .fields = {}},
    .make = [](Fields&, Streams& streams) -> std::unique_ptr<const PointProcess> {
      streams.key(Purpose::spikes);
      return std::make_unique<PoissonProcess>();
    },
};

}  // namespace stimgen
