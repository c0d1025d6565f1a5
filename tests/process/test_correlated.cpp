// Groups that share spikes, against their mathematics: correlation of counts, rates at every moment, Poisson trains.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "process/correlated_groups.hpp"
#include "process/reference_rate.hpp"
#include "stimgen/process.hpp"
#include "support/planned_recipe.hpp"
#include "support/process_trains.hpp"
#include "support/statistics.hpp"

using namespace stimgen;
using namespace stimgen::test;
using stimgen::testing::PlannedRecipe;

namespace {

using Times = std::vector<double>;

struct Made {
  Streams streams;
  std::unique_ptr<const PointProcess> process;
  StreamKey key() const { return streams.key_if_used(Purpose::spikes); }
};

Made make(const std::string& keys, std::uint64_t seed = 5) {
  Made made{Streams({1, seed}, "sample"), nullptr};
  made.process = process_of("{correlated: " + keys + "}", made.streams);
  return made;
}

// A group of nodes with constant rates.
std::vector<Times> constant_trains(const Made& made, const std::vector<double>& rates_hz, double stop_ms,
                                   TrainGroup group) {
  std::vector<NodeId> nodes(rates_hz.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = 100 + i;
  const std::vector<std::uint32_t> group_of_node(nodes.size(), 0);
  const TrainRates rates{nodes, {0, stop_ms}, rates_hz, {}, {}, {&group, 1}, group_of_node, {}};
  const auto prepared = made.process->prepare(rates, made.key());
  std::vector<Times> trains(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) prepared->append_train(i, trains[i]);
  return trains;
}

// Nodes of one group, each with a function.
std::vector<Times> function_trains(const Made& made, const std::vector<RateFunction>& functions,
                                   const std::vector<std::uint32_t>& function_of_node) {
  std::vector<NodeId> nodes(function_of_node.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = i;
  const TrainGroup groups[] = {{.id = 9}};
  const std::vector<std::uint32_t> group_of_function(functions.size(), 0);
  const TrainRates rates{nodes, {}, {}, function_of_node, functions, groups, {}, group_of_function};
  const auto prepared = made.process->prepare(rates, made.key());
  std::vector<Times> trains(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) prepared->append_train(i, trains[i]);
  return trains;
}

// Counts in bins between two times.
Times counts_of(const Times& train, double from_ms, double to_ms, double bin_ms) {
  Times counts(static_cast<std::size_t>((to_ms - from_ms) / bin_ms), 0);
  for (const double time_ms : train) {
    if (time_ms < from_ms || time_ms >= to_ms) continue;
    counts.at(static_cast<std::size_t>((time_ms - from_ms) / bin_ms)) += 1;
  }
  return counts;
}

double correlation_of(const Times& a, const Times& b) {
  const double mean_a = mean_of(a), mean_b = mean_of(b);
  double product = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return product / std::sqrt(square_a * square_b);
}

// The mean over all pairs of trains.
double mean_correlation(const std::vector<Times>& trains, double stop_ms, double bin_ms) {
  std::vector<Times> counts;
  for (const Times& train : trains) counts.push_back(counts_of(train, 0, stop_ms, bin_ms));
  double sum = 0, pairs = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j, ++pairs) sum += correlation_of(counts[i], counts[j]);
  }
  return sum / pairs;
}

RateFunction steps_and_ramps() {
  return RateFunctionBuilder(0)
      .hold(20, 100)
      .hold(100, 200)
      .hold(5, 300)
      .hold(0, 400)
      .ramp(0, 120, 500)
      .ramp(120, 10, 600)
      .hold(60, 700)
      .build();
}

std::string problems_of(const std::string& rest) {
  const PlannedRecipe recipe(testing::recipe_head() + rest);
  return recipe.problems();
}

}  // namespace

