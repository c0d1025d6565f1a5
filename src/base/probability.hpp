// Tails of the distributions that observed spikes are held against. For reports only: nothing generated depends on it.
#pragma once

namespace stimgen::probability {

// P(Z <= z) of the standard normal.
double normal_cdf(double z);
// P(X <= x) where the logarithm of X is normal, with mean mu and standard deviation sigma.
double lognormal_cdf(double x, double mu, double sigma);
// P(X <= x) of the exponential distribution of mean 1.
double exponential_cdf(double x);
// P(N <= n) of the Poisson distribution. Requires: mean >= 0.
double poisson_cdf(double n, double mean);
// Two-sided: twice the smaller tail, both with n itself, at most 1.
double poisson_two_sided(double n, double mean);
// P(X <= x) of a gamma distribution of scale 1: the regularised lower incomplete gamma function.
double gamma_cdf(double x, double shape);
// P(X <= x) of the inverse Gaussian distribution of mean 1 and this shape (its variance is the inverse of it).
double inverse_gaussian_cdf(double x, double shape);
// Asymptotic p of a Kolmogorov-Smirnov distance D of n values, with the finite-size correction of Stephens (J. R. Stat.
// Soc. B 32 (1970) 115).
double kolmogorov_p(double distance, double n);

}  // namespace stimgen::probability
