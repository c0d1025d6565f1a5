// The portable maths against correctly rounded references (maths_reference.txt) and long double.
#include "base/maths.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>

TEST_SUITE("base") {
  using namespace stimgen;

  TEST_CASE("maths against correctly rounded references, to the promised relative error") {
    struct Function {
      double (*call)(double);
      double bound;
      bool absolute_near_0;
    };
    const std::map<std::string, Function> functions = {
        {"log", {maths::log, 0x1p-51, false}},
        {"log_one_plus", {maths::log_one_plus, 0x1p-51, false}},
        {"log_one_plus_minus", {maths::log_one_plus_minus, 0x1p-49, false}},
        {"exp", {maths::exp, 0x1p-51, false}},
        {"normal_density", {maths::normal_density, 0x1p-50, false}},
        {"normal_tail", {maths::normal_tail, 0x1p-44, false}},
        {"normal_hazard", {maths::normal_hazard, 0x1p-44, false}},
        {"normal_quantile", {maths::normal_quantile, 0x1p-44, true}},
    };
    std::map<std::string, int> seen;
    std::ifstream table(STIMGEN_SOURCE_DIR "/tests/base/maths_reference.txt");
    for (std::string line; std::getline(table, line);) {
      std::istringstream words(line);
      std::string name, argument, expected_text;
      words >> name >> argument >> expected_text;
      const auto found = functions.find(name);
      REQUIRE(found != functions.end());
      const Function& function = found->second;
      const double x = std::strtod(argument.c_str(), nullptr);
      const double expected = std::strtod(expected_text.c_str(), nullptr);
      double scale = std::abs(expected);
      if (function.absolute_near_0) scale = std::max(scale, 1.0);
      CAPTURE(line);
      CHECK(std::abs(function.call(x) - expected) <= function.bound * scale);
      ++seen[name];
    }
    CHECK(seen.size() == functions.size());
    for (const auto& entry : seen) CHECK_MESSAGE(entry.second > 200, entry.first);
  }

  TEST_CASE("log over a million evenly spread numbers in (0, 1) against long double") {
    long double worst = 0;
    for (std::uint64_t i = 0; i < 1000000; ++i) {
      const std::uint64_t k = i * 0x9E3779B97F4A7C15 >> 12;
      const double x = (static_cast<double>(k) + 0.5) * 0x1p-52;
      const long double exact = std::log(static_cast<long double>(x));
      worst = std::max(worst, std::abs((static_cast<long double>(maths::log(x)) - exact) / exact));
    }
    CHECK(worst < 0x1p-51L);
  }

  TEST_CASE("exp over its whole range against long double") {
    long double worst = 0;
    for (int i = -70000; i <= 70000; ++i) {
      const double x = 0.01 * i;
      const long double exact = std::exp(static_cast<long double>(x));
      worst = std::max(worst, std::abs((static_cast<long double>(maths::exp(x)) - exact) / exact));
    }
    CHECK(worst < 0x1p-51L);
  }

  TEST_CASE("exact values and identities") {
    CHECK(maths::log(1.0) == 0.0);
    CHECK(maths::exp(0.0) == 1.0);
    CHECK(maths::pow(2.0, 0.5) == doctest::Approx(std::sqrt(2.0)).epsilon(1e-15));
    CHECK(maths::normal_tail(0.0) == doctest::Approx(0.5).epsilon(1e-15));
    CHECK(maths::normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-14));
    for (const double z : {0.1, 1.0, 3.0, 8.0, 20.0, 36.0}) {
      CHECK(maths::normal_quantile(maths::normal_tail(z)) == doctest::Approx(-z).epsilon(1e-13));
      CHECK(maths::normal_tail(z) + maths::normal_tail(-z) == doctest::Approx(1).epsilon(1e-15));
    }
  }

  TEST_CASE("the gap of the smallest and the largest uniform is positive and finite") {
    CHECK(-maths::log(0x1p-53) == doctest::Approx(36.7368005696771));
    CHECK(-maths::log(1 - 0x1p-53) == doctest::Approx(0x1p-53));
  }

  TEST_CASE("next_above is nextafter towards infinity") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double x : {0.0, 1.0, 1000.0, 0.1, -1.0, -1000.5, 1e300, 5e-324, -5e-324}) {
      CHECK(maths::next_above(x) == std::nextafter(x, infinity));
    }
  }
}
