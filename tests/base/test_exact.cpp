#include "base/exact.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace stimgen;

TEST_SUITE("base") {
  TEST_CASE("exact: milliseconds as picoseconds are those that were written") {
    CHECK(scaled_integer(0.1, 9) == 100'000'000);
    CHECK(scaled_integer(100, 9) == 100'000'000'000);
    CHECK(scaled_integer(20000000.2, 9) == 20'000'000'200'000'000);
    CHECK(2 * scaled_integer(10000000.1, 9) == scaled_integer(20000000.2, 9));
    CHECK(scaled_integer(-0.1, 9) == -100'000'000);
    CHECK(scaled_integer(0, 9) == 0);
  }

  TEST_CASE("exact: halves round up, also below zero") {
    CHECK(scaled_integer(2.5, 0) == 3);
    CHECK(scaled_integer(2.4, 0) == 2);
    CHECK(scaled_integer(-2.5, 0) == -2);
    CHECK(scaled_integer(-2.6, 0) == -3);
    CHECK(scaled_integer(1e-300, 9) == 0);
  }

  TEST_CASE("exact: shares of a count are those of the decimal, not of the double") {
    CHECK(nearest_share(0.1, 15) == 2);   // 1.5
    CHECK(nearest_share(0.15, 10) == 2);  // 1.5; as doubles 1.4999…
    CHECK(nearest_share(0.145, 100) == 15);
    CHECK(nearest_share(1.0 / 3, 9) == 3);
    CHECK(nearest_share(0, 100) == 0);
    CHECK(nearest_share(1, 18'000'000'000'000'000'000U) == 18'000'000'000'000'000'000U);
    CHECK(nearest_share(1e-300, 1000) == 0);
  }

  TEST_CASE("exact: products are rounded up from the decimal") {
    CHECK(ceiling_product(1.5, 2) == 3);
    CHECK(ceiling_product(0.1, 10) == 1);
    CHECK(ceiling_product(1.1, 10) == 11);  // 1.1 · 10 in doubles is 11.000000000000002
    CHECK(ceiling_product(0.7, 10) == 7);
    CHECK(ceiling_product(1.01, 10) == 11);
    CHECK(ceiling_product(1e-300, 5) == 1);
    CHECK(ceiling_product(1e6, 4) == 4'000'000);
  }

  TEST_CASE("exact: a quotient is the nearest double") {
    for (std::int64_t n = 1; n < 2000; ++n) {
      // Both fit a double exactly, so the division of doubles is rounded correctly.
      CHECK(nearest_quotient(n * 1000003, 7919) == static_cast<double>(n * 1000003) / 7919.0);
      CHECK(nearest_quotient(n, 1'000'000'007) == static_cast<double>(n) / 1'000'000'007.0);
    }
    CHECK(nearest_quotient(0, 3) == 0);
    CHECK(nearest_quotient(-1, 3) == -1.0 / 3);
  }

  TEST_CASE("exact: quotients of integers beyond 2^53 round to even on ties") {
    const Int128 two53 = Int128{1} << 53;
    CHECK(nearest_quotient(two53 + 1, 1) == 9007199254740992.0);
    CHECK(nearest_quotient(two53 + 3, 1) == 9007199254740996.0);
    CHECK(nearest_quotient((two53 + 1) * 3 + 1, 3) == 9007199254740994.0);  // just above the tie
  }

  TEST_CASE("exact: points between two numbers are those of the decimals") {
    const double tenths[] = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1};
    for (std::uint64_t i = 0; i <= 11; ++i) {
      CHECK(point_between(0, 1.1, i, 11) == tenths[i]);
      CHECK(point_between(-1.1, 0, 11 - i, 11) == -tenths[i]);
    }
    for (std::uint64_t i = 0; i <= 9; ++i) CHECK(point_between(0, 0.9, i, 9) == tenths[i]);
    CHECK(point_between(-3, -2.3, 3, 7) == -2.7);
    CHECK(point_between(-300, 300, 1, 4) == -150);
    CHECK(point_between(1e300, 3e300, 1, 2) == 2e300);
    CHECK(point_between(-1e308, 1e308, 1, 2) == 0);
    CHECK(point_between(-1e308, 1e308, 2, 2) == 1e308);
    CHECK(point_between(0, 1e-30, 1, 1) == 1e-30);
  }
}
