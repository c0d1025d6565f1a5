// The law of intervals between spikes with dead times, for statistics.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "process/dead_share.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

// Closed forms at constant rates; where the rate changes, the hazard of live nodes summed up if the dead time is
// always the same, else nullptr.
std::unique_ptr<IntervalLaw> refractory_law(const RateFunction& rate, DeadTime dead);

// At constant rates; what groups make of functions is not known.
std::vector<std::optional<CountScatter>> refractory_count_scatter(const TrainRates& rates, DeadTime dead);

}  // namespace stimgen
