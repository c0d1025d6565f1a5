// Rates that a group has in common, made from those of its nodes.
#pragma once

#include <span>

#include "stimgen/rate.hpp"

namespace stimgen {

// At each moment the largest of some functions of one window. Requires: at least one.
RateFunction largest_of(std::span<const RateFunction* const> functions);

// The rate times a factor, its first value held for `before_ms` before its window.
RateFunction scaled_with_past(const RateFunction& rate, double factor, double before_ms);

// The rate times a factor where `reference` was not constant during the last `span_ms`, else 0: on its ramps, after its
// jumps, and `span_ms` longer. Both of one window.
RateFunction scaled_after_changes(const RateFunction& rate, const RateFunction& reference, double factor,
                                  double span_ms);

}  // namespace stimgen
