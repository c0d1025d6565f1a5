// Statistical tests: see statistics.hpp. Boost.Math and libm are free to be used here: nothing enters a spike.
#include "support/statistics.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstddef>

namespace stimgen::test {

double ks_uniform_p(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, (rank + 1) / n - values[i], values[i] - rank / n});
  }
  // Kolmogorov's limit with Stephens' correction for finite n.
  const double lambda = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
  if (lambda < 0.2) return 1;
  double sum = 0;
  for (int k = 1; k <= 100; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * lambda * lambda);
  return std::clamp(sum, 0.0, 1.0);
}

double ks_exponential_p(const std::vector<double>& values) {
  std::vector<double> uniform;
  for (const double value : values) uniform.push_back(-std::expm1(-value));
  return ks_uniform_p(std::move(uniform));
}

double chi_square_p(double statistic, double degrees) {
  return boost::math::gamma_q(degrees / 2, statistic / 2);
}

double equal_counts_p(const std::vector<std::uint64_t>& counts) {
  double total = 0;
  for (const auto count : counts) total += static_cast<double>(count);
  const double expected = total / static_cast<double>(counts.size());
  double statistic = 0;
  for (const auto count : counts) {
    const double difference = static_cast<double>(count) - expected;
    statistic += difference * difference / expected;
  }
  return chi_square_p(statistic, static_cast<double>(counts.size() - 1));
}

double dispersion_p(const std::vector<double>& counts, double mean) {
  double statistic = 0;
  for (const double count : counts) statistic += (count - mean) * (count - mean) / mean;
  const double upper = chi_square_p(statistic, static_cast<double>(counts.size()));
  return 2 * std::min(upper, 1 - upper);
}

double poisson_total_p(double total, double mean) {
  return normal_p((total - mean) / std::sqrt(mean));
}

double uncorrelated_p(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = mean_of(x);
  const double mean_y = mean_of(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - mean_x) * (y[i] - mean_y);
  const double r = sum / (static_cast<double>(x.size() - 1) * stdev_of(x) * stdev_of(y));
  return normal_p(std::atanh(std::clamp(r, -1 + 1e-15, 1 - 1e-15)) * std::sqrt(static_cast<double>(x.size()) - 3));
}

double normal_p(double z) {
  return std::erfc(std::abs(z) / std::sqrt(2.0));
}

double mean_of(const std::vector<double>& values) {
  long double sum = 0;
  for (const double value : values) sum += value;
  return static_cast<double>(sum / static_cast<long double>(values.size()));
}

double stdev_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  long double sum = 0;
  for (const double value : values) sum += static_cast<long double>((value - mean) * (value - mean));
  return static_cast<double>(std::sqrt(sum / static_cast<long double>(values.size() - 1)));
}

}  // namespace stimgen::test
