// Gamma-distributed rates: a = shape, b = scale in Hz.
#include <fmt/format.h>

#include "base/maths.hpp"
#include "base/probability.hpp"
#include "rate/distributions/common.hpp"

namespace stimgen {

extern const DistributionKind kGammaRates;

namespace {

// Rates below e^-700 of the scale, of which a heavy tail has many, are drawn as 0.
constexpr double kLowestExponent = -700;

DistributionResult make(double mean_hz, double stdev_hz, Streams& streams) {
  streams.key(Purpose::rate);
  const double share = stdev_hz / mean_hz;
  return {.distribution = {.kind = &kGammaRates,
                           .mean_hz = mean_hz,
                           .stdev_hz = stdev_hz,
                           .a = 1.0 / (share * share),
                           .b = stdev_hz * share},
          .problem = {}};
}

// Marsaglia & Tsang, ACM TOMS 26 (2000) 363: a scaled cube of a normal, accepted by its log density; a shape below 1 is
// raised by one and corrected with a power of a uniform. With v = 1 + w the test's d − d·v + d·ln(v) is d·(ln(1 + w) −
// w), which does not cancel for a large shape.
double draw(const RateDistribution& distribution, RandomStream& stream) {
  const double shape = distribution.a;
  const double d = (shape < 1 ? shape + 1.0 : shape) - 1.0 / 3.0;
  const double c = 1.0 / maths::sqrt(9.0 * d);
  double w = 0;
  while (true) {
    const double z = stream.next_normal();
    const double cz = c * z;
    w = cz * (3.0 + cz * (3.0 + cz));
    if (cz <= -1 || w <= -1) continue;
    const double u = stream.next_uniform_open01();
    if (maths::log(u) < 0.5 * z * z + d * maths::log_one_plus_minus(w)) break;
  }
  const double value = d * (1.0 + w) * distribution.b;
  if (shape >= 1) return value;
  const double u = stream.next_uniform_open01();
  const double exponent = maths::log(u) / shape;
  return exponent < kLowestExponent ? 0.0 : value * maths::exp(exponent);
}

double cdf(const RateDistribution& distribution, double rate_hz) {
  if (rate_hz == 0) return distribution.a < 1 ? maths::exp(kLowestExponent * distribution.a) : 0;
  return probability::gamma_cdf(rate_hz / distribution.b, distribution.a);
}

std::string parameters(const RateDistribution& distribution) {
  return fmt::format("shape {} scale {}", format_number(distribution.a), format_rate(distribution.b));
}

}  // namespace

const DistributionKind kGammaRates = {
    .info = {.name = "gamma",
             .summary = "gamma-distributed rates, between many low ones (stdev above the mean) and a narrow bell",
             .version = 1,
             .fields = kMomentFields},
    .make = make,
    .read = nullptr,
    .draw = draw,
    .cdf = cdf,
    .describe = parameters,
};

}  // namespace stimgen
