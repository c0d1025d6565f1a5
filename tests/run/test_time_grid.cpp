// The time grid: up, never to 0, and a time on the grid stays.
#include <doctest/doctest.h>

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
}
