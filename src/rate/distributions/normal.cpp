// Normal rates, truncated at zero: a = mu and b = sigma of the untruncated normal in Hz, and tail = P(X > 0).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/maths.hpp"
#include "base/probability.hpp"
#include "rate/distributions/common.hpp"

namespace stimgen {

extern const DistributionKind kNormalRates;

namespace {

// From here on a normal truncated at zero cannot be told from an exponential.
constexpr double kLargestShare = 0.999;

// stdev/mean of a standard normal truncated to values above `alpha`, counted from `alpha`.
double truncated_share(double alpha) {
  const double hazard = maths::normal_hazard(alpha);
  const double mean = hazard - alpha;
  return maths::sqrt(std::max(1.0 - hazard * mean, 0.0)) / mean;
}

// The normal that has this mean and stdev once it is truncated at zero. With alpha = −mu/sigma and the hazard
// h = density/tail at alpha: mean = sigma·(h − alpha), variance = sigma²·(1 − h·(h − alpha)) (Johnson, Kotz &
// Balakrishnan, Continuous Univariate Distributions 1, 13.10.1). stdev/mean grows with alpha, so alpha is found by
// bisection.
void solve(RateDistribution& distribution) {
  const double share = distribution.stdev_hz / distribution.mean_hz;
  if (share < 1.0 / 36.0) {  // the part below zero is under 2^-900
    distribution.a = distribution.mean_hz;
    distribution.b = distribution.stdev_hz;
    distribution.tail = 1;
    return;
  }
  double low = -1.0 / share;
  double high = 34;
  for (int step = 0; step < 80; ++step) {
    const double middle = 0.5 * (low + high);
    if (truncated_share(middle) < share) {
      low = middle;
    } else {
      high = middle;
    }
  }
  const double alpha = 0.5 * (low + high);
  const double sigma = distribution.mean_hz / (maths::normal_hazard(alpha) - alpha);
  distribution.a = -alpha * sigma;
  distribution.b = sigma;
  distribution.tail = maths::normal_tail(alpha);
}

DistributionResult make(double mean_hz, double stdev_hz, Streams& streams) {
  if (stdev_hz / mean_hz >= kLargestShare) {
    return refuse(
        fmt::format("no normal distribution truncated at 0 Hz has a mean of {} Hz and a stdev of {} Hz: the stdev "
                    "must be below the mean; lognormal and gamma have no such limit",
                    mean_hz, stdev_hz));
  }
  streams.key(Purpose::rate);
  RateDistribution distribution{.kind = &kNormalRates, .mean_hz = mean_hz, .stdev_hz = stdev_hz};
  solve(distribution);
  return {.distribution = distribution, .problem = {}};
}

double draw(const RateDistribution& distribution, RandomStream& stream) {
  // Inversion from above: the survival probability is uniform on (0, tail), precise however small the tail is.
  const double survival = stream.next_uniform_open01() * distribution.tail;
  return std::max(distribution.a - distribution.b * maths::normal_quantile(survival), 0.0);
}

double cdf(const RateDistribution& distribution, double rate_hz) {
  if (rate_hz < 0) return 0;
  const double above = probability::normal_cdf((distribution.a - rate_hz) / distribution.b);
  return std::clamp(1 - above / distribution.tail, 0.0, 1.0);
}

std::string parameters(const RateDistribution& distribution) {
  return fmt::format("mu {} sigma {} tail {}", format_number(distribution.a), format_number(distribution.b),
                     format_number(distribution.tail));
}

}  // namespace

const DistributionKind kNormalRates = {
    .info = {.name = "normal",
             .summary = "normally distributed rates, truncated at 0 Hz and solved for the mean and stdev asked for; "
                        "the stdev must be below the mean",
             .version = 1,
             .fields = kMomentFields},
    .make = make,
    .read = nullptr,
    .draw = draw,
    .cdf = cdf,
    .describe = parameters,
};

}  // namespace stimgen
