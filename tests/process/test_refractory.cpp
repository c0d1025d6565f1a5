// Spikes with dead times against their mathematics, and frozen bits.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "process/dead_share.hpp"
#include "stimgen/process.hpp"
#include "support/planned_recipe.hpp"
#include "support/process_trains.hpp"
#include "support/statistics.hpp"

using namespace stimgen;
using namespace stimgen::test;

namespace {

using Times = std::vector<double>;

std::unique_ptr<const PointProcess> refractory(double absolute_ms, double relative_ms) {
  Streams streams;
  return process_of(fmt::format("{{refractory: {{absolute: {} ms, relative: {} ms}}}}", absolute_ms, relative_ms),
                    streams);
}

// What building a plan says of a process and an input.
std::string problems_of(const std::string& rest) {
  const stimgen::testing::PlannedRecipe recipe(stimgen::testing::recipe_head() + rest);
  return recipe.problems();
}

// Of a pattern of two groups that are at 100 Hz for 100 ms in turn, 5 Hz else.
std::string problems_of_burst(const std::string& process) {
  return problems_of(
      "assemblies: {halves: {population: cells, method: nodes, groups: [[0, 1], [2, 3]]}}\n"
      "patterns: {p: {type: long, assemblies: halves, on_time: 100 ms, rates: {burst: 100 Hz, silent: 5 Hz}, process: "
      "{" +
      process + "}}}\n");
}

}  // namespace

