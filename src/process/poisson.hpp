// The inhomogeneous Poisson process: see poisson.cpp.
#pragma once

#include "stimgen/process.hpp"

namespace stimgen {

struct PoissonKernel;

extern const ProcessKind kPoissonKind;

// A whole train with a kernel of choice. `expected_spikes` of the walk: how many times are made at a time.
void append_poisson_train(const PoissonKernel& kernel, const RateWalk& rate, double expected_spikes, StreamKey key,
                          NodeId node, std::vector<double>& timestamps_ms);

}  // namespace stimgen
