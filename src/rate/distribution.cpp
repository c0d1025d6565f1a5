// The table of rate distributions, and what is the same for all of them.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "base/random.hpp"
#include "rate/distributions/common.hpp"

namespace stimgen {

extern const DistributionKind kConstantRates;  // not in the table: a number stands for it
extern const DistributionKind kLognormalRates, kNormalRates, kGammaRates, kUniformRates, kExponentialRates;

namespace {

constexpr std::array kKinds = {&kLognormalRates, &kNormalRates, &kGammaRates, &kUniformRates, &kExponentialRates};

// A stdev below this share of the mean changes no drawn rate: 8.3 standard deviations are within its rounding.
constexpr double kConstantShare = 0x1p-60;
constexpr double kSmallestMean = 1e-100;
constexpr double kLargestMean = 1e100;
constexpr double kLargestShare = 1e100;

}  // namespace

std::span<const DistributionKind* const> distribution_kinds() {
  return kKinds;
}

bool RateDistribution::is_constant() const {
  return kind == nullptr || kind == &kConstantRates;
}

DistributionResult make_constant(double rate_hz) {
  Streams nothing_is_drawn;
  return kConstantRates.make(rate_hz, 0, nothing_is_drawn);
}

DistributionResult make_distribution(const DistributionKind& kind, double mean_hz, double stdev_hz, Streams& streams) {
  if (!std::isfinite(mean_hz) || !std::isfinite(stdev_hz) || mean_hz < 0 || stdev_hz < 0) {
    throw std::logic_error("make_distribution: mean or stdev is negative or not finite");
  }
  if (stdev_hz == 0) return make_constant(mean_hz);
  if (mean_hz == 0) {
    return refuse(fmt::format("rates with a mean of 0 Hz are all 0 and cannot have a stdev of {} Hz", stdev_hz));
  }
  if (mean_hz < kSmallestMean || mean_hz > kLargestMean || stdev_hz / mean_hz > kLargestShare) {
    return refuse(fmt::format("a mean of {} Hz with a stdev of {} Hz is out of range", mean_hz, stdev_hz));
  }
  if (stdev_hz < mean_hz * kConstantShare) return make_constant(mean_hz);
  return kind.make(mean_hz, stdev_hz, streams);
}

double draw_rate_hz(const RateDistribution& distribution, StreamKey key, NodeId node) {
  RandomStream stream(key, node);
  return distribution.kind->draw(distribution, stream);
}

double rate_cdf(const RateDistribution& distribution, double rate_hz) {
  return distribution.kind->cdf(distribution, rate_hz);
}

std::string canonical(const RateDistribution& distribution) {
  const DistributionKind& kind = *distribution.kind;
  return fmt::format("{} version {}, {}", kind.info.name, kind.info.version, kind.describe(distribution));
}

}  // namespace stimgen
