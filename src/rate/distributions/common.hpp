// What the kinds of rate distributions share: refusing, and the bounds of what can be made.
#pragma once

#include <string>
#include <utility>

#include "base/random.hpp"
#include "stimgen/grammar.hpp"
#include "stimgen/rate.hpp"

namespace stimgen {

inline constexpr double kSqrt3 = 0x1.bb67ae8584caap+0;

// The keys of the kinds that are given by a mean and a stdev alone.
inline constexpr FieldDoc kMomentFields[] = {
    {"mean", "rate", "Hz", "", "Mean of the resulting rates.", "20 Hz", {}, "stdev"},
    {"stdev", "rate", "Hz", "", "Standard deviation of the resulting rates.", "2 Hz", {}, "mean"},
};

inline DistributionResult refuse(std::string problem) {
  return {.distribution = {}, .problem = std::move(problem)};
}

// Reports a problem at the key that holds the parameters; nullopt if there is one.
inline std::optional<RateDistribution> reported(DistributionResult result, Fields& fields, std::string_view key) {
  if (result.problem.empty()) return result.distribution;
  fields.error(key, "background.no-such-distribution", std::move(result.problem));
  return std::nullopt;
}

}  // namespace stimgen
