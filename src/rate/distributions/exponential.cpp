// Exponentially distributed rates: a = the mean in Hz, which is also the stdev.
#include <fmt/format.h>

#include <cmath>

#include "base/maths.hpp"
#include "base/probability.hpp"
#include "rate/distributions/common.hpp"

namespace stimgen {

extern const DistributionKind kExponentialRates;

namespace {

constexpr FieldDoc kFields[] = {{"exponential", "rate", "Hz", "", "Mean of exponentially distributed rates.", "5 Hz"}};

DistributionResult make(double mean_hz, double stdev_hz, Streams& streams) {
  if (std::abs(stdev_hz / mean_hz - 1.0) > 1e-9) {
    return refuse(
        fmt::format("the stdev of an exponential distribution is its mean ({} Hz), not {} Hz", mean_hz, stdev_hz));
  }
  streams.key(Purpose::rate);
  return {.distribution = {.kind = &kExponentialRates, .mean_hz = mean_hz, .stdev_hz = stdev_hz, .a = mean_hz},
          .problem = {}};
}

std::optional<RateDistribution> read(Fields& fields, Streams& streams) {
  const double mean_hz = fields.rate_hz("exponential");
  if (!fields.ok()) return std::nullopt;
  return reported(make_distribution(kExponentialRates, mean_hz, mean_hz, streams), fields, "exponential");
}

double draw(const RateDistribution& distribution, RandomStream& stream) {
  const double u = stream.next_uniform_open01();
  return -distribution.a * maths::log(u);
}

double cdf(const RateDistribution& distribution, double rate_hz) {
  return probability::exponential_cdf(rate_hz / distribution.a);
}

std::string parameters(const RateDistribution& distribution) {
  return fmt::format("mean {}", format_rate(distribution.a));
}

}  // namespace

const DistributionKind kExponentialRates = {
    .info = {.name = "exponential",
             .summary = "exponentially distributed rates, given as {exponential: mean}; their stdev is their mean",
             .version = 1,
             .fields = kFields},
    .make = make,
    .read = read,
    .draw = draw,
    .cdf = cdf,
    .describe = parameters,
};

}  // namespace stimgen
