// Rate distributions: from the mean and stdev of the resulting rates to parameters, and one draw a node.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/maths.hpp"
#include "base/random.hpp"
#include "stimgen/rate.hpp"

namespace stimgen {
namespace {

constexpr double kSqrt3 = 0x1.bb67ae8584caap+0;
// A stdev below this share of the mean changes no drawn rate: 8.3 standard deviations are within its rounding.
constexpr double kConstantShare = 0x1p-60;
// From here on a normal truncated at zero cannot be told from an exponential.
constexpr double kNormalLargestShare = 0.999;
constexpr double kSmallestMean = 1e-100;
constexpr double kLargestMean = 1e100;
constexpr double kLargestShare = 1e100;

DistributionResult refuse(std::string problem) {
  return {.distribution = {}, .problem = std::move(problem)};
}

DistributionResult constant(double mean_hz) {
  return {.distribution = {.kind = DistributionKind::constant, .mean_hz = mean_hz, .stdev_hz = 0, .a = mean_hz},
          .problem = {}};
}

// exp() with its range held, so that extreme parameters give finite rates.
double bounded_exp(double x) {
  return maths::exp(std::clamp(x, -700.0, 700.0));
}

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
void solve_truncated_normal(RateDistribution& distribution) {
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

// Marsaglia & Tsang, ACM TOMS 26 (2000) 363: a scaled cube of a normal, accepted by its log density; a shape below 1 is
// raised by one and corrected with a power of a uniform. With v = 1 + w the test's d − d·v + d·ln(v) is d·(ln(1 + w) −
// w), which does not cancel for a large shape.
double draw_gamma(double shape, double scale, RandomStream& stream) {
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
  const double value = d * (1.0 + w) * scale;
  if (shape >= 1) return value;
  const double u = stream.next_uniform_open01();
  const double exponent = maths::log(u) / shape;
  return exponent < -700 ? 0.0 : value * maths::exp(exponent);
}

}  // namespace

DistributionResult make_uniform(double low_hz, double high_hz, Streams& streams) {
  if (low_hz < 0) return refuse(fmt::format("the lower bound of a uniform rate is negative: {} Hz", low_hz));
  if (high_hz < low_hz) {
    return refuse(
        fmt::format("the upper bound of a uniform rate ({} Hz) is below its lower bound ({} Hz)", high_hz, low_hz));
  }
  if (high_hz == low_hz) return constant(low_hz);
  streams.key(Purpose::rate);
  return {.distribution = {.kind = DistributionKind::uniform,
                           .mean_hz = low_hz + 0.5 * (high_hz - low_hz),
                           .stdev_hz = (high_hz - low_hz) / (2.0 * kSqrt3),
                           .a = low_hz,
                           .b = high_hz},
          .problem = {}};
}

DistributionResult make_distribution(DistributionKind kind, double mean_hz, double stdev_hz, Streams& streams) {
  if (!std::isfinite(mean_hz) || !std::isfinite(stdev_hz) || mean_hz < 0 || stdev_hz < 0) {
    throw std::logic_error("make_distribution: mean or stdev is negative or not finite");
  }
  if (stdev_hz == 0) return constant(mean_hz);
  if (kind == DistributionKind::constant) return refuse("a constant rate has no stdev");
  if (mean_hz == 0)
    return refuse(fmt::format("rates with a mean of 0 Hz are all 0 and cannot have a stdev of {} Hz", stdev_hz));
  if (mean_hz < kSmallestMean || mean_hz > kLargestMean || stdev_hz / mean_hz > kLargestShare) {
    return refuse(fmt::format("a mean of {} Hz with a stdev of {} Hz is out of range", mean_hz, stdev_hz));
  }
  if (stdev_hz < mean_hz * kConstantShare && kind != DistributionKind::exponential) return constant(mean_hz);

  const double share = stdev_hz / mean_hz;
  RateDistribution distribution{.kind = kind, .mean_hz = mean_hz, .stdev_hz = stdev_hz};
  switch (kind) {
    case DistributionKind::lognormal: {
      const double variance = share < 0.5 ? maths::log_one_plus(share * share) : maths::log(1.0 + share * share);
      distribution.a = maths::log(mean_hz) - 0.5 * variance;
      distribution.b = maths::sqrt(variance);
      break;
    }
    case DistributionKind::normal:
      if (share >= kNormalLargestShare) {
        return refuse(
            fmt::format("no normal distribution truncated at 0 Hz has a mean of {} Hz and a stdev of {} Hz: the stdev "
                        "must be below the mean; lognormal and gamma have no such limit",
                        mean_hz, stdev_hz));
      }
      solve_truncated_normal(distribution);
      break;
    case DistributionKind::gamma:
      distribution.a = 1.0 / (share * share);
      distribution.b = stdev_hz * share;
      break;
    case DistributionKind::uniform: {
      const double half_width = stdev_hz * kSqrt3;
      if (half_width > mean_hz) {
        return refuse(fmt::format(
            "a uniform distribution with a mean of {} Hz and a stdev of {} Hz reaches below 0 Hz: its stdev "
            "can be at most {:.6g} Hz",
            mean_hz, stdev_hz, mean_hz / kSqrt3));
      }
      distribution.a = mean_hz - half_width;
      distribution.b = mean_hz + half_width;
      break;
    }
    case DistributionKind::exponential:
      if (std::abs(share - 1.0) > 1e-9) {
        return refuse(
            fmt::format("the stdev of an exponential distribution is its mean ({} Hz), not {} Hz", mean_hz, stdev_hz));
      }
      distribution.a = mean_hz;
      break;
    case DistributionKind::constant:
      break;
  }
  streams.key(Purpose::rate);
  return {.distribution = distribution, .problem = {}};
}

double draw_rate_hz(const RateDistribution& distribution, StreamKey key, NodeId node) {
  RandomStream stream(key, node);
  const double a = distribution.a;
  const double b = distribution.b;
  switch (distribution.kind) {
    case DistributionKind::constant:
      return a;
    case DistributionKind::lognormal: {
      const double z = stream.next_normal();
      return bounded_exp(a + b * z);
    }
    case DistributionKind::normal: {
      // Inversion from above: the survival probability is uniform on (0, tail), precise however small the tail is.
      const double survival = stream.next_uniform_open01() * distribution.tail;
      return std::max(a - b * maths::normal_quantile(survival), 0.0);
    }
    case DistributionKind::gamma:
      return draw_gamma(a, b, stream);
    case DistributionKind::uniform: {
      const double u = stream.next_uniform_open01();
      return a + (b - a) * u;
    }
    case DistributionKind::exponential: {
      const double u = stream.next_uniform_open01();
      return -a * maths::log(u);
    }
  }
  throw std::logic_error("draw_rate_hz: unknown kind");
}

}  // namespace stimgen
