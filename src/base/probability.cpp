// Tails of distributions by series, continued fractions and, for large means, the normal limit.
#include "base/probability.hpp"

#include "base/maths.hpp"

#include <algorithm>
#include <cmath>

namespace stimgen::probability {

namespace {

// Past this the Poisson distribution is normal (with continuity correction) to better than 1e-3 of a tail that matters.
constexpr double kNormalFrom = 1e6;
constexpr int kMostTerms = 100'000;

// Series of the lower incomplete gamma function (Abramowitz & Stegun 6.5.29), for x < shape + 1.
double lower_by_series(double x, double shape) {
  double term = 1 / shape;
  double sum = term;
  for (int k = 1; k < kMostTerms && term > sum * 1e-16; ++k) {
    term *= x / (shape + k);
    sum += term;
  }
  return sum * std::exp(shape * std::log(x) - x - std::lgamma(shape));
}

// Continued fraction of the upper one (Abramowitz & Stegun 6.5.31), evaluated from the front (Lentz).
double upper_by_fraction(double x, double shape) {
  constexpr double kTiny = 1e-300;
  double b = x + 1 - shape;
  double c = 1 / kTiny;
  double d = 1 / b;
  double result = d;
  for (int k = 1; k < kMostTerms; ++k) {
    const double a = -k * (k - shape);
    b += 2;
    d = a * d + b;
    if (std::abs(d) < kTiny) d = kTiny;
    c = b + a / c;
    if (std::abs(c) < kTiny) c = kTiny;
    d = 1 / d;
    const double factor = d * c;
    result *= factor;
    if (std::abs(factor - 1) < 1e-15) break;
  }
  return result * std::exp(shape * std::log(x) - x - std::lgamma(shape));
}

}  // namespace

double normal_cdf(double z) {
  return std::erfc(-z / std::sqrt(2.0)) / 2;
}

double gamma_cdf(double x, double shape) {
  if (x <= 0) return 0;
  return x < shape + 1 ? lower_by_series(x, shape) : 1 - upper_by_fraction(x, shape);
}

double inverse_gaussian_cdf(double x, double shape) {
  if (x <= 0) return 0;
  const double root = std::sqrt(shape / x);
  // e^(2·shape)·P(Z > z), without the factor that overflows.
  const double z = root * (x + 1);
  const double reflected =
      std::exp(-shape * (x - 1) * (x - 1) / (2 * x)) / std::sqrt(2 * std::acos(-1.0)) / maths::normal_hazard(z);
  return std::min(normal_cdf(root * (x - 1)) + reflected, 1.0);
}

double lognormal_cdf(double x, double mu, double sigma) {
  return x > 0 ? normal_cdf((std::log(x) - mu) / sigma) : 0;
}

double exponential_cdf(double x) {
  return x > 0 ? -std::expm1(-x) : 0;
}

double poisson_cdf(double n, double mean) {
  if (n < 0) return 0;
  if (mean <= 0) return 1;
  if (mean > kNormalFrom) return normal_cdf((n + 0.5 - mean) / std::sqrt(mean));
  const double shape = std::floor(n) + 1;
  return mean < shape + 1 ? 1 - lower_by_series(mean, shape) : upper_by_fraction(mean, shape);
}

double poisson_two_sided(double n, double mean) {
  if (mean <= 0) return n > 0 ? 0.0 : 1.0;
  const double low = poisson_cdf(n, mean);
  double high = 1;
  if (n > 0) {
    // The small tail itself, not one minus a number next to one.
    if (mean > kNormalFrom) {
      high = normal_cdf((mean - n + 0.5) / std::sqrt(mean));
    } else {
      high = mean < n + 1 ? lower_by_series(mean, n) : 1 - upper_by_fraction(mean, n);
    }
  }
  return std::min(1.0, 2 * std::min(low, high));
}

double kolmogorov_p(double distance, double n) {
  if (n <= 0) return 1;
  const double root = std::sqrt(n);
  const double x = (root + 0.12 + 0.11 / root) * distance;
  if (x < 0.2) return 1;
  double sum = 0;
  double sign = 1;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2 * x * x * k * k);
    sum += sign * term;
    sign = -sign;
    if (term < 1e-18) break;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

}  // namespace stimgen::probability
