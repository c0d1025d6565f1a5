// Renewal processes: independent intervals of mean 1 in operational time, in equilibrium from the start.
#pragma once

#include <cstdint>
#include <memory>

#include "process/unit_times.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

// Intervals of mean 1: how they are drawn, and their law. Interval n of a node takes its words from blocks n + a·2^48
// of the stream (attempt a) and from block 2^63 + n.
class RenewalIntervals {
 public:
  virtual ~RenewalIntervals() = default;
  // Interval number n >= 1: mean 1, not negative.
  virtual double interval(StreamKey key, NodeId node, std::uint64_t n) const = 0;
  // Of the law that prefers long intervals in proportion to their length: the one that the start falls into. From the
  // blocks of interval 0.
  virtual double long_interval(StreamKey key, NodeId node) const = 0;

  // For statistics: P(interval <= x), P(long interval <= x), for x >= 0; variance and third cumulant of intervals.
  virtual double cdf(double x) const = 0;
  virtual double long_cdf(double x) const = 0;
  virtual double variance() const = 0;
  virtual double third_cumulant() const = 0;
};

inline constexpr std::uint64_t kAttemptBlocks = std::uint64_t{1} << 48;
inline constexpr std::uint64_t kExtraBlock = std::uint64_t{1} << 63;

// The process with these intervals. Its spikes have the rate asked for from the first moment on, whatever it does.
std::unique_ptr<const PointProcess> make_renewal_process(std::shared_ptr<const RenewalIntervals> law);

}  // namespace stimgen
