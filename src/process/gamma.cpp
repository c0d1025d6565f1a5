// `gamma`: intervals from bursty (shape below 1) over Poisson (1) to regular.
//
// Drawn by Best's rejection XG (Devroye, Non-Uniform Random Variate Generation, 1986, IX.3), which takes one block an
// attempt and no normal: 1.4 to 3 attempts an interval. A shape below 1 is raised by one and corrected with a power of
// a uniform. The interval that the start falls into has the shape raised by one and no correction.
#include <fmt/format.h>

#include "base/maths.hpp"
#include "base/probability.hpp"
#include "base/random.hpp"
#include "process/renewal.hpp"

namespace stimgen {

extern const ProcessKind kGammaKind;

namespace {

constexpr double kMinShape = 0.05, kMaxShape = 1e6;
// Intervals below e^-700 of the mean are 0.
constexpr double kLowestExponent = -700;

// A gamma variate of shape >= 1 with scale 1.
double draw_xg(double shape, StreamKey key, NodeId node, std::uint64_t n) {
  const double b = shape - 1.0;
  const double c = 3.0 * shape - 0.75;
  for (std::uint64_t block = n;; block += kAttemptBlocks) {
    const auto words = philox_block(key, node, block);
    const double u = uniform_open01(words[0]);
    const double v = uniform_open01(words[1]);
    const double w = u * (1.0 - u);
    const double y = maths::sqrt(c / w) * (u - 0.5);
    const double x = b + y;
    if (!(x > 0)) continue;
    const double z = 64.0 * (w * w * w) * (v * v);
    if (b > 0) {
      const double q = y / b;
      if (q <= -1) continue;
      if (maths::log(z) <= 2.0 * b * maths::log_one_plus_minus(q)) return x;
    } else if (maths::log(z) <= -2.0 * y) {
      return x;
    }
  }
}

class GammaIntervals final : public RenewalIntervals {
 public:
  explicit GammaIntervals(double shape) : shape_(shape) {}
  double interval(StreamKey key, NodeId node, std::uint64_t n) const override {
    if (shape_ >= 1) return draw_xg(shape_, key, node, n) / shape_;
    const double x = draw_xg(shape_ + 1.0, key, node, n);
    const double exponent = maths::log(uniform_open01(philox_block(key, node, kExtraBlock + n)[0])) / shape_;
    return exponent < kLowestExponent ? 0.0 : x * maths::exp(exponent) / shape_;
  }
  double long_interval(StreamKey key, NodeId node) const override {
    return draw_xg(shape_ + 1.0, key, node, 0) / shape_;
  }
  double cdf(double x) const override { return probability::gamma_cdf(x * shape_, shape_); }
  double long_cdf(double x) const override { return probability::gamma_cdf(x * shape_, shape_ + 1.0); }
  double variance() const override { return 1.0 / shape_; }
  double third_cumulant() const override { return 2.0 / (shape_ * shape_); }

 private:
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
