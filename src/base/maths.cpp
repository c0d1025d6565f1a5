// Portable maths: see maths.hpp. The polynomials come from tests/base/make_maths_coefficients.py.
#include "base/maths.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/log_kernel.hpp"

namespace stimgen::maths {
namespace {

template <std::size_t N>
double horner(const std::array<double, N>& coefficients, double x) {
  double sum = coefficients[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

// e^r = 1 + r + r²·Q(r), |r| <= ln(2)/2.
constexpr std::array<double, 10> kExp = {
    0x1.000000000000ap-1,  0x1.55555555554fap-3,  0x1.555555555087dp-5,  0x1.1111111127be7p-7,  0x1.6c16c18429f01p-10,
    0x1.a01a012a568a0p-13, 0x1.a0199a0cbb756p-16, 0x1.71df255582116p-19, 0x1.28ad72860b92dp-22, 0x1.ad7f6984fca88p-26,
};

// Mills' ratio Q(z) / density(z) = h(t) / (z + kMillsOffset), t = (z − kMillsCentre) / (z + kMillsCentre), z >= 0.
constexpr double kMillsCentre = 4;
constexpr double kMillsOffset = 1.5;
constexpr std::array<double, 25> kMills = {
    0x1.4d34e0cc3cf89p+0,   -0x1.d2e7953d38429p-2,  0x1.871f8ea4eea80p-3,   -0x1.29e26db190d72p-6,
    -0x1.584436b7d65dbp-5,  0x1.191d962509cd7p-5,   -0x1.8609571065a97p-7,  0x1.633034beaa666p-14,
    0x1.8b1db48e42bd7p-10,  -0x1.34114811123c1p-12, -0x1.8286b4d980351p-13, 0x1.ef84a3340a535p-15,
    0x1.e2961ef68b805p-16,  -0x1.438120d5cf395p-17, -0x1.7ffec577fe5cap-18, 0x1.5463ac3a2987dp-20,
    0x1.544b78d671a20p-20,  -0x1.dee27eb61b1fbp-25, -0x1.1f9191b9bdfa7p-22, -0x1.6a0e8cb0c2356p-25,
    0x1.7a9cee9111daap-25,  0x1.2be8d88a9a06fp-26,  -0x1.a8186e16937c6p-29, -0x1.8ca093cfc0009p-29,
    -0x1.ddadc3fac039fp-32,
};

// First value of the quantile: y = t − g(w), t = sqrt(−2·ln p), w = (t − 4) / (t + 4); absolute error 2^-16.
constexpr std::array<double, 9> kQuantile = {
    0x1.3295a9e2954c1p-1,  -0x1.7e8aac9fe5668p-1, 0x1.5fbc078aa4118p-2,  -0x1.0bc55a5837341p-2, 0x1.4607a4fe9f9ddp-3,
    -0x1.08a7aa4aecd39p-3, 0x1.2fba007ddb656p-3,  -0x1.3d4be002802a0p-3, 0x1.b495e6a78a651p-5,
};

double mills_ratio(double z) {
  const double t = (z - kMillsCentre) / (z + kMillsCentre);
  return horner(kMills, t) / (z + kMillsOffset);
}

// The upper tail for z >= 0.
double upper_tail(double z) {
  return normal_density(z) * mills_ratio(z);
}

// y >= 0 with Q(y) = p, for p <= 1/2: two Halley steps on Q(y) − p from the fitted first value.
double upper_quantile(double p) {
  const double t = sqrt(-2.0 * log(p));
  const double w = (t - 4.0) / (t + 4.0);
  double y = t - horner(kQuantile, w);
  for (int step = 0; step < 2; ++step) {
    const double start = y < 0 ? 0.0 : y;
    const double density = normal_density(start);
    const double excess = (density * mills_ratio(start) - p) / density;
    y = start + excess / (1.0 - 0.5 * start * excess);
  }
  return y;
}

}  // namespace

double log(double x) {
  return log_kernel<std::uint64_t>(x);
}

double log_one_plus(double f) {
  if (f < -0.29 || f > 0.41) return log(1.0 + f);
  return f - log_remainder(f);
}

double log_one_plus_minus(double f) {
  if (f < -0.29 || f > 0.41) return log(1.0 + f) - f;
  return -log_remainder(f);
}

double exp(double x) {
  // Adding and subtracting 1.5·2^52 rounds to the nearest integer.
  const double k = (x * 0x1.71547652b82fep+0 + 0x1.8p52) - 0x1.8p52;
  const double high = x - k * 0x1.62e42fefa3000p-1;
  const double low = k * 0x1.3de6af278ece6p-42;
  const double r = high - low;
  const double result = 1.0 + (high - (low - r * r * horner(kExp, r)));
  const auto power = static_cast<std::uint64_t>(static_cast<std::int64_t>(k) + 1023) << 52;
  return result * as_bits<double>(power);
}

double pow(double x, double y) {
  return exp(y * log(x));
}

double normal_density(double z) {
  // z²/2 would lose up to 10 bits to rounding before exp(): the square of z's upper half is exact.
  const double high = as_bits<double>(as_bits<std::uint64_t>(z) & 0xfffffffff8000000);
  const double rest = (z - high) * (z + high);
  return 0x1.9884533d43651p-2 * exp(-0.5 * high * high) * exp(-0.5 * rest);
}

double normal_tail(double z) {
  if (z < 0) return 1.0 - upper_tail(-z);
  return upper_tail(z);
}

double normal_hazard(double z) {
  if (z < 0) return normal_density(z) / normal_tail(z);
  return 1.0 / mills_ratio(z);
}

double normal_quantile(double p) {
  if (p > 0.5) return upper_quantile(1.0 - p);
  return -upper_quantile(p);
}

double next_above(double x) {
  if (x == 0) return as_bits<double>(std::uint64_t{1});
  const auto bits = as_bits<std::uint64_t>(x);
  return as_bits<double>(x > 0 ? bits + 1 : bits - 1);
}

}  // namespace stimgen::maths
