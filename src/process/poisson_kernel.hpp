// The inner loops of Poisson sampling, compiled once for each instruction set and chosen at start: all of them give the
// same bits. poisson_kernel_impl.hpp is the one source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "process/renewal_kernel.hpp"
#include "stimgen/segment_inverse.hpp"

namespace stimgen {

// Unit-rate spike times come in groups of four, from two Philox blocks.
inline constexpr std::size_t kGroupSpikes = 4;

struct PoissonKernel {
  const char* isa;  // "scalar", "sse2", "neon", "avx2", "avx512"
  // Writes `groups` groups of spike times of a Poisson process of rate 1, in order. Gap i of a stream is −ln(u), u the
  // i-th number of RandomStream(key, node). With the carry c (the last time before) and gaps g0…g3, a group is
  // c + g0, c + (g0 + g1), c + ((g0 + g1) + g2), c + ((g0 + g1) + (g2 + g3)), and the last is the next carry: one
  // dependent addition for four spikes, the same on every vector width.
  void (*fill_unit_rate_times)(std::uint64_t key, std::uint64_t node, std::uint64_t first_group, double carry,
                               double* out, std::size_t groups);
  // One group of each of `count` nodes: group groups[i] of nodes[i] after carries[i], at out[4 i].
  void (*fill_next_groups)(std::uint64_t key, const std::uint64_t* nodes, const std::uint64_t* groups,
                           const double* carries, double* out, std::size_t count);
  // inverse.constant_time_at / sloped_time_at of each value. The arrays do not overlap.
  void (*map_constant)(const SegmentInverse& inverse, const double* intensities, double* times_ms, std::size_t count);
  void (*map_sloped)(const SegmentInverse& inverse, const double* intensities, double* times_ms, std::size_t count);
  RenewalKernel renewal;
};

// The best of this machine, or the one that the environment variable STIMGEN_ISA names (scalar, avx2 …); chosen
// once. Throws EnvironmentError if it names one that this machine or build does not have.
const PoissonKernel& active_kernel();
// All that this machine and build can run, from scalar to the fastest.
std::span<const PoissonKernel* const> available_kernels();

// One a translation unit; nullptr where the build has no such instruction set.
const PoissonKernel* scalar_kernel();
const PoissonKernel* sse2_kernel();
const PoissonKernel* neon_kernel();
const PoissonKernel* avx2_kernel();
const PoissonKernel* avx512_kernel();

}  // namespace stimgen
