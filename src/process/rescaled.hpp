// Spike trains by time rescaling, one node at a time: see rescaled.cpp.
#pragma once

#include <memory>
#include <vector>

#include "process/poisson_kernel.hpp"
#include "process/unit_times.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

// A whole train. `kernel` maps times; `expected_spikes` of the walk: how many times are made at once.
void append_rescaled_train(const UnitTimes& times, const PoissonKernel& kernel, const RateWalk& rate,
                           double expected_spikes, NodeId node, std::vector<double>& timestamps_ms);

// Nodes that have nothing in common but how their unit times are made.
std::unique_ptr<const PreparedProcess> prepare_rescaled(std::unique_ptr<const UnitTimes> times,
                                                        const TrainRates& rates);

}  // namespace stimgen