TEST_SUITE("process") {
  // 60 nodes × 400 s × 20 Hz, windows of 20 ms. All pairs see the same mother spikes, κ·8000 of them, whose number
  // alone makes a relative error of its inverse root: 0.0033 at copy 1, below 0.0011 elsewhere. 4.5 of it are allowed.
  TEST_CASE("correlated counts have the correlation asked for, less what jitter moves into other windows") {
    struct Case {
      std::string keys;
      double correlation;
      double allowed = 0.004;
    };
    const double kPi = 3.14159265358979;
    for (const Case& c : {Case{"{c: 0.1}", 0.1}, Case{"{c: 0.1, jitter: 2 ms}", 0.1 * (1 - 2 * 2 / 3.0 / 20)},
                          Case{"{c: 0.1, jitter: 2 ms, kernel: gaussian}", 0.1 * (1 - 2 * 2 / std::sqrt(kPi) / 20)},
                          Case{"{c: 0.1, jitter: 2 ms, kernel: exponential}", 0.1 * (1 - 2.0 / 20)},
                          Case{"{c: 0.1, copy: 0.3162, jitter: 2 ms}", 0.1 * (1 - 2 * 2 / 3.0 / 20)},
                          Case{"{c: 0.1, copy: 1, jitter: 2 ms}", 0.1 * (1 - 2 * 2 / 3.0 / 20), 0.015}}) {
      CAPTURE(c.keys);
      const auto trains = constant_trains(make(c.keys), Times(60, 20), 4e5, {.id = 3, .mean_hz = 20});
      CHECK(std::abs(mean_correlation(trains, 4e5, 20) - c.correlation) < c.allowed);
    }
  }

  TEST_CASE("correlated counts of nodes with rates of their own: every pair has the same correlation") {
    const Times rates_hz{5, 10, 20, 40, 80};
    const auto trains = constant_trains(make("{c: 0.2}"), rates_hz, 4e6, {.id = 3, .mean_hz = 20, .is_drawn = true});
    std::vector<Times> counts;
    for (const Times& train : trains) counts.push_back(counts_of(train, 0, 4e6, 20));
    for (std::size_t i = 0; i < counts.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        CAPTURE(rates_hz[i]);
        CAPTURE(rates_hz[j]);
        CHECK(std::abs(correlation_of(counts[i], counts[j]) - 0.2) < 0.015);
      }
    }
  }

  // Bounds of 1e-4 each.
  TEST_CASE("a correlated train is Poisson at its rate: slow and fast nodes, too, and those that cannot correlate") {
    const Times rates_hz{0.5, 5, 20, 80, 400};
    for (const std::string keys :
         {"{c: 0.2, jitter: 3 ms}", "{c: 0.2, copy: 0.2}", "{c: 0.2, copy: 1, jitter: 1 ms}"}) {
      CAPTURE(keys);
      const auto trains = constant_trains(make(keys), rates_hz, 1e6, {.id = 3, .mean_hz = 20, .is_drawn = true});
      for (std::size_t i = 0; i < trains.size(); ++i) {
        CAPTURE(rates_hz[i]);
        Times intervals;
        double before_ms = 0;
        for (const double time_ms : trains[i]) {
          intervals.push_back((time_ms - before_ms) * rates_hz[i] / 1000);
          before_ms = time_ms;
        }
        CHECK(poisson_total_p(static_cast<double>(trains[i].size()), rates_hz[i] * 1000) > 1e-4);
        CHECK(ks_exponential_p(intervals) > 1e-4);
      }
    }
  }

  // 3500 repetitions: 70 bins at a bound of 1e-5 each are 7e-4 for all.
  TEST_CASE("jitter of correlated spikes does not smear the rate: edges are sharp, silence is silent") {
    const RateFunction rate = steps_and_ramps();
    for (const std::string keys : {"{c: 0.3, jitter: 5 ms}", "{c: 0.3, jitter: 5 ms, kernel: gaussian, copy: 0.8}",
                                   "{c: 0.3, jitter: 2 ms, kernel: exponential, copy: 0.6}"}) {
      CAPTURE(keys);
      constexpr double kBin_ms = 10;
      constexpr std::size_t kTrains = 3500;
      Times counts(70, 0);
      for (std::size_t i = 0; i < kTrains; ++i) {
        const Times train = function_trains(make(keys, i), {rate}, {0}).front();
        for (const double time_ms : train) counts.at(static_cast<std::size_t>(time_ms / kBin_ms)) += 1;
      }
      for (std::size_t bin = 0; bin < counts.size(); ++bin) {
        const double from_ms = kBin_ms * static_cast<double>(bin);
        const double expected =
            kTrains * (rate.cumulative_intensity_at(from_ms + kBin_ms) - rate.cumulative_intensity_at(from_ms));
        CAPTURE(from_ms);
        if (expected == 0) {
          CHECK(counts[bin] == 0);
        } else {
          CHECK(poisson_total_p(counts[bin], expected) > 1e-5);
        }
      }
    }
  }

  TEST_CASE("sub-groups of join have exactly their rates, and correlate where these are equal") {
    constexpr double kStop_ms = 4e5;
    // Both at 40 Hz, then the first at 10 Hz.
    const RateFunction steady = constant_rate(40, {0, 2 * kStop_ms});
    const RateFunction falling = RateFunctionBuilder(0).hold(40, kStop_ms).hold(10, 2 * kStop_ms).build();
    const auto trains = function_trains(make("{c: 0.2}"), {steady, falling}, {0, 0, 1, 1});
    const auto correlation = [&](std::size_t i, std::size_t j, double from_ms) {
      return correlation_of(counts_of(trains[i], from_ms, from_ms + kStop_ms, 20),
                            counts_of(trains[j], from_ms, from_ms + kStop_ms, 20));
    };
    for (const auto& pair : {std::pair<std::size_t, std::size_t>{0, 1}, {0, 2}, {2, 3}}) {
      const std::size_t i = pair.first, j = pair.second;
      CAPTURE(i);
      CAPTURE(j);
      CHECK(std::abs(correlation(i, j, 0) - 0.2) < 0.04);
    }
    CHECK(std::abs(correlation(0, 2, kStop_ms) - 0.2 * std::sqrt(10.0 / 40)) < 0.04);
    for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
      const auto after = static_cast<double>(
          std::count_if(trains[i].begin(), trains[i].end(), [](double time_ms) { return time_ms > kStop_ms; }));
      CHECK(poisson_total_p(after, 4000) > 1e-4);
    }
  }

  TEST_CASE("correlated trains do not depend on how time is cut, nor on which nodes are made together") {
    const Times rates_hz{5, 20, 0, 80};
    const std::vector<NodeId> nodes{3, 7, 8, NodeId{1} << 40};
    const std::vector<std::uint32_t> groups_of_nodes{0, 1, 1, 0};
    const TrainGroup groups[] = {{.id = 1, .mean_hz = 20, .is_drawn = true}, {.id = 2, .mean_hz = 10}};
    const std::vector<RateFunction> functions{steps_and_ramps(), steps_and_ramps().scaled(0.5),
                                              RateFunctionBuilder(0).ramp(90, 3, 650).hold(40, 700).build()};
    const std::vector<std::uint32_t> function_of_node{0, 1, 2, 1}, group_of_function{0, 0, 1};
    const TrainRates constants{nodes, {50, 700}, rates_hz, {}, {}, groups, groups_of_nodes, {}};
    const TrainRates varied{nodes, {}, {}, function_of_node, functions, groups, {}, group_of_function};
    const TrainRates last_of_constants{
        std::span(nodes).subspan(2),           {50, 700}, std::span(rates_hz).subspan(2), {}, {}, groups,
        std::span(groups_of_nodes).subspan(2), {}};
    const TrainRates last_varied{std::span(nodes).subspan(2),
                                 {},
                                 {},
                                 std::span(function_of_node).subspan(2),
                                 functions,
                                 groups,
                                 {},
                                 group_of_function};
    for (const std::string keys : {"{c: 0.3, jitter: 4 ms}", "{c: 0.3, copy: 0.9, jitter: 2 ms, kernel: gaussian}",
                                   "{c: 0.3, jitter: 1 ms, kernel: exponential}", "{c: 0.3, copy: 0.4}"}) {
      CAPTURE(keys);
      const Made made = make(keys);
      for (const auto& [rates, last] : {std::pair(constants, last_of_constants), std::pair(varied, last_varied)}) {
        const auto prepared = made.process->prepare(rates, made.key());
        std::vector<Times> whole(nodes.size());
        for (std::size_t i = 0; i < nodes.size(); ++i) prepared->append_train(i, whole[i]);
        REQUIRE(whole[1].size() > 3);
        for (const double window_ms : {0.7, 9.0, 333.0}) {
          const auto trains = prepared->open_trains(0, nodes.size());
          std::vector<Spike> spikes;
          for (double until_ms = window_ms; until_ms < 710; until_ms += window_ms) {
            trains->append_until(until_ms, spikes);
          }
          trains->append_until(1e9, spikes);
          std::vector<Times> cut(nodes.size());
          for (const Spike& spike : spikes) {
            cut.at(static_cast<std::size_t>(std::find(nodes.begin(), nodes.end(), spike.node_id) - nodes.begin()))
                .push_back(spike.timestamp_ms);
          }
          CHECK(cut == whole);
        }
        const auto alone = made.process->prepare(last, made.key());
        for (std::size_t i = 0; i < 2; ++i) {
          Times times;
          alone->append_train(i, times);
          CHECK(times == whole[i + 2]);
        }
      }
    }
  }

  TEST_CASE("the largest of some functions, and where a rate is restless") {
    const RateFunction rising = RateFunctionBuilder(0).ramp(0, 100, 100).hold(5, 200).build();
    const RateFunction flat = constant_rate(40, {0, 200});
    const RateFunction* both[] = {&rising, &flat};
    const RateFunction largest = largest_of(both);
    for (const double time_ms : {0.0, 20.0, 39.0, 41.0, 80.0, 100.0, 150.0}) {
      CHECK(largest.rate_at(time_ms) == doctest::Approx(std::max(rising.rate_at(time_ms), flat.rate_at(time_ms))));
    }
    const RateFunction after = scaled_after_changes(rising, rising, 2, 10);
    CHECK(after.rate_at(50) == doctest::Approx(100));
    CHECK(after.rate_at(105) == doctest::Approx(10));
    CHECK(after.rate_at(111) == 0);
    // Cut inside the ramp, both stay what they are before.
    const RateFunction cut = rising.clipped(77.7);
    const RateFunction* cut_and_flat[] = {&cut, &flat};
    const RateFunction cut_flat = flat.clipped(77.7);
    cut_and_flat[1] = &cut_flat;
    const RateFunction largest_of_cut = largest_of(cut_and_flat);
    for (const double time_ms : {13.0, 41.5, 77.0}) {
      CHECK(largest_of_cut.rate_at(time_ms) == largest.rate_at(time_ms));
      CHECK(largest_of_cut.cumulative_intensity_at(time_ms) == largest.cumulative_intensity_at(time_ms));
    }
  }

  TEST_CASE("correlations that rates do not allow are warned of, listed rates need a reference, memory has a limit") {
    const std::string drawn =
        "backgrounds: {b: {population: cells, rate: {uniform: [0.1 Hz, 20 Hz]}, process: {correlated: {c: 0.5}}}}\n";
    CHECK(problems_of(drawn).find("process.correlation-reduced") != std::string::npos);
    CHECK(problems_of(drawn).find("are too slow for a correlation of 0.5 with nodes of 10.05 Hz: those below 5.02 Hz "
                                  "get less") != std::string::npos);
    CHECK(problems_of("backgrounds: {b: {population: cells, rate: 5, process: {correlated: {c: 0.5}}}}\n") == "");
    CHECK(problems_of("backgrounds: {b: {population: cells, rate: 5000, process: {correlated: {c: 0.00001}}}}\n")
              .find("process.too-much-shared") != std::string::npos);
    CHECK(problems_of("backgrounds: {b: {population: cells, rate: 5, process: {correlated: {c: 0.5, copy: 0.4}}}}\n")
              .find("'copy' is at least c") != std::string::npos);
    CHECK(problems_of("backgrounds: {b: {population: cells, rate: 5, process: {correlated: {c: 0}}}}\n")
              .find("'c' is above 0") != std::string::npos);
  }

  TEST_CASE("nodes of many groups that cannot correlate are one warning") {
    const std::string problems = problems_of(
        "backgrounds: {b: {population: cells, group_by: kind, rates: {A: {uniform: [0.1 Hz, 20 Hz]}, B: {uniform: [0.1 "
        "Hz, 30 Hz]}, C: 5 Hz}, process: {correlated: {c: 0.5}}}}\n");
    CHECK(problems.find("(the most of 2 groups with such nodes)") != std::string::npos);
    CHECK(problems.find("1 warning") != std::string::npos);
  }

  // Whose mother a group has follows from its label: a task that is up to date under another label would be a lie.
  TEST_CASE("the label of a group is in the fingerprint of what shares spikes by it") {
    const auto fingerprint = [](const std::string& label) {
      const PlannedRecipe recipe(
          "stimgen: 1\nseeds: 1\ntime: {stop: 1 s}\nnetworks: {populations: {cells: {nodes: 6, properties: {kind: "
          "{blocks: [A, " +
          label +
          "]}}}}}\nassemblies: {kinds: {population: cells, method: property, property: kind}}\n"
          "patterns: {p: {type: long, assemblies: kinds, on_time: 100 ms, rates: {burst: 50 Hz}, process: {correlated: "
          "{c: "
          "0.5}}}}\noutput: {directory: out}\n");
      REQUIRE(recipe.problems() == "");
      return recipe.plan().find("p")->fingerprint;
    };
    CHECK(fingerprint("B") == fingerprint("B"));
    CHECK(fingerprint("B") != fingerprint("C"));
  }
}
