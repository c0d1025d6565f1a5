// Statistical tests that give p-values. At a fixed seed a test either passes for ever or fails for ever; a stated bound
// on p is the chance that a correct implementation would have had to change its seed.
#pragma once

#include <cstdint>
#include <vector>

namespace stimgen::test {

// One-sample Kolmogorov-Smirnov test of values against the uniform distribution on [0, 1].
double ks_uniform_p(std::vector<double> values);
// Values against the exponential distribution of mean 1.
double ks_exponential_p(const std::vector<double>& values);
// Upper tail of the chi-square distribution.
double chi_square_p(double statistic, double degrees);
// Observed counts against equal expected ones.
double equal_counts_p(const std::vector<std::uint64_t>& counts);
// Two-sided test that counts of a known mean have the variance of a Poisson distribution.
double dispersion_p(const std::vector<double>& counts, double mean);
// Two-sided test that the sum of counts has this mean (Poisson, normal approximation: means of 50 and more).
double poisson_total_p(double total, double mean);
// Two-sided test that two columns are uncorrelated (normal approximation: 50 rows and more).
double uncorrelated_p(const std::vector<double>& x, const std::vector<double>& y);
// Two-sided p of a standard normal value.
double normal_p(double z);

double mean_of(const std::vector<double>& values);
double stdev_of(const std::vector<double>& values);

}  // namespace stimgen::test
