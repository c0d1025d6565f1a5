// Rescaled trains of many nodes, window by window: the same spikes as append_rescaled_train().
#pragma once

#include <cstddef>
#include <memory>

#include "process/unit_times.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

// SpikeTrains of nodes [first, last).
std::unique_ptr<SpikeTrains> open_rescaled_trains(std::shared_ptr<const UnitTimes> times, const TrainRates& rates,
                                                  std::size_t first, std::size_t last);

}  // namespace stimgen
