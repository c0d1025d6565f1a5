// The time grid: up, never to 0, and a time on the grid stays.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "run/time_grid.hpp"

using stimgen::round_up_to_grid;

TEST_SUITE("run") {
  TEST_CASE("every time goes to the smallest multiple that is not before it") {
    for (const double resolution_ms : {0.1, 0.025, 0.3, 1.0, 7e-3}) {
      for (int k = 1; k < 20000; ++k) {
        const double on_grid_ms = k * resolution_ms;
        std::vector<double> times_ms{on_grid_ms, on_grid_ms - resolution_ms / 3};
        round_up_to_grid(times_ms, resolution_ms);
        REQUIRE(times_ms[0] == on_grid_ms);
        REQUIRE(times_ms[1] == on_grid_ms);
      }
    }
    std::vector<double> tiny{1e-300, 5e-324};
    round_up_to_grid(tiny, 0.1);
    CHECK(tiny == std::vector<double>{0.1, 0.1});
    std::vector<double> free{0.123};
    round_up_to_grid(free, 0);
    CHECK(free[0] == 0.123);
  }

  TEST_CASE("a time beyond the last multiple that a double holds stays, after those that were rounded") {
    constexpr double kLargest = std::numeric_limits<double>::max();
    for (const double resolution_ms : {0.1, 1.0, 1e300, kLargest / 2}) {
      CAPTURE(resolution_ms);
      std::vector<double> times_ms{1e300, 1.6e307, 1.8e307, 1e308, kLargest / 2, kLargest};
      for (int i = 0; i < 100; ++i) times_ms.push_back(kLargest * (1 - i * 1e-3));
      std::sort(times_ms.begin(), times_ms.end());
      std::vector<double> rounded_ms = times_ms;
      round_up_to_grid(rounded_ms, resolution_ms);
      CHECK(std::is_sorted(rounded_ms.begin(), rounded_ms.end()));
      for (std::size_t i = 0; i < times_ms.size(); ++i) {
        CHECK(std::isfinite(rounded_ms[i]));
        CHECK(rounded_ms[i] >= times_ms[i]);
      }
      stimgen::round_recorded_up_to_grid(times_ms, resolution_ms);
      CHECK(std::is_sorted(times_ms.begin(), times_ms.end()));
      CHECK(std::isfinite(times_ms.back()));
    }
  }

  TEST_CASE("a recorded time on the grid stays, however its program computed it") {
    for (const double resolution_ms : {0.3, 0.7, 0.15, 0.1, 0.025}) {
      for (int k = 1; k < 20000; ++k) {
        const double on_grid_ms = k * resolution_ms;
        // The decimal, the product, a sum, and a little to either side.
        std::vector<double> times_ms{std::round(on_grid_ms * 1000) / 1000, on_grid_ms, (on_grid_ms + 0.2) - 0.2,
                                     std::nextafter(on_grid_ms, 0), on_grid_ms * (1 + 1e-15)};
        stimgen::round_recorded_up_to_grid(times_ms, resolution_ms);
        for (const double time_ms : times_ms) REQUIRE(time_ms == on_grid_ms);
        std::vector<double> between{on_grid_ms + 0.01 * resolution_ms, on_grid_ms - 0.01 * resolution_ms};
        stimgen::round_recorded_up_to_grid(between, resolution_ms);
        REQUIRE(between[0] == (k + 1) * resolution_ms);
        REQUIRE(between[1] == on_grid_ms);
      }
    }
    std::vector<double> tiny{1e-300, 1e-9};
    stimgen::round_recorded_up_to_grid(tiny, 0.1);
    CHECK(tiny == std::vector<double>{0.1, 0.1});
  }
}
