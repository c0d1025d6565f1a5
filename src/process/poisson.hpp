// The inhomogeneous Poisson process: see poisson.cpp.
#pragma once

#include <memory>
#include <vector>

#include "process/unit_times.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

// With a kernel of choice: all of them give the same bits.
class PoissonTimes final : public UnitTimes {
 public:
  PoissonTimes(const PoissonKernel& kernel, StreamKey key) : kernel_(&kernel), key_(key) {}
  void fill(NodeId node, std::uint64_t first_group, double carry, double* out, std::size_t groups) const override;
  void fill_next(const std::uint64_t* nodes, const std::uint64_t* groups, const double* carries, double* out,
                 std::size_t count) const override;

 private:
  const PoissonKernel* kernel_;
  StreamKey key_;
};

// Of trains that are Poisson, whatever they have in common. `rate` must outlive it.
std::unique_ptr<IntervalLaw> poisson_law(const RateFunction& rate);

extern const ProcessKind kPoissonKind;

// A whole train with a kernel of choice. `expected_spikes` of the walk: how many times are made at a time.
void append_poisson_train(const PoissonKernel& kernel, const RateWalk& rate, double expected_spikes, StreamKey key,
                          NodeId node, std::vector<double>& timestamps_ms);

}  // namespace stimgen
