// Functions that give the same bits on every machine: only +, −, ×, ÷ and sqrt of IEEE-754 doubles, in a fixed order,
// without contraction. No libm. Branch-free where a vector kernel uses them.
#pragma once

namespace stimgen::maths {

// Natural logarithm. Requires: x positive, finite, normal. Relative error below 2^-51.
double log(double x);
// e^x for |x| <= 700. Relative error below 2^-51.
double exp(double x);
// x^y = exp(y·log x). Requires: x > 0 normal, result in range. For rates, not for spike times.
double pow(double x, double y);
// Upper tail probability Q(z) = P(Z > z) of the standard normal, |z| <= 37. Relative error below 2^-44.
double normal_tail(double z);
// Density of the standard normal.
double normal_density(double z);
// z with P(Z < z) = p, for p in (0, 1), precise in the lower tail. Relative error below 2^-44 (absolute near z = 0).
double normal_quantile(double p);

}  // namespace stimgen::maths
