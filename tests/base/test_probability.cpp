// Tails of distributions against values from tables and against each other.
#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>

#include "base/probability.hpp"

using namespace stimgen;
using namespace stimgen::probability;

TEST_SUITE("base") {
  TEST_CASE("the Poisson distribution sums up its terms") {
    for (const double mean : {0.3, 4.0, 60.0}) {
      double term = std::exp(-mean);
      double sum = term;
      for (int n = 0; n < 100; ++n) {
        CHECK(poisson_cdf(n, mean) == doctest::Approx(sum).epsilon(1e-10));
        term *= mean / (n + 1);
        sum += term;
      }
    }
    CHECK(poisson_cdf(1'000'000, 999'999) == doctest::Approx(0.5).epsilon(0.01));
    CHECK(poisson_cdf(2'001'000, 2'000'000) == doctest::Approx(normal_cdf(0.7074)).epsilon(0.001));
  }

  TEST_CASE("two-sided Poisson p: both tails, small ones too") {
    CHECK(poisson_two_sided(0, 3) == doctest::Approx(2 * std::exp(-3.0)));
    CHECK(poisson_two_sided(100, 100) == 1);
    CHECK(poisson_two_sided(200, 100) < 1e-15);
    CHECK(poisson_two_sided(200, 100) > 0);
    CHECK(poisson_two_sided(1, 0) == 0);
    CHECK(poisson_two_sided(0, 0) == 1);
  }

  TEST_CASE("Kolmogorov's p has the critical values of the tables") {
    CHECK(kolmogorov_p(1.3581 / 1000, 1e6) == doctest::Approx(0.05).epsilon(0.01));
    CHECK(kolmogorov_p(1.6276 / 1000, 1e6) == doctest::Approx(0.01).epsilon(0.01));
    CHECK(kolmogorov_p(0.409, 10) == doctest::Approx(0.05).epsilon(0.05));  // small-sample table
    CHECK(kolmogorov_p(0, 10) == 1);
  }
}
