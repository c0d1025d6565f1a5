// Rates whose logarithm is normal: a = mu and b = sigma of ln(rate/Hz). With s = stdev/mean, sigma² = ln(1 + s²) and
// mu = ln(mean) − sigma²/2.
#include <fmt/format.h>

#include <algorithm>

#include "base/maths.hpp"
#include "base/probability.hpp"
#include "rate/distributions/common.hpp"

namespace stimgen {

extern const DistributionKind kLognormalRates;

namespace {

DistributionResult make(double mean_hz, double stdev_hz, Streams& streams) {
  streams.key(Purpose::rate);
  const double share = stdev_hz / mean_hz;
  const double variance = share < 0.5 ? maths::log_one_plus(share * share) : maths::log(1.0 + share * share);
  return {.distribution = {.kind = &kLognormalRates,
                           .mean_hz = mean_hz,
                           .stdev_hz = stdev_hz,
                           .a = maths::log(mean_hz) - 0.5 * variance,
                           .b = maths::sqrt(variance)},
          .problem = {}};
}

double draw(const RateDistribution& distribution, RandomStream& stream) {
  const double z = stream.next_normal();
  // The range of exp() is held, so that extreme parameters give finite rates.
  return maths::exp(std::clamp(distribution.a + distribution.b * z, -700.0, 700.0));
}

double cdf(const RateDistribution& distribution, double rate_hz) {
  return probability::lognormal_cdf(rate_hz, distribution.a, distribution.b);
}

std::string parameters(const RateDistribution& distribution) {
  return fmt::format("mu {} sigma {}", format_number(distribution.a), format_number(distribution.b));
}

}  // namespace

const DistributionKind kLognormalRates = {
    .info = {.name = "lognormal",
             .summary = "rates whose logarithm is normal: many low ones, a few high ones",
             .version = 1,
             .fields = kMomentFields},
    .make = make,
    .read = nullptr,
    .draw = draw,
    .cdf = cdf,
    .describe = parameters,
};

}  // namespace stimgen
