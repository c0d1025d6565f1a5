// The variance of counts of renewal processes.
#include "process/count_scatter.hpp"

namespace stimgen {

std::optional<double> renewal_count_variance(double expected, double variance, double third_cumulant) {
  // What is left out of the limit for long times dies away after some intervals, and is no larger than its constant.
  constexpr double kFewest = 5;
  const double constant = 1.0 / 6.0 + variance * variance / 2.0 - third_cumulant / 3.0;
  const double growing = variance * expected;
  if (expected < kFewest || growing < kFewest * (constant < 0 ? -constant : constant)) return std::nullopt;
  return growing + constant;
}

}  // namespace stimgen
