// Rate functions: shape, integral and inverse against closed forms.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "base/random.hpp"
#include "stimgen/rate.hpp"

TEST_SUITE("rate") {
  using namespace stimgen;

  TEST_CASE("Hz meets ms in one place: 1000 Hz for 1 ms is one spike, and rates above 1000 Hz are rates") {
    CHECK(expected_spikes(1000, 1) == 1.0);
    CHECK(expected_spikes(20, 15000) == 300.0);
    CHECK(constant_rate(2500, {0, 2000}).total_intensity() == 5000.0);
  }

  TEST_CASE("a constant rate on its half-open window") {
    const RateFunction rate = constant_rate(20, {500, 1500});
    CHECK(rate.window() == TimeWindow{500, 1500});
    CHECK(rate.rate_at(499.999) == 0);
    CHECK(rate.rate_at(500) == 20);
    CHECK(rate.rate_at(1499.999) == 20);
    CHECK(rate.rate_at(1500) == 0);
    CHECK(rate.cumulative_intensity_at(0) == 0);
    CHECK(rate.cumulative_intensity_at(1000) == 10);
    CHECK(rate.cumulative_intensity_at(9999) == 20);
    CHECK(rate.time_at_intensity(0) == 500);
    CHECK(rate.time_at_intensity(10) == 1000);
    CHECK(rate.time_at_intensity(20) == 1500);
    CHECK(rate.peak_hz() == 20);
  }

  TEST_CASE("integral and inverse of ramps against closed forms, to 1e-12") {
    RandomStream stream(StreamKey{42});
    const auto number = [&](double low, double high) {
      const double u = stream.next_uniform_open01();
      return low + (high - low) * u;
    };
    for (int i = 0; i < 2000; ++i) {
      const double start = number(0, 1e5);
      const double duration = number(1, 1e5);
      double from = number(0, 200);
      double to = number(0, 200);
      if (i % 5 == 0) from = 0;
      if (i % 7 == 0 && from != 0) to = 0;
      const RateFunction rate = RateFunctionBuilder(start).ramp(from, to, start + duration).build();
      const long double length = static_cast<long double>(start + duration) - start;
      const long double slope = (static_cast<long double>(to) - from) / length;
      const double total = static_cast<double>((static_cast<long double>(from) + to) / 2 * length / 1000);
      CHECK(rate.total_intensity() == doctest::Approx(total).epsilon(1e-12));
      const double t = start + duration * number(0, 1);
      const long double d = static_cast<long double>(t) - start;
      CHECK(rate.cumulative_intensity_at(t) ==
            doctest::Approx(static_cast<double>((from + slope * d / 2) * d / 1000)).epsilon(1e-12));

      // The inverse, by the same root in long double.
      const double intensity = number(0, 0.999) * rate.total_intensity();
      const long double r0 = static_cast<long double>(from) / 1000;
      const long double x2 = 2 * static_cast<long double>(intensity);
      const long double root = std::sqrt(r0 * r0 + slope / 1000 * x2);
      const long double offset = x2 / (r0 + root);
      CHECK(rate.time_at_intensity(intensity) == doctest::Approx(static_cast<double>(start + offset)).epsilon(1e-12));
    }
  }

  TEST_CASE("the inverse undoes the integral in every segment of a mixed function") {
    const RateFunction rate =
        RateFunctionBuilder(0).hold(50, 1000).hold(0, 1500).ramp(1, 20, 2500).ramp(20, 0, 3000).hold(3, 4000).build();
    CHECK(rate.total_intensity() == doctest::Approx(50 + 10.5 + 5 + 3).epsilon(1e-14));
    for (double t = 1; t < 4000; t += 7.3) {
      if (t > 1000 && t < 1500) continue;  // Λ stands still
      CHECK(rate.time_at_intensity(rate.cumulative_intensity_at(t)) == doctest::Approx(t).epsilon(1e-10));
    }
  }

  TEST_CASE("where the integral stands still the inverse gives the earliest time") {
    const RateFunction rate = RateFunctionBuilder(0).hold(10, 1000).hold(0, 2000).hold(10, 3000).build();
    CHECK(rate.time_at_intensity(10) == 1000);
    CHECK(rate.time_at_intensity(std::nextafter(10.0, 11.0)) >= 2000);
  }

  TEST_CASE("vertices: a jump has two, ramps end exactly where they were asked to") {
    const RateFunction rate =
        RateFunctionBuilder(0).hold(0, 500).ramp(0.1, 19.7, 1500).hold(19.7, 2000).hold(5, 2500).build();
    const std::vector<RateVertex> expected = {{0, 0},       {500, 0},  {500, 0.1}, {1500, 19.7},
                                              {2000, 19.7}, {2000, 5}, {2500, 5}};
    CHECK(rate.vertices() == expected);
    CHECK(RateFunction().vertices().empty());
  }

  TEST_CASE("rates inside a ramp never leave the range of its ends") {
    const RateFunction rate = RateFunctionBuilder(0.1).ramp(0.3, 0, 0.7).build();
    for (double t = 0.1; t < 0.7; t = std::nextafter(t + 1e-3, 1.0)) {
      CHECK(rate.rate_at(t) >= 0);
      CHECK(rate.rate_at(t) <= 0.3);
    }
    CHECK(rate.rate_at(std::nextafter(0.7, 0.0)) >= 0);
  }

  TEST_CASE("equal neighbouring constants join; empty steps are ignored; a builder starts afresh after build") {
    RateFunctionBuilder builder(0);
    builder.hold(5, 100).hold(5, 200).hold(7, 200).ramp(1, 2, 200).ramp(3, 3, 300);
    CHECK(builder.end_ms() == 300);
    const RateFunction rate = builder.build();
    CHECK(rate.segments().size() == 2);
    CHECK(rate.segments()[0].rate_hz == 5);
    CHECK(rate.segment_stop_ms(0) == 200);
    CHECK(rate.segments()[1].slope_hz_per_ms == 0);
    CHECK(builder.end_ms() == 0);
    CHECK(builder.build().segments().empty());
  }

  TEST_CASE("wrong use of the builder is refused") {
    CHECK_THROWS_AS(RateFunctionBuilder(10).hold(1, 5), std::logic_error);
    CHECK_THROWS_AS(RateFunctionBuilder(10).ramp(1, 2, 5), std::logic_error);
    CHECK_THROWS_AS(RateFunctionBuilder(0).hold(-1, 5).build(), std::logic_error);
    CHECK_THROWS_AS(RateFunctionBuilder(0).ramp(1, -1, 5).build(), std::logic_error);
    CHECK_THROWS_AS(RateFunctionBuilder(0).hold(std::numeric_limits<double>::quiet_NaN(), 5).build(), std::logic_error);
    CHECK_THROWS_AS(RateFunctionBuilder(0).hold(std::numeric_limits<double>::infinity(), 5).build(), std::logic_error);
    CHECK_THROWS_AS(RateFunctionBuilder(0).hold(1, std::numeric_limits<double>::infinity()), std::logic_error);
  }

  TEST_CASE("scaled multiplies every rate; clipped keeps the slope") {
    const RateFunction rate = RateFunctionBuilder(0).hold(10, 100).ramp(10, 30, 200).build();
    const RateFunction doubled = rate.scaled(2);
    CHECK(doubled.total_intensity() == doctest::Approx(2 * rate.total_intensity()).epsilon(1e-15));
    CHECK(doubled.peak_hz() == 60);
    CHECK(rate.scaled(0).total_intensity() == 0);
    const RateFunction clipped = rate.clipped(150);
    CHECK(clipped.window() == TimeWindow{0, 150});
    CHECK(clipped.segments()[1].slope_hz_per_ms == rate.segments()[1].slope_hz_per_ms);
    CHECK(clipped.total_intensity() == rate.cumulative_intensity_at(150));
    CHECK(clipped.vertices().back() == RateVertex{150, 20});
    CHECK(rate.clipped(100).segments().size() == 1);
    CHECK(rate.clipped(0).segments().empty());
    CHECK(rate.clipped(900).window() == rate.window());
  }

  TEST_CASE("a rate too small to matter gives no NaN") {
    const RateFunction rate = constant_rate(5e-324, {0, 1000});
    CHECK(rate.total_intensity() >= 0);
    CHECK(rate.time_at_intensity(0) == 0);
    CHECK(rate.time_at_intensity(1) == 1000);
  }
}
