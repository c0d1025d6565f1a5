// The natural logarithm as an inline template, so that scalar code and every vector kernel share one sequence of
// operations and hence give the same bits.
//
// x = 2^k·m with m in [sqrt(1/2), sqrt(2)) by integer arithmetic alone; f = m − 1 is exact; with s = f / (2 + f) and z
// = s², ln(m) = 2·atanh(s) = f − s·(f − z·P(z)), where P is the minimax polynomial of (2·atanh(s)/s − 2)/z
// (tests/base/make_maths_coefficients.py). k·ln2 is added in two parts, of which the first is exact.
//
// Everything here has internal linkage or is always inlined: the file is compiled for several instruction sets.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

#ifdef __FAST_MATH__
#error "the same bits everywhere need -fno-fast-math"
#endif

namespace stimgen::maths {

static_assert(std::numeric_limits<double>::is_iec559 && __FLT_EVAL_METHOD__ == 0, "needs plain IEEE-754 doubles");

#define STIMGEN_INLINE [[gnu::always_inline]] static inline

// The bits of a value (or of every lane of a vector) read as another type of the same size.
template <class To, class From>
STIMGEN_INLINE To as_bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}

// s·(f − z·P(z)), the part of f − ln(1 + f) that needs a polynomial. Requires: f in [sqrt(1/2) − 1, sqrt(2) − 1].
// D is double, or a vector of doubles.
template <class D>
STIMGEN_INLINE D log_remainder(D f) {
  const D s = f / (f + 2.0);
  const D z = s * s;
  const D w = z * z;
  const D p01 = z * 0x1.999999997fd75p-2 + 0x1.5555555555592p-1;
  const D p23 = z * 0x1.c71c520608fe4p-3 + 0x1.24924941f503ep-2;
  const D p45 = z * 0x1.39a1a72ba440bp-3 + 0x1.74663fa0db92fp-3;
  const D p456 = p45 + w * 0x1.2f0631f27cbbdp-3;
  const D p = p01 + w * (p23 + w * p456);
  return s * (f - z * p);
}

// x = 2^k·(1 + f), f as log_remainder() wants it. Requires: x positive, finite, normal. U is std::uint64_t, or a vector
// of them of D's size.
template <class D>
struct LogParts {
  D k, f;
};
template <class U, class D>
STIMGEN_INLINE LogParts<D> log_parts(D x) {
  // Adding the distance from sqrt(1/2) to 1 carries into the exponent exactly where the mantissa passes sqrt(2).
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  constexpr std::uint64_t kOne = 0x3ff0000000000000;
  constexpr std::uint64_t kMantissa = 0x000fffffffffffff;
  constexpr std::uint64_t kTwo52 = 0x4330000000000000;
  const U shifted = as_bits<U>(x) + (kOne - kSqrtHalf);
  return {as_bits<D>((shifted >> 52) | kTwo52) - (0x1p52 + 1023), as_bits<D>((shifted & kMantissa) + kSqrtHalf) - 1.0};
}

// ln(x) from its parts and the remainder of f.
template <class D>
STIMGEN_INLINE D log_from(const LogParts<D>& parts, D remainder) {
  constexpr double kLn2High = 0x1.62e42fefa3000p-1;  // 41 bits: k·kLn2High is exact
  constexpr double kLn2Low = 0x1.3de6af278ece6p-42;
  return parts.k * kLn2High + (parts.f - (remainder - parts.k * kLn2Low));
}

// ln(x). Requires: x positive, finite, normal.
template <class U, class D>
STIMGEN_INLINE D log_kernel(D x) {
  const LogParts<D> parts = log_parts<U>(x);
  return log_from(parts, log_remainder(parts.f));
}

// ln(1 + f) − f. Requires: 1 + f positive, finite, normal.
template <class U, class D>
STIMGEN_INLINE D log_one_plus_minus_kernel(D f) {
  const auto is_far = (f < -0.29) | (f > 0.41);
  const LogParts<D> parts = log_parts<U>(1.0 + f);
  const D remainder = log_remainder(is_far ? parts.f : f);
  return is_far ? log_from(parts, remainder) - f : -remainder;
}

}  // namespace stimgen::maths
