// e^x as an inline template: one sequence of operations for scalar code and every vector kernel, as in log_kernel.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/log_kernel.hpp"

namespace stimgen::maths {

// coefficients[0] + coefficients[1]·x + …
template <std::size_t N, class D>
STIMGEN_INLINE D horner(const double (&coefficients)[N], D x) {
  D sum = x * coefficients[N - 1] + coefficients[N - 2];
#pragma GCC unroll 32
  for (std::size_t i = 3; i <= N; ++i) sum = sum * x + coefficients[N - i];
  return sum;
}

// e^r = 1 + r + r²·Q(r), |r| <= ln(2)/2.
constexpr double kExp[] = {
    0x1.000000000000ap-1,  0x1.55555555554fap-3,  0x1.555555555087dp-5,  0x1.1111111127be7p-7,  0x1.6c16c18429f01p-10,
    0x1.a01a012a568a0p-13, 0x1.a0199a0cbb756p-16, 0x1.71df255582116p-19, 0x1.28ad72860b92dp-22, 0x1.ad7f6984fca88p-26,
};

// e^x. Requires: |x| <= 700.
template <class U, class D>
STIMGEN_INLINE D exp_kernel(D x) {
  // Adding and subtracting 1.5·2^52 rounds to the nearest integer, which the lowest bits of the sum hold, too.
  const D shifted = x * 0x1.71547652b82fep+0 + 0x1.8p52;
  const D k = shifted - 0x1.8p52;
  const D high = x - k * 0x1.62e42fefa3000p-1;
  const D low = k * 0x1.3de6af278ece6p-42;
  const D r = high - low;
  const D result = 1.0 + (high - (low - r * r * horner(kExp, r)));
  return result * as_bits<D>((as_bits<U>(shifted) + 1023) << 52);
}

}  // namespace stimgen::maths