TEST_SUITE("process") {
  // Intervals of constant rates: d + Exp(τ) + Exp(β), β = 1/r - d - τ. Bound 1e-4 each for mean and spread.
  TEST_CASE("refractory intervals at a constant rate have their mean, their CV, and none is too short") {
    struct Case {
      double rate_hz, absolute_ms, relative_ms, cv;
    };
    for (const Case& c : {Case{100, 5, 0, 0.5}, Case{190, 5, 0, 0.05}, Case{50, 2, 5, 0.696}, Case{60, 0, 6, 0.734}}) {
      CAPTURE(c.rate_hz);
      Times intervals;
      const auto process = refractory(c.absolute_ms, c.relative_ms);
      const Times times = train_of(*process, constant_rate(c.rate_hz, {0, 4e5}), {31}, 5);
      for (std::size_t i = 1; i < times.size(); ++i) intervals.push_back(times[i] - times[i - 1]);
      const double n = static_cast<double>(intervals.size());
      CHECK(*std::min_element(intervals.begin(), intervals.end()) > c.absolute_ms - 1e-9);
      const double mean_ms = 1000 / c.rate_hz;
      const double beta = mean_ms - c.absolute_ms - c.relative_ms;
      const double stdev = std::sqrt(beta * beta + c.relative_ms * c.relative_ms);
      CHECK(normal_p((mean_of(intervals) - mean_ms) / (stdev / std::sqrt(n))) > 1e-4);
      CHECK(stdev_of(intervals) / mean_of(intervals) == doctest::Approx(c.cv).epsilon(0.03));
    }
  }

  // Bins of 2 ms over 10,000 trains; the worst of 500 bins beyond 4.9 standard errors has a chance of 5e-4.
  TEST_CASE("refractory rates are those asked for at every moment: steps, ramps, the first and the last bin") {
    const RateFunction rate = RateFunctionBuilder(100)
                                  .hold(20, 300)
                                  .hold(100, 500)
                                  .hold(5, 600)
                                  .hold(0, 700)
                                  .ramp(0, 120, 850)
                                  .ramp(120, 10, 1000)
                                  .hold(60, 1100)
                                  .build();
    for (const auto& times_ms : {std::pair{5.0, 0.0}, std::pair{2.0, 3.0}, std::pair{0.0, 4.0}}) {
      const double absolute_ms = times_ms.first, relative_ms = times_ms.second;
      CAPTURE(absolute_ms);
      CAPTURE(relative_ms);
      const auto process = refractory(absolute_ms, relative_ms);
      constexpr std::size_t kTrains = 10000;
      std::vector<double> counts(500, 0);
      double shortest_ms = 1e9;
      for (NodeId node = 0; node < kTrains; ++node) {
        const Times times = train_of(*process, rate, {32}, node);
        for (std::size_t i = 0; i < times.size(); ++i) {
          counts.at(static_cast<std::size_t>((times[i] - 100) / 2)) += 1;
          if (i > 0) shortest_ms = std::min(shortest_ms, times[i] - times[i - 1]);
        }
      }
      CHECK(shortest_ms > absolute_ms - 1e-9);
      double squares = 0;
      for (std::size_t bin = 0; bin < counts.size(); ++bin) {
        const double from_ms = 100 + 2 * static_cast<double>(bin);
        const double expected =
            kTrains * (rate.cumulative_intensity_at(from_ms + 2) - rate.cumulative_intensity_at(from_ms));
        if (expected == 0) {
          CHECK(counts[bin] == 0);
          continue;
        }
        const double z = (counts[bin] - expected) / std::sqrt(expected);
        CAPTURE(from_ms);
        CHECK(std::abs(z) < 4.9);
        squares += z * z;
      }
      // Counts of 2 ms scatter a little less than Poisson ones.
      CHECK(squares / 450 > 0.7);
      CHECK(squares / 450 < 1.25);
    }
  }

  // Bins of 1 ms over 10,000 trains; counts scatter less than Poisson ones: the worst of 350 bins beyond 4.9 standard
  // errors has a chance below 4e-4.
  TEST_CASE("refractory rates are those asked for where nearly all nodes are dead, on steep steps and ramps") {
    const RateFunction rate = RateFunctionBuilder(100)
                                  .hold(20, 150)
                                  .hold(190, 220)
                                  .ramp(190, 5, 260)
                                  .ramp(5, 195, 400)
                                  .hold(10, 420)
                                  .hold(150, 450)
                                  .build();
    for (const auto& [absolute_ms, relative_ms] : {std::pair{5.0, 0.0}, std::pair{1.0, 4.0}, std::pair{0.0, 5.0}}) {
      CAPTURE(absolute_ms);
      CAPTURE(relative_ms);
      const auto process = refractory(absolute_ms, relative_ms);
      constexpr std::size_t kTrains = 10000;
      std::vector<double> counts(350, 0);
      for (NodeId node = 0; node < kTrains; ++node) {
        for (const double time_ms : train_of(*process, rate, {33}, node)) {
          counts.at(static_cast<std::size_t>(time_ms - 100)) += 1;
        }
      }
      for (std::size_t bin = 0; bin < counts.size(); ++bin) {
        const double from_ms = 100 + static_cast<double>(bin);
        const double expected =
            kTrains * (rate.cumulative_intensity_at(from_ms + 1) - rate.cumulative_intensity_at(from_ms));
        CAPTURE(from_ms);
        CHECK(std::abs(counts[bin] - expected) < 4.9 * std::sqrt(expected));
      }
    }
  }

  // The first six spikes; made by NumPy from the description of the process alone.
  TEST_CASE("refractory spikes are the bits of an independent program") {
    struct Golden {
      double rate_hz, absolute_ms, relative_ms;
      NodeId node;
      Times times_ms;
    };
    const std::vector<Golden> all{
        {20.0,
         2.0,
         0.0,
         NodeId{0},
         {0x1.0a36e994d5ec5p+7, 0x1.c05bc6fe98bbcp+7, 0x1.eb7606edf818ep+7, 0x1.fdd2064d5ce47p+7, 0x1.5620879abf538p+8,
          0x1.37faced609354p+9}},
        {20.0,
         2.0,
         0.0,
         NodeId{1099511627776},
         {0x1.93849622a248dp+6, 0x1.e70fb9abfd05cp+6, 0x1.6e7651c343bbap+7, 0x1.0b11d5e4f0439p+8, 0x1.35142cadf2866p+8,
          0x1.a0710916a4e96p+8}},
        {50.0,
         2.0,
         5.0,
         NodeId{0},
         {0x1.b3ddbe85f3e00p+6, 0x1.133486e20a2adp+7, 0x1.2e1c631cbe2f1p+7, 0x1.3784c218cbb65p+7, 0x1.6b4ed783510bbp+7,
          0x1.0f70aa4b9eb28p+8}},
        {50.0,
         2.0,
         5.0,
         NodeId{1099511627776},
         {0x1.90f3e8a961491p+6, 0x1.e29a4927bbbbap+6, 0x1.1693775514e29p+7, 0x1.60bd3434e541dp+7, 0x1.807ea79c45da2p+7,
          0x1.c494a3ee61ba0p+7}},
    };
    for (const Golden& golden : all) {
      CAPTURE(golden.rate_hz);
      Times times = train_of(*refractory(golden.absolute_ms, golden.relative_ms),
                             constant_rate(golden.rate_hz, {100, 1900}), {0x6ac4bec612d6109b}, golden.node);
      REQUIRE(times.size() > 6);
      times.resize(6);
      CHECK(times == golden.times_ms);
    }
  }

  TEST_CASE("the largest share of dead nodes along a rate: steps, ramps, with recovery") {
    const auto most = [](const RateFunction& rate, double absolute_ms, double relative_ms) {
      return most_dead(RateWalk(rate), {absolute_ms, relative_ms});
    };
    CHECK(most(constant_rate(100, {0, 1000}), 5, 0).share == doctest::Approx(0.5));
    CHECK(most(constant_rate(100, {0, 1000}), 2, 5).share == doctest::Approx(0.7));
    const RateFunction pulse = RateFunctionBuilder(0).hold(10, 100).hold(100, 105).hold(10, 200).build();
    CHECK(most(pulse, 10, 0).share == doctest::Approx(0.55));  // half of the last 10 ms
    CHECK(most(pulse, 2, 0).share == doctest::Approx(0.2));
    // Of a triangle of 1 ms up and down, the 1 ms around its top: 3/4 of its area.
    const RateFunction triangle =
        RateFunctionBuilder(0).hold(0, 10).ramp(0, 800, 11).ramp(800, 0, 12).hold(0, 20).build();
    CHECK(most(triangle, 1, 0).share == doctest::Approx(0.6));
    CHECK(most(triangle, 1, 0).time_ms == doctest::Approx(11.5));
    // Recovering only: W' = r - W/5 ms. After a step up it tends to r·5 ms.
    const RateFunction step = RateFunctionBuilder(0).hold(20, 50).hold(100, 300).build();
    CHECK(most(step, 0, 5).share == doctest::Approx(0.5));
    // A pulse of 5 ms raises 0.1 to 0.5 + (0.1 - 0.5)·e^-1.
    const RateFunction short_step = RateFunctionBuilder(0).hold(20, 50).hold(100, 55).hold(20, 300).build();
    CHECK(most(short_step, 0, 5).share == doctest::Approx(0.5 - 0.4 * std::exp(-1.0)));
    CHECK(most(short_step, 0, 5).time_ms == doctest::Approx(55));
  }

  TEST_CASE("rates that the dead time leaves no room for are refused with the place, the moment and what is possible") {
    const std::string burst = problems_of_burst("refractory: {absolute: 12 ms}");
    CHECK(burst.find("process.rate-too-high") != std::string::npos);
    CHECK(burst.find("'refractory' leaves at most one spike in 12 ms, but 1.2 are asked for in the 12 ms before "
                     "the start (group 0, '0'; 2 groups in all)") != std::string::npos);
    CHECK(burst.find("83 % of these rates are possible, or 83 % of the dead time") != std::string::npos);
    CHECK(problems_of_burst("refractory: {absolute: 9.9 ms}") == "");
    CHECK(problems_of_burst("refractory: {absolute: 4 ms, relative: 8 ms}")
              .find("12 ms would have to keep nodes silent 120 %") != std::string::npos);
    CHECK(problems_of_burst("refractory: {absolute: 4 ms, relative: 5.9 ms}") == "");
    const std::string constant =
        problems_of("backgrounds: {b: {population: cells, rate: 200 Hz, process: {refractory: {absolute: 5 ms}}}}\n");
    CHECK(constant.find("at or above 200 Hz, the highest with a mean dead time of 5 ms (nodes 0, 1, 2, …)") !=
          std::string::npos);
    const std::string drawn = problems_of(
        "backgrounds: {b: {population: cells, rate: {uniform: [1 Hz, 150 Hz]}, process: {refractory: {absolute: 7 "
        "ms}}}}\n");
    CHECK(drawn.find(" nodes are at or above 142 Hz, the highest with a mean dead time of 7 ms") != std::string::npos);
    CHECK(problems_of("backgrounds: {b: {population: cells, rate: {uniform: [1 Hz, 142 Hz]}, process: {refractory: "
                      "{absolute: 7 ms}}}}\n") == "");
  }
}
