// Functions that give the same bits on every machine: only +, −, ×, ÷ and sqrt of IEEE-754 doubles, in a fixed order,
// without contraction. No libm. Branch-free where a vector kernel uses them (log_kernel.hpp holds that form of log).
#pragma once

namespace stimgen::maths {

// Natural logarithm. Requires: x positive, finite, normal. Relative error below 2^-51.
double log(double x);
// ln(1 + f), precise near f = 0 as well. Requires: f > -1, 1 + f finite and normal.
double log_one_plus(double f);
// ln(1 + f) − f, which is about −f²/2, precise near f = 0 as well. Requires: as log_one_plus.
double log_one_plus_minus(double f);
// e^x for |x| <= 700. Relative error below 2^-51.
double exp(double x);
// e^-x for x >= 0; 0 where it is below 10^-304.
inline double decay(double x) {
  return x > 700 ? 0.0 : exp(-x);
}
// x^y = exp(y·log x). Requires: x > 0 normal, result in range. For rates, not for spike times.
double pow(double x, double y);
// Correctly rounded square root. Requires: x >= 0.
[[gnu::always_inline]] inline double sqrt(double x) {
  return __builtin_sqrt(x);
}
// Upper tail probability Q(z) = P(Z > z) of the standard normal, |z| <= 37. Relative error below 2^-44.
double normal_tail(double z);
// Density of the standard normal, |z| <= 37. Relative error below 2^-50.
double normal_density(double z);
// normal_density(z) / normal_tail(z), for z >= -37. Relative error below 2^-44.
double normal_hazard(double z);
// z with P(Z < z) = p, for p in [1e-290, 1), precise in the lower tail. Relative error below 2^-44 (absolute near z =
// 0).
double normal_quantile(double p);
// The next double above x. Requires: x finite.
double next_above(double x);

}  // namespace stimgen::maths
