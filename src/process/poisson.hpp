// The inhomogeneous Poisson process: see poisson.cpp.
#pragma once

#include "stimgen/process.hpp"

namespace stimgen {

struct PoissonKernel;

extern const ProcessKind kPoissonKind;

// PointProcess::append_train with a kernel of choice, for tests and the self-test.
void append_poisson_train(const PoissonKernel& kernel, const RateFunction& rate, StreamKey key, NodeId node,
                          std::vector<double>& timestamps_ms);

}  // namespace stimgen
