// The normal distribution as inline templates: one sequence of operations for scalar code and every vector kernel, as
// in log_kernel.hpp.
#pragma once

#include <cstdint>

#include "base/exp_kernel.hpp"
#include "base/log_kernel.hpp"

namespace stimgen::maths {

// Mills' ratio Q(z) / density(z) = h(t) / (z + kMillsOffset), t = (z − kMillsCentre) / (z + kMillsCentre), z >= 0.
constexpr double kMillsCentre = 4;
constexpr double kMillsOffset = 1.5;
constexpr double kMills[] = {
    0x1.4d34e0cc3cf89p+0,   -0x1.d2e7953d38429p-2,  0x1.871f8ea4eea80p-3,   -0x1.29e26db190d72p-6,
    -0x1.584436b7d65dbp-5,  0x1.191d962509cd7p-5,   -0x1.8609571065a97p-7,  0x1.633034beaa666p-14,
    0x1.8b1db48e42bd7p-10,  -0x1.34114811123c1p-12, -0x1.8286b4d980351p-13, 0x1.ef84a3340a535p-15,
    0x1.e2961ef68b805p-16,  -0x1.438120d5cf395p-17, -0x1.7ffec577fe5cap-18, 0x1.5463ac3a2987dp-20,
    0x1.544b78d671a20p-20,  -0x1.dee27eb61b1fbp-25, -0x1.1f9191b9bdfa7p-22, -0x1.6a0e8cb0c2356p-25,
    0x1.7a9cee9111daap-25,  0x1.2be8d88a9a06fp-26,  -0x1.a8186e16937c6p-29, -0x1.8ca093cfc0009p-29,
    -0x1.ddadc3fac039fp-32,
};

// First value of the quantile: y = t − g(w), t = sqrt(−2·ln p), w = (t − 4) / (t + 4); absolute error 2^-16.
constexpr double kQuantile[] = {
    0x1.3295a9e2954c1p-1,  -0x1.7e8aac9fe5668p-1, 0x1.5fbc078aa4118p-2,  -0x1.0bc55a5837341p-2, 0x1.4607a4fe9f9ddp-3,
    -0x1.08a7aa4aecd39p-3, 0x1.2fba007ddb656p-3,  -0x1.3d4be002802a0p-3, 0x1.b495e6a78a651p-5,
};

template <class D>
STIMGEN_INLINE D sqrt_kernel(D x) {
  double lanes[sizeof(D) / sizeof(double)];
  __builtin_memcpy(lanes, &x, sizeof x);
  for (double& lane : lanes) lane = __builtin_sqrt(lane);
  __builtin_memcpy(&x, lanes, sizeof x);
  return x;
}

template <class U, class D>
STIMGEN_INLINE D normal_density_kernel(D z) {
  // z²/2 would lose up to 10 bits to rounding before exp(): the square of z's upper half is exact.
  const D high = as_bits<D>(as_bits<U>(z) & 0xfffffffff8000000);
  const D rest = (z - high) * (z + high);
  return 0x1.9884533d43651p-2 * exp_kernel<U>(-0.5 * high * high) * exp_kernel<U>(-0.5 * rest);
}

// Requires: z >= 0.
template <class D>
STIMGEN_INLINE D mills_ratio(D z) {
  const D t = (z - kMillsCentre) / (z + kMillsCentre);
  return horner(kMills, t) / (z + kMillsOffset);
}

// y >= 0 with Q(y) = p, for p <= 1/2: two Halley steps on Q(y) − p from the fitted first value.
template <class U, class D>
STIMGEN_INLINE D upper_quantile(D p) {
  const D t = sqrt_kernel(-2.0 * log_kernel<U>(p));
  const D w = (t - 4.0) / (t + 4.0);
  D y = t - horner(kQuantile, w);
#pragma GCC unroll 2
  for (int step = 0; step < 2; ++step) {
    const D start = y < 0.0 ? D{} : y;
    const D density = normal_density_kernel<U>(start);
    const D excess = (density * mills_ratio(start) - p) / density;
    y = start + excess / (1.0 - 0.5 * start * excess);
  }
  return y;
}

template <class U, class D>
STIMGEN_INLINE D normal_quantile_kernel(D p) {
  const auto is_upper = p > 0.5;
  const D y = upper_quantile<U>(is_upper ? 1.0 - p : p);
  return is_upper ? y : -y;
}

}  // namespace stimgen::maths
