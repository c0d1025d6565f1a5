// Portable maths: see maths.hpp. The polynomials come from tests/base/make_maths_coefficients.py.
#include "base/maths.hpp"

#include <cstdint>

#include "base/exp_kernel.hpp"
#include "base/log_kernel.hpp"
#include "base/normal_kernel.hpp"

namespace stimgen::maths {
namespace {

// The upper tail for z >= 0.
double upper_tail(double z) {
  return normal_density(z) * mills_ratio(z);
}

}  // namespace

double log(double x) {
  return log_kernel<std::uint64_t>(x);
}

double log_one_plus(double f) {
  if (f < -0.29 || f > 0.41) return log(1.0 + f);
  return f - log_remainder(f);
}

double log_one_plus_minus(double f) {
  return log_one_plus_minus_kernel<std::uint64_t>(f);
}

double exp(double x) {
  return exp_kernel<std::uint64_t>(x);
}

double pow(double x, double y) {
  return exp(y * log(x));
}

double normal_density(double z) {
  return normal_density_kernel<std::uint64_t>(z);
}

double normal_tail(double z) {
  if (z < 0) return 1.0 - upper_tail(-z);
  return upper_tail(z);
}

double normal_hazard(double z) {
  if (z < 0) return normal_density(z) / normal_tail(z);
  return 1.0 / mills_ratio(z);
}

double normal_quantile(double p) {
  return normal_quantile_kernel<std::uint64_t>(p);
}

double next_above(double x) {
  if (x == 0) return as_bits<double>(std::uint64_t{1});
  const auto bits = as_bits<std::uint64_t>(x);
  return as_bits<double>(x > 0 ? bits + 1 : bits - 1);
}

}  // namespace stimgen::maths
