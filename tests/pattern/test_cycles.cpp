#include "pattern/cycles.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/recipe_parts.hpp"

using namespace stimgen;
using namespace stimgen::test;

namespace {

// Groups of a pattern whose cycles are all bursts, so that bursts can be counted.
std::size_t bursts(const PatternRun& run) {
  std::size_t count = 0;
  for (const GroupRate& rate : run.rates) {
    for (const RateSegment& segment : rate.rate.segments()) count += segment.rate_hz == 50 ? 1 : 0;
  }
  return count;
}

std::string long_with(const std::string& keys) {
  return "{type: long, assemblies: a, rates: {burst: 50 Hz}, " + keys + "}";
}

}  // namespace

TEST_SUITE("pattern") {
  TEST_CASE("cycles: 0.6 s holds exactly three cycles of 0.1 s + 0.1 s") {
    const auto run =
        run_pattern(long_with("start: 0 s, stop: 0.6 s, on_time: 0.1 s, off_time: 0.1 s"), equal_groups(1, 1));
    CHECK(messages(run.diagnostics) == "");
    CHECK(bursts(run) == 3);
  }

  // Peers count by floating-point floor division and lose the last cycle of a third of all recipes.
  TEST_CASE("peer defect: recipes that hold exactly m cycles keep the last one") {
    std::size_t wrong = 0;
    std::size_t checked = 0;
    for (int on = 1; on <= 10; ++on) {
      for (int off = 0; off <= 10; ++off) {
        for (int cycles = 1; cycles <= 20; ++cycles) {
          const auto tenths = [](int n) { return std::to_string(n / 10) + "." + std::to_string(n % 10) + " s"; };
          const auto run = run_pattern(long_with("start: 0 s, stop: " + tenths(cycles * (on + off)) +
                                                 ", on_time: " + tenths(on) + ", off_time: " + tenths(off)),
                                       equal_groups(2, 1));
          std::size_t expected = 0;  // without off-time the bursts of a group of two still lie apart
          for (const GroupRate& rate : run.rates) {
            expected += rate.rate.total_intensity() > 0 ? 1 : 0;
          }
          ++checked;
          if (bursts(run) != static_cast<std::size_t>(cycles) || expected == 0) ++wrong;
        }
      }
    }
    CHECK(checked == 2200);
    CHECK(wrong == 0);
  }

  TEST_CASE("cycles: counts of both fits in picoseconds") {
    CHECK(cycles_that_fit(0, 600, 100, 100, CycleFit::whole_cycle) == 3);
    CHECK(cycles_that_fit(0, 599, 100, 100, CycleFit::whole_cycle) == 2);
    CHECK(cycles_that_fit(0, 599, 100, 100, CycleFit::on_time) == 3);
    CHECK(cycles_that_fit(0, 500, 100, 100, CycleFit::on_time) == 3);
    CHECK(cycles_that_fit(0, 499, 100, 100, CycleFit::on_time) == 2);
    CHECK(cycles_that_fit(0, 99, 100, 100, CycleFit::on_time) == 0);
    CHECK(cycles_that_fit(100, 199, 100, 0, CycleFit::whole_cycle) == 0);
  }

  TEST_CASE("cycles: fit on_time takes a last cycle without its off-time") {
    const std::string window = "start: 0 s, stop: 2.5 s, on_time: 1 s, off_time: 0.5 s";
    CHECK(bursts(run_pattern(long_with(window), equal_groups(1, 1))) == 1);
    CHECK(bursts(run_pattern(long_with(window + ", fit: on_time"), equal_groups(1, 1))) == 2);
  }

  TEST_CASE("cycles: a count overrides the fit, and one that does not fit says how many do") {
    const std::string window = "start: 0 s, stop: 9 s, on_time: 1 s, off_time: 0.5 s";
    CHECK(bursts(run_pattern(long_with(window + ", cycles: 4"), equal_groups(1, 1))) == 4);
    const auto run = run_pattern(long_with(window + ", cycles: 7"), equal_groups(1, 1));
    CHECK(run.definition == nullptr);
    REQUIRE(has_code(run.diagnostics, "pattern.cycles-do-not-fit"));
    CHECK(messages(run.diagnostics).find("6 cycles fit") != std::string::npos);
  }

  TEST_CASE("cycles: borders of long runs are the doubles nearest to the exact times") {
    CycleTiming timing;
    timing.on_ps = 100'000'000'000;  // 0.1 s
    timing.off_ps = 200'000'000'000;
    CHECK(timing.on_start_ms(1'000'000) == 300'000'000.0);
    CHECK(timing.at_ms(0, timing.on_ps, 3) == 100.0 / 3);
    CHECK(timing.at_ms(1, timing.on_ps, 3) == 1000.0 / 3);
  }

  TEST_CASE("cycles: windows and lengths that make no sense are refused") {
    const auto code = [](const std::string& keys, const PatternDefaults& times = {}) {
      const auto run = run_pattern(long_with(keys), equal_groups(1, 1), times);
      CHECK(run.definition == nullptr);
      REQUIRE(run.diagnostics.error_count() == 1);
      return run.diagnostics.items().front().code;
    };
    CHECK(code("on_time: 1 s") == "recipe.no-stop");
    CHECK(code("on_time: 1 s, start: 2 s, stop: 2 s") == "recipe.empty-window");
    CHECK(code("on_time: 1 s, start: 3 s, stop: 2 s") == "recipe.empty-window");
    CHECK(code("on_time: 1 s, start: 1 s, stop: 1.5 s") == "pattern.no-cycle");
    CHECK(code("on_time: 0 s, stop: 2 s") == "recipe.out-of-range");
    CHECK(code("on_time: 1 s, off_time: -1 s, stop: 2 s") == "recipe.out-of-range");
    CHECK(code("on_time: 1 s, start: 1 s, stop: 9 s", {2000, std::nullopt}) == "pattern.starts-early");
    CHECK(code("on_time: 0.0000000000001 s, stop: 2 s") == "pattern.time-too-short");
    CHECK(code("on_time: 1 s, stop: 2 s, fit: on_tim") == "recipe.unknown-choice");
  }

  TEST_CASE("cycles: start and stop default to the recipe's window") {
    const auto run = run_pattern(long_with("on_time: 1 s, off_time: 1 s"), equal_groups(1, 1), {500, 4500.0});
    CHECK(messages(run.diagnostics) == "");
    REQUIRE(run.rates.size() == 1);
    CHECK(run.rates[0].rate.window() == TimeWindow{500, 4500});
    CHECK(text_of(run.rates[0].rate.vertices()) ==
          "(500, 50) (1500, 50) (1500, 0) (2500, 0) (2500, 50) (3500, 50) (3500, 0) (4500, 0)");
  }

  TEST_CASE("cycles: a pattern with more changes than memory should hold is refused") {
    const auto run = run_pattern(long_with("on_time: 1 us, stop: 1000 s"), equal_groups(1, 1));
    CHECK(run.rates.empty());
    CHECK(has_code(run.diagnostics, "pattern.too-many-segments"));
  }
}
