// Poisson trains of many nodes, window by window: the same spikes as append_poisson_train().
#pragma once

#include <memory>

#include "stimgen/process.hpp"

namespace stimgen {

struct PoissonKernel;

// SpikeTrains of nodes [first, last) with a kernel of choice.
std::unique_ptr<SpikeTrains> open_poisson_trains(const PoissonKernel& kernel, const TrainRates& rates,
                                                 std::size_t first, std::size_t last, StreamKey key);

}  // namespace stimgen
