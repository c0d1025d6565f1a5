// `gamma`: intervals from bursty (shape below 1) over Poisson (1) to regular.
//
// Drawn by Best's rejection XG (Devroye, Non-Uniform Random Variate Generation, 1986, IX.3), which takes one block an
// attempt and no normal: 1.4 to 3 attempts an interval. A shape below 1 is raised by one and corrected with a power of
// a uniform. The interval that the start falls into has the shape raised by one and no correction.
#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "base/probability.hpp"
#include "process/renewal.hpp"

namespace stimgen {

extern const ProcessKind kGammaKind;

namespace {

constexpr double kMinShape = 0.05, kMaxShape = 1e6;

class GammaIntervals final : public RenewalIntervals {
 public:
  explicit GammaIntervals(double shape) : shape_(shape) {}
  void draw(const RenewalKernel& kernel, const IntervalDraws& draws, double* out) const override {
    if (shape_ >= 1) {
      draw_over_shape(kernel, shape_, draws, out);
      return;
    }
    std::array<double, kMostDraws> powers;
    kernel.gamma(shape_ + 1.0, draws, out);
    kernel.power_of_uniform(shape_, draws, powers.data());
    for (std::size_t i = 0; i < draws.count; ++i) out[i] = out[i] * powers[i] / shape_;
  }
  void draw_long(const RenewalKernel& kernel, const IntervalDraws& draws, double* out) const override {
    draw_over_shape(kernel, shape_ + 1.0, draws, out);
  }
  double cdf(double x) const override { return probability::gamma_cdf(x * shape_, shape_); }
  double long_cdf(double x) const override { return probability::gamma_cdf(x * shape_, shape_ + 1.0); }
  double variance() const override { return 1.0 / shape_; }
  double third_cumulant() const override { return 2.0 / (shape_ * shape_); }

 private:
  void draw_over_shape(const RenewalKernel& kernel, double drawn, const IntervalDraws& draws, double* out) const {
    kernel.gamma(drawn, draws, out);
    for (std::size_t i = 0; i < draws.count; ++i) out[i] /= shape_;
  }

  double shape_;
};

constexpr FieldDoc kFields[] = {
    {"shape", "number", "", "",
     "Shape of the gamma distribution of intervals: their coefficient of variation is 1/√shape. 1 is Poisson, smaller "
     "is "
     "more bursty, larger more regular; from 0.05 to 1000000.",
     "4"},
};

std::unique_ptr<const PointProcess> make(Fields& fields, Streams& streams) {
  streams.key(Purpose::spikes);
  const double shape = fields.number("shape");
  if (fields.ok() && !(shape >= kMinShape && shape <= kMaxShape)) {
    fields.error("shape", "recipe.out-of-range", fmt::format("gamma: shape {} is out of range", format_number(shape)),
                 "1 is Poisson, larger is more regular; from 0.05 to 1000000");
  }
  return make_renewal_process(std::make_shared<GammaIntervals>(shape));
}

}  // namespace

const ProcessKind kGammaKind = {
    .info = {.name = "gamma",
             .summary = "independent gamma-distributed intervals in time rescaled by the rate, from bursty to regular",
             .version = 1,
             .fields = kFields},
    .make = make,
};

}  // namespace stimgen
