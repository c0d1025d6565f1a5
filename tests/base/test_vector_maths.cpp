// The vector forms of the portable maths give each lane the bits of the scalar ones, whatever its neighbours hold.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "base/exp_kernel.hpp"
#include "base/log_kernel.hpp"
#include "base/maths.hpp"
#include "base/normal_kernel.hpp"
#include "base/random.hpp"

TEST_SUITE("base") {
  using namespace stimgen;

  namespace {

  using U = std::uint64_t __attribute__((vector_size(16)));
  using D = double __attribute__((vector_size(16)));

  // Each value beside each: the extremes, and numbers between the lowest and the highest.
  template <class Vector, class Scalar>
  void check_lanes(std::vector<double> values, double lowest, double highest, Vector vector, Scalar scalar) {
    RandomStream random({5}, 0);
    for (int i = 0; i < 100; ++i) values.push_back(lowest + (highest - lowest) * random.next_uniform_open01());
    for (const double a : values) {
      for (const double b : values) {
        const D result = vector(D{a, b});
        const double expected[] = {scalar(a), scalar(b)};
        CAPTURE(a);
        CAPTURE(b);
        CHECK(std::memcmp(&result, expected, sizeof expected) == 0);
      }
    }
  }

  }  // namespace

  TEST_CASE("lanes of log, ln(1 + f) - f, exp, density and quantile have the bits of the scalar functions") {
    check_lanes(
        {0x1p-1022, 0.70710678118654746, 1, 1.4142135623730951, 0x1.fffffffffffffp1023}, 0, 2,
        [](D x) { return maths::log_kernel<U>(x); }, maths::log);
    check_lanes(
        {0, 0x1p-60, -0.29, -0.29000000000000004, 0.41, 0.41000000000000003, -1 + 0x1p-53, 1e300}, -1, 3,
        [](D f) { return maths::log_one_plus_minus_kernel<U>(f); }, maths::log_one_plus_minus);
    check_lanes(
        {-700, -0.34657359027997264, 0, 0.34657359027997264, 700}, -30, 30, [](D x) { return maths::exp_kernel<U>(x); },
        maths::exp);
    check_lanes(
        {-37, -1, 0, 1, 37}, -10, 10, [](D z) { return maths::normal_density_kernel<U>(z); }, maths::normal_density);
    check_lanes(
        {1e-290, 1e-10, 0.5, 0.50000000000000011, 1 - 0x1p-53}, 0, 1,
        [](D p) { return maths::normal_quantile_kernel<U>(p); }, maths::normal_quantile);
  }
}
