// The inner loops of drawing intervals, compiled once for each instruction set with the Poisson kernels: all of them
// give the same bits. renewal_kernel_impl.hpp is the one source.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stimgen {

inline constexpr std::uint64_t kAttemptBlocks = std::uint64_t{1} << 48;
inline constexpr std::uint64_t kExtraBlock = std::uint64_t{1} << 63;
// Intervals that are drawn together.
inline constexpr std::size_t kMostDraws = 256;

// Interval numbers[i] of nodes[i], for i < count <= kMostDraws. Interval n of a node takes its words from blocks
// n + a·2^48 of RandomStream(key, node) (attempt a) and from block 2^63 + n.
struct IntervalDraws {
  std::uint64_t key;
  const std::uint64_t* nodes;
  const std::uint64_t* numbers;
  std::size_t count;
};

struct RenewalKernel {
  // Gamma variates with scale 1. Requires: shape >= 1.
  void (*gamma)(double shape, const IntervalDraws& draws, double* out);
  // u^(1/shape), u of the extra block: it makes a gamma variate of `shape` of one of `shape` + 1. 0 below e^-700.
  void (*power_of_uniform)(double shape, const IntervalDraws& draws, double* out);
  // e^(mean + deviation·z), z normal.
  void (*lognormal)(double mean, double deviation, const IntervalDraws& draws, double* out);
  // With mean 1.
  void (*inverse_gaussian)(double half_squared_cv, const IntervalDraws& draws, double* out);
  // Word 0 of block n, in (0, 1).
  void (*uniform)(const IntervalDraws& draws, double* out);
  // -ln of it.
  void (*exponential)(const IntervalDraws& draws, double* out);
};

}  // namespace stimgen
