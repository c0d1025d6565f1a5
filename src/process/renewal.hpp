// Renewal processes: independent intervals of mean 1 in operational time, in equilibrium from the start.
#pragma once

#include <memory>

#include "process/renewal_kernel.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

// Intervals of mean 1: how they are drawn, and their law.
class RenewalIntervals {
 public:
  virtual ~RenewalIntervals() = default;
  // Mean 1, not negative.
  virtual void draw(const RenewalKernel& kernel, const IntervalDraws& draws, double* out) const = 0;
  // Of the law that prefers long intervals in proportion to their length: those that the start falls into.
  virtual void draw_long(const RenewalKernel& kernel, const IntervalDraws& draws, double* out) const = 0;

  // For statistics: P(interval <= x), P(long interval <= x), for x >= 0; variance and third cumulant of intervals.
  virtual double cdf(double x) const = 0;
  virtual double long_cdf(double x) const = 0;
  virtual double variance() const = 0;
  virtual double third_cumulant() const = 0;
};

// The process with these intervals. Its spikes have the rate asked for from the first moment on, whatever it does.
std::unique_ptr<const PointProcess> make_renewal_process(std::shared_ptr<const RenewalIntervals> law);

}  // namespace stimgen
