// The source of every Poisson kernel: included by poisson_kernel_<isa>.cpp, which defines STIMGEN_KERNEL_ISA, the name,
// and STIMGEN_KERNEL_WIDTH, the lanes of 64 bits: 8, 4, 2 or, for plain numbers, 1.
//
// Compiler vectors do the work; the operations a lane sees are those of base/random.hpp and base/maths.hpp, so the bits
// do not depend on the width. Nothing here may be an ordinary inline function of a shared
// header: the linker could then keep the copy made for a newer processor.
#include <cstddef>
#include <cstdint>

#include "base/log_kernel.hpp"
#include "process/poisson_kernel.hpp"

#if STIMGEN_KERNEL_WIDTH > 1 && defined(__SSE2__)
#include <immintrin.h>
#elif STIMGEN_KERNEL_WIDTH > 1 && defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace stimgen {
namespace {

constexpr std::size_t kWidth = STIMGEN_KERNEL_WIDTH;
#if STIMGEN_KERNEL_WIDTH == 1
using U = std::uint64_t;
using D = double;

STIMGEN_INLINE double lane_of(D value, std::size_t) {
  return value;
}
template <class Vector, class Number>
STIMGEN_INLINE void set_lane(Vector& value, std::size_t, Number number) {
  value = number;
}
#else
using U = std::uint64_t __attribute__((vector_size(8 * kWidth)));
using D = double __attribute__((vector_size(8 * kWidth)));

STIMGEN_INLINE double lane_of(D values, std::size_t lane) {
  return values[lane];
}
template <class Vector, class Number>
STIMGEN_INLINE void set_lane(Vector& values, std::size_t lane, Number number) {
  values[lane] = number;
}
#endif

STIMGEN_INLINE U broadcast(std::uint64_t value) {
  return U{} + value;
}

// The 64-bit products of the lanes' lower halves; the upper halves do not matter.
STIMGEN_INLINE U multiply_low_halves(U a, U b) {
#if STIMGEN_KERNEL_WIDTH == 8
  // The masked form with a full mask: the plain one has a needless "uninitialized" warning with gcc 12.
  return maths::as_bits<U>(_mm512_maskz_mul_epu32(0xff, maths::as_bits<__m512i>(a), maths::as_bits<__m512i>(b)));
#elif STIMGEN_KERNEL_WIDTH == 4
  return maths::as_bits<U>(_mm256_mul_epu32(maths::as_bits<__m256i>(a), maths::as_bits<__m256i>(b)));
#elif STIMGEN_KERNEL_WIDTH == 2 && defined(__SSE2__)
  return maths::as_bits<U>(_mm_mul_epu32(maths::as_bits<__m128i>(a), maths::as_bits<__m128i>(b)));
#elif STIMGEN_KERNEL_WIDTH == 2 && defined(__ARM_NEON)
  return maths::as_bits<U>(
      vmull_u32(vmovn_u64(maths::as_bits<uint64x2_t>(a)), vmovn_u64(maths::as_bits<uint64x2_t>(b))));
#else
  return (a & 0xffffffff) * (b & 0xffffffff);
#endif
}

// The keys of Philox4x32's ten rounds.
struct RoundKeys {
  U low[10];
  U high[10];
};

STIMGEN_INLINE void schedule(std::uint64_t key, RoundKeys& keys) {
  auto low = static_cast<std::uint32_t>(key);
  auto high = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    keys.low[round] = broadcast(low);
    keys.high[round] = broadcast(high);
    low += 0x9E3779B9U;
    high += 0xBB67AE85U;
  }
}

// A word as a number in (0, 1): uniform_open01(), for a word given as two 32-bit halves.
STIMGEN_INLINE D uniform(U low, U high) {
  const U mantissa = ((high & 0xffffffff) << 20) | ((low & 0xffffffff) >> 12);
  return maths::as_bits<D>(mantissa | 0x3ff0000000000000) - (1 - 0x1p-53);
}

// The logarithms of the two words of one block a lane. The 32-bit words of Philox sit in 64-bit lanes, whose upper
// halves hold leftovers that multiplication ignores.
STIMGEN_INLINE void log_uniforms(const RoundKeys& keys, U node, U block, D& log0, D& log1) {
  U x0 = block;
  U x1 = block >> 32;
  U x2 = node;
  U x3 = node >> 32;
  const U multiplier0 = broadcast(0xD2511F53);
  const U multiplier1 = broadcast(0xCD9E8D57);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const U product0 = multiply_low_halves(x0, multiplier0);
    const U product1 = multiply_low_halves(x2, multiplier1);
    x0 = (product1 >> 32) ^ x1 ^ keys.low[round];
    x1 = product1;
    x2 = (product0 >> 32) ^ x3 ^ keys.high[round];
    x3 = product0;
  }
  log0 = maths::log_kernel<U>(uniform(x0, x1));
  log1 = maths::log_kernel<U>(uniform(x2, x3));
}

