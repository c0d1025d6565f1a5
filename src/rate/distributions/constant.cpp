// One rate for all: what a distribution without a stdev is. Recipes write it as a plain rate, so it has no name there.
#include <fmt/format.h>

#include "rate/distributions/common.hpp"

namespace stimgen {

extern const DistributionKind kConstantRates;

namespace {

DistributionResult make(double mean_hz, double stdev_hz, Streams&) {
  if (stdev_hz != 0) return refuse("a constant rate has no stdev");
  return {.distribution = {.kind = &kConstantRates, .mean_hz = mean_hz, .a = mean_hz}, .problem = {}};
}

double draw(const RateDistribution& distribution, RandomStream&) {
  return distribution.a;
}

double cdf(const RateDistribution& distribution, double rate_hz) {
  return rate_hz >= distribution.a ? 1 : 0;
}

std::string parameters(const RateDistribution& distribution) {
  return fmt::format("rate {}", format_rate(distribution.a));
}

}  // namespace

const DistributionKind kConstantRates = {
    .info = {.name = "constant", .summary = "the same rate for every node", .version = 1, .fields = {}},
    .make = make,
    .read = nullptr,
    .draw = draw,
    .cdf = cdf,
    .describe = parameters,
};

}  // namespace stimgen
