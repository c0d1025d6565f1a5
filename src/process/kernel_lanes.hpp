// The lanes of a kernel: vectors of 64-bit numbers, and Philox in them. Included by poisson_kernel_<isa>.cpp alone,
// which defines STIMGEN_KERNEL_WIDTH, the lanes of 64 bits: 8, 4, 2 or, for plain numbers, 1.
//
// Compiler vectors do the work; the operations a lane sees are those of base/random.hpp and base/maths.hpp, so the bits
// do not depend on the width. Nothing here may be an ordinary inline function of a shared header: the linker could then
// keep the copy made for a newer processor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/log_kernel.hpp"

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
// What a comparison of lanes says, not 0 where it is true.
STIMGEN_INLINE U lanes_where(bool is_true) {
  return is_true ? 1 : 0;
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
template <class Mask>
STIMGEN_INLINE U lanes_where(Mask is_true) {
  return maths::as_bits<U>(is_true);
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

// One block a lane. The 32-bit words of Philox sit in 64-bit lanes, whose upper halves hold leftovers that
// multiplication ignores: word 0 is (x1, x0), word 1 is (x3, x2).
struct Block {
  U x0, x1, x2, x3;
  [[gnu::always_inline]] D uniform0() const { return uniform(x0, x1); }
  [[gnu::always_inline]] D uniform1() const { return uniform(x2, x3); }
};

STIMGEN_INLINE Block philox(const RoundKeys& keys, U node, U block) {
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
  return {x0, x1, x2, x3};
}

// The first `lanes` lanes from memory; what is past the end is not read.
template <class Vector, class Number>
STIMGEN_INLINE Vector load(const Number* from, std::size_t lanes) {
  Vector vector = {};
  if (lanes >= kWidth) {
    __builtin_memcpy(&vector, from, sizeof vector);
  } else {
    __builtin_memcpy(&vector, from, lanes * sizeof *from);
  }
  return vector;
}

}  // namespace
}  // namespace stimgen