// Stores lane 0 of a, b, c, d, then lane 1 of them, and so on.
STIMGEN_INLINE void store_interleaved(D a, D b, D c, D d, double* out) {
#if STIMGEN_KERNEL_WIDTH == 8
  const D ab_even = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
  const D ab_odd = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
  const D cd_even = __builtin_shufflevector(c, d, 0, 8, 2, 10, 4, 12, 6, 14);
  const D cd_odd = __builtin_shufflevector(c, d, 1, 9, 3, 11, 5, 13, 7, 15);
  const D even02 = __builtin_shufflevector(ab_even, cd_even, 0, 1, 8, 9, 2, 3, 10, 11);
  const D even46 = __builtin_shufflevector(ab_even, cd_even, 4, 5, 12, 13, 6, 7, 14, 15);
  const D odd13 = __builtin_shufflevector(ab_odd, cd_odd, 0, 1, 8, 9, 2, 3, 10, 11);
  const D odd57 = __builtin_shufflevector(ab_odd, cd_odd, 4, 5, 12, 13, 6, 7, 14, 15);
  const D rows[4] = {__builtin_shufflevector(even02, odd13, 0, 1, 2, 3, 8, 9, 10, 11),
                     __builtin_shufflevector(even02, odd13, 4, 5, 6, 7, 12, 13, 14, 15),
                     __builtin_shufflevector(even46, odd57, 0, 1, 2, 3, 8, 9, 10, 11),
                     __builtin_shufflevector(even46, odd57, 4, 5, 6, 7, 12, 13, 14, 15)};
#elif STIMGEN_KERNEL_WIDTH == 4
  const D ab_even = __builtin_shufflevector(a, b, 0, 4, 2, 6);
  const D ab_odd = __builtin_shufflevector(a, b, 1, 5, 3, 7);
  const D cd_even = __builtin_shufflevector(c, d, 0, 4, 2, 6);
  const D cd_odd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
  const D rows[4] = {
      __builtin_shufflevector(ab_even, cd_even, 0, 1, 4, 5), __builtin_shufflevector(ab_odd, cd_odd, 0, 1, 4, 5),
      __builtin_shufflevector(ab_even, cd_even, 2, 3, 6, 7), __builtin_shufflevector(ab_odd, cd_odd, 2, 3, 6, 7)};
#elif STIMGEN_KERNEL_WIDTH == 1
  const D rows[4] = {a, b, c, d};
#else
  const D rows[4] = {{a[0], b[0]}, {c[0], d[0]}, {a[1], b[1]}, {c[1], d[1]}};
#endif
  __builtin_memcpy(out, rows, sizeof rows);
}

// The sums of logarithms of one group a lane: of its first, its first two, three and all four gaps. They are kept
// instead of sums of gaps: the sign is exact, so c − (l0 + l1) is c + (g0 + g1).
struct GroupSums {
  D of1, of2, of3, of4;
};

STIMGEN_INLINE GroupSums group_sums(const RoundKeys& keys, U node, U group) {
  const U block = group + group;
  D l0, l1, l2, l3;
  log_uniforms(keys, node, block, l0, l1);
  log_uniforms(keys, node, block + 1, l2, l3);
  const D l01 = l0 + l1;
  return {l0, l01, l01 + l2, l01 + (l2 + l3)};
}

// Stores the groups of the first `groups` lanes.
STIMGEN_INLINE void store_groups(D carries, const GroupSums& sums, double* out, std::size_t groups) {
  if (groups >= kWidth) {
    store_interleaved(carries - sums.of1, carries - sums.of2, carries - sums.of3, carries - sums.of4, out);
  } else {
    double rest[kGroupSpikes * kWidth];
    store_interleaved(carries - sums.of1, carries - sums.of2, carries - sums.of3, carries - sums.of4, rest);
    __builtin_memcpy(out, rest, groups * kGroupSpikes * sizeof(double));
  }
}

void fill_unit_rate_times(std::uint64_t key, std::uint64_t node, std::uint64_t first_group, double carry, double* out,
                          std::size_t groups) {
  RoundKeys keys;
  schedule(key, keys);
  U group = {};
  for (std::size_t lane = 0; lane < kWidth; ++lane) set_lane(group, lane, first_group + lane);
  for (std::size_t done = 0; done < groups; done += kWidth) {
    const GroupSums sums = group_sums(keys, broadcast(node), group);
    D carries = {};
    for (std::size_t lane = 0; lane < kWidth; ++lane) {
      set_lane(carries, lane, carry);
      carry -= lane_of(sums.of4, lane);
    }
    store_groups(carries, sums, out + done * kGroupSpikes, groups - done);
    group += kWidth;
  }
}

void fill_next_groups(std::uint64_t key, const std::uint64_t* nodes, const std::uint64_t* groups, const double* carries,
                      double* out, std::size_t count) {
  RoundKeys keys;
  schedule(key, keys);
  for (std::size_t done = 0; done < count; done += kWidth) {
    const std::size_t lanes = count - done < kWidth ? count - done : kWidth;
    U node = {}, group = {};
    D carry = {};
    __builtin_memcpy(&node, nodes + done, lanes * sizeof *nodes);
    __builtin_memcpy(&group, groups + done, lanes * sizeof *groups);
    __builtin_memcpy(&carry, carries + done, lanes * sizeof *carries);
    store_groups(carry, group_sums(keys, node, group), out + done * kGroupSpikes, lanes);
  }
}

void map_constant(const SegmentInverse& inverse, const double* __restrict intensities, double* __restrict times_ms,
                  std::size_t count) {
  const SegmentInverse local = inverse;
  for (std::size_t i = 0; i < count; ++i) times_ms[i] = local.constant_time_at(intensities[i]);
}

void map_sloped(const SegmentInverse& inverse, const double* __restrict intensities, double* __restrict times_ms,
                std::size_t count) {
  const SegmentInverse local = inverse;
  for (std::size_t i = 0; i < count; ++i) times_ms[i] = local.sloped_time_at(intensities[i]);
}

constexpr PoissonKernel kKernel = {STIMGEN_KERNEL_ISA, fill_unit_rate_times, fill_next_groups, map_constant,
                                   map_sloped};

}  // namespace
}  // namespace stimgen
