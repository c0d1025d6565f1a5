// Poisson trains: statistics at fixed seeds, and what must not change a spike.
#include "process/poisson.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/random.hpp"
#include "support/statistics.hpp"

TEST_SUITE("process") {
  using namespace stimgen;

  namespace {

  constexpr double kForever = std::numeric_limits<double>::infinity();

  const PointProcess& poisson() {
    static const auto chosen = make_process(nullptr, *std::make_unique<Streams>(), *std::make_unique<Diagnostics>());
    return *chosen.process;
  }

  std::vector<double> train(const RateFunction& rate, StreamKey key, NodeId node) {
    std::vector<double> times;
    const std::uint32_t function = 0;
    poisson().prepare({{&node, 1}, {}, {}, {&function, 1}, {&rate, 1}}, key)->append_train(0, times);
    return times;
  }

  std::vector<double> streamed(const RateFunction& rate, StreamKey key, NodeId node, const std::vector<double>& cuts) {
    const std::uint32_t function = 0;
    const auto trains = poisson().prepare({{&node, 1}, {}, {}, {&function, 1}, {&rate, 1}}, key)->open_trains(0, 1);
    std::vector<Spike> spikes;
    for (const double cut : cuts) {
      trains->append_until(cut, spikes);
      CHECK((spikes.empty() || spikes.back().timestamp_ms < cut));
    }
    trains->append_until(kForever, spikes);
    std::vector<double> times;
    for (const Spike& spike : spikes) times.push_back(spike.timestamp_ms);
    return times;
  }

  // Of all nodes: node id and time, sorted; cut into windows by a stream of its own.
  std::vector<std::pair<NodeId, double>> in_windows(const TrainRates& rates, StreamKey key, double mean_window_ms) {
    const auto trains = poisson().prepare(rates, key)->open_trains(0, rates.size());
    RandomStream windows({mean_window_ms > 1 ? 1u : 2u}, 0);
    std::vector<Spike> spikes;
    for (double cut = 0; cut < 7500; cut -= mean_window_ms * std::log(windows.next_uniform_open01())) {
      trains->append_until(cut, spikes);
    }
    trains->append_until(kForever, spikes);
    std::vector<std::pair<NodeId, double>> all;
    for (const Spike& spike : spikes) all.emplace_back(spike.node_id, spike.timestamp_ms);
    std::sort(all.begin(), all.end());
    return all;
  }

  // Every kind of segment: steps, silence, ramps up, down and to zero, rates above 1 kHz.
  RateFunction varied_rate() {
    return RateFunctionBuilder(200)
        .hold(40, 1200)
        .hold(0, 2200)
        .ramp(0, 80, 3200)
        .ramp(80, 0, 4200)
        .hold(0, 4700)
        .hold(1500, 4750)
        .hold(2, 5750)
        .ramp(10, 30, 6750)
        .build();
  }

  std::vector<double> intervals(const RateFunction& rate, const std::vector<double>& times) {
    std::vector<double> gaps;
    double last = 0;
    for (const double t : times) {
      const double intensity = rate.cumulative_intensity_at(t);
      gaps.push_back(intensity - last);
      last = intensity;
    }
    return gaps;
  }

  std::vector<double> binned(const std::vector<double>& times, double bin_ms, std::size_t bins) {
    std::vector<double> counts(bins);
    for (const double t : times) counts[std::min(bins - 1, static_cast<std::size_t>(t / bin_ms))] += 1;
    return counts;
  }

  }  // namespace

  TEST_CASE("rescaled times are a unit-rate Poisson process: p-values over 250 seeds are uniform (bound 0.001 each)") {
    const RateFunction rate = varied_rate();
    std::vector<double> position_p, interval_p, counts;
    for (std::uint64_t seed = 0; seed < 250; ++seed) {
      const auto times = train(rate, make_stream_key("spikes", seed, "varied"), seed % 3);
      std::vector<double> positions;
      for (const double t : times) positions.push_back(rate.cumulative_intensity_at(t) / rate.total_intensity());
      position_p.push_back(test::ks_uniform_p(positions));
      // The interval across the window's end is missing, which shortens the others slightly: take the first hundred.
      auto gaps = intervals(rate, times);
      REQUIRE(gaps.size() > 100);
      gaps.resize(100);
      interval_p.push_back(test::ks_exponential_p(gaps));
      counts.push_back(static_cast<double>(times.size()));
    }
    CHECK(test::ks_uniform_p(position_p) > 0.001);
    CHECK(test::ks_uniform_p(interval_p) > 0.001);
    CHECK(test::dispersion_p(counts, rate.total_intensity()) > 0.001);
    CHECK(test::poisson_total_p(test::mean_of(counts) * 250, rate.total_intensity() * 250) > 0.001);
  }

  TEST_CASE("counts in windows have mean and variance of a Poisson process (bound 0.001)") {
    const RateFunction rate = constant_rate(50, {0, 10000});
    std::vector<double> dispersion;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto times = train(rate, make_stream_key("spikes", seed, "counts"), 5);
      dispersion.push_back(test::dispersion_p(binned(times, 100, 100), 5));
    }
    // Counts are discrete, so p-values are uniform only nearly: 200 of them do not see the difference.
    CHECK(test::ks_uniform_p(dispersion) > 0.001);
  }

  TEST_CASE("two nodes, two tasks with one seed, and two seeds are independent (bound 0.001 each)") {
    // A peer gives identical trains to two tasks with one seed, and a 5 Hz train that is the 10 Hz train stretched.
    const RateFunction fast = constant_rate(40, {0, 10000});
    const RateFunction slow = constant_rate(20, {0, 20000});
    std::vector<double> nodes, tasks, seeds, stretched;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto key = make_stream_key("spikes", seed, "baseline");
      const auto own = binned(train(fast, key, 1), 100, 100);
      nodes.push_back(test::uncorrelated_p(own, binned(train(fast, key, 2), 100, 100)));
      tasks.push_back(
          test::uncorrelated_p(own, binned(train(fast, make_stream_key("spikes", seed, "shell"), 1), 100, 100)));
      seeds.push_back(
          test::uncorrelated_p(own, binned(train(fast, make_stream_key("spikes", seed + 1, "baseline"), 1), 100, 100)));
      const auto other = train(slow, make_stream_key("spikes", seed, "shell"), 1);
      stretched.push_back(test::uncorrelated_p(own, binned(other, 200, 100)));
    }
    CHECK(test::ks_uniform_p(nodes) > 0.001);
    CHECK(test::ks_uniform_p(tasks) > 0.001);
    CHECK(test::ks_uniform_p(seeds) > 0.001);
    CHECK(test::ks_uniform_p(stretched) > 0.001);
  }

  TEST_CASE("the superposition of two tasks with one seed is again a Poisson process (bound 0.001)") {
    const RateFunction rate = constant_rate(30, {0, 5000});
    std::vector<double> p_values;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      auto times = train(rate, make_stream_key("spikes", seed, "baseline"), 8);
      const auto others = train(rate, make_stream_key("spikes", seed, "shell"), 8);
      times.insert(times.end(), others.begin(), others.end());
      std::sort(times.begin(), times.end());
      auto gaps = intervals(rate, times);
      gaps.resize(200);
      for (double& gap : gaps) gap *= 2;
      p_values.push_back(test::ks_exponential_p(gaps));
    }
    CHECK(test::ks_uniform_p(p_values) > 0.001);
  }

  TEST_CASE("seed 0 is a seed like any other") {
    const RateFunction rate = constant_rate(20, {0, 5000});
    const auto of_0 = train(rate, make_stream_key("spikes", 0, "a"), 3);
    CHECK(of_0 == train(rate, make_stream_key("spikes", 0, "a"), 3));
    CHECK(of_0 != train(rate, make_stream_key("spikes", 1, "a"), 3));
    CHECK(of_0.size() > 60);
  }

  TEST_CASE("the same stream, node and rate give the same spikes: frozen noise") {
    const RateFunction rate = varied_rate();
    CHECK(train(rate, {77}, 12) == train(varied_rate(), {77}, 12));
  }

  TEST_CASE("however the window is cut, the spikes are the same") {
    const RateFunction rate = varied_rate();
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      const StreamKey key{seed * 7919 + 1};
      const auto whole = train(rate, key, seed);
      CHECK(streamed(rate, key, seed, {}) == whole);
      std::vector<double> cuts;
      RandomStream stream(key, 99);
      double at = 0;
      while (at < 7500) {
        cuts.push_back(at);
        const double u = stream.next_uniform_open01();
        at += 200 * u * u * u;
      }
      CHECK(streamed(rate, key, seed, cuts) == whole);
      // Cuts exactly at, just before and just after spikes, and backward cuts, which deliver nothing.
      cuts.clear();
      for (const double t : whole) {
        cuts.push_back(t);
        cuts.push_back(std::nextafter(t, kForever));
      }
      CHECK(streamed(rate, key, seed, cuts) == whole);
    }
  }

  TEST_CASE("a spike at a cut belongs to the later part") {
    const auto whole = train(constant_rate(100, {0, 1000}), {5}, 5);
    const NodeId node = 5;
    const double rate_hz = 100;
    std::vector<Spike> spikes;
    const auto trains = poisson().prepare({{&node, 1}, {0, 1000}, {&rate_hz, 1}, {}, {}}, {5})->open_trains(0, 1);
    trains->append_until(whole[10], spikes);
    CHECK(spikes.size() == 10);
    trains->append_until(whole[10], spikes);
    CHECK(spikes.size() == 10);
    trains->append_until(0, spikes);
    CHECK(spikes.size() == 10);
  }

  TEST_CASE("many nodes side by side, slow and fast, give the spikes of each alone") {
    std::vector<NodeId> nodes;
    std::vector<double> constant_hz;
    std::vector<std::uint32_t> function_of_node;
    const std::vector<RateFunction> functions = {varied_rate(), constant_rate(0, {0, 7000}), RateFunction(),
                                                 constant_rate(2500, {100, 6000}), varied_rate().scaled(0.01)};
    std::vector<std::pair<NodeId, double>> of_constants, of_functions;
    const TimeWindow window{300, 7200};
    for (std::uint32_t i = 0; i < 700; ++i) {
      const NodeId node = 3 * NodeId{i} + (i % 5 == 0 ? NodeId{1} << 40 : 0);
      nodes.push_back(node);
      constant_hz.push_back(i % 7 == 0 ? 0 : i % 97 == 1 ? 3000 : 0.03 * i);
      function_of_node.push_back(i % 5);
    }
    std::sort(nodes.begin(), nodes.end());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      for (const double t : train(constant_rate(constant_hz[i], window), {8}, nodes[i])) {
        of_constants.emplace_back(nodes[i], t);
      }
      for (const double t : train(functions[function_of_node[i]], {9}, nodes[i]))
        of_functions.emplace_back(nodes[i], t);
    }
    for (const double mean_window_ms : {0.7, 20.0, 900.0}) {
      CAPTURE(mean_window_ms);
      CHECK((in_windows({nodes, window, constant_hz, {}, {}}, {8}, mean_window_ms) == of_constants));
      CHECK((in_windows({nodes, {}, {}, function_of_node, functions}, {9}, mean_window_ms) == of_functions));
    }
    const std::vector<double> some_hz(nodes.size(), 50);
    CHECK(in_windows({nodes, {500, 500}, some_hz, {}, {}}, {8}, 20).empty());
  }

  TEST_CASE("a later stop or an appended segment changes no earlier spike") {
    const RateFunction rate = varied_rate();
    for (NodeId node = 0; node < 40; ++node) {
      const StreamKey key{1234};
      const auto whole = train(rate, key, node);
      std::vector<double> stops = {250,       1200, 1700, 2200, 2201, 3000, 3200, 3333.3,
                                   4199.9999, 4200, 4300, 4700, 4701, 4750, 5000, 6000};
      for (std::size_t i = 0; i < whole.size(); i += 5) {
        stops.push_back(whole[i]);
        stops.push_back(std::nextafter(whole[i], kForever));
      }
      for (const double stop : stops) {
        auto expected = whole;
        while (!expected.empty() && expected.back() >= stop) expected.pop_back();
        CHECK(train(rate.clipped(stop), key, node) == expected);
      }
    }
  }

  TEST_CASE("lengthening by equal pieces or in one piece is the same") {
    const StreamKey key{4};
    const auto one = train(RateFunctionBuilder(0).hold(30, 3000).build(), key, 1);
    const auto pieces = train(RateFunctionBuilder(0).hold(30, 700).hold(30, 701).hold(30, 3000).build(), key, 1);
    CHECK(one == pieces);
  }

  TEST_CASE("a rate of 0 is silence, and silence moves nothing before it") {
    CHECK(train(constant_rate(0, {0, 1e9}), {1}, 1).empty());
    CHECK(train(RateFunction(), {1}, 1).empty());
    CHECK(train(constant_rate(50, {100, 100}), {1}, 1).empty());
    CHECK(train(constant_rate(5e-324, {0, 1e9}), {1}, 1).empty());
    const RateFunction rate = varied_rate();
    for (NodeId node = 0; node < 50; ++node) {
      for (const double t : train(rate, {3}, node)) CHECK(rate.rate_at(t) > 0);
    }
  }

  TEST_CASE("timestamps ascend strictly inside the window and are never 0") {
    for (const double start : {0.0, 1.0, 1000.0, 4503599627370496.0}) {
      for (const double rate_hz : {1.0, 1000.0, 1e6, 1e12}) {
        const double stop = start + 200 * std::max(1.0, start * 1e-15) * std::min(1.0, 1000 / rate_hz) + 1;
        if (rate_hz * (stop - start) > 1e8) continue;
        const RateFunction rate = constant_rate(rate_hz, {start, stop});
        const auto times = train(rate, {9}, 1);
        CHECK(std::is_sorted(times.begin(), times.end()));
        if (times.empty()) continue;
        CHECK(times.front() > start);
        CHECK(times.front() > 0);
        CHECK(times.back() < stop);
      }
    }
    const RateFunction rate = varied_rate();
    for (NodeId node = 0; node < 200; ++node) {
      const auto times = train(rate, {9}, node);
      CHECK(std::is_sorted(times.begin(), times.end()));
      REQUIRE_FALSE(times.empty());
      CHECK(times.front() > 200);
      CHECK(times.back() < 6750);
    }
  }

  TEST_CASE("a spike that rounds to the window's start moves just after it") {
    // At 2^52 ms the doubles are 1 ms apart: nearly every spike of a fast node rounds to the start.
    const double start = 4503599627370496.0;
    const auto times = train(constant_rate(100000, {start, start + 3}), {1}, 1);
    REQUIRE(times.size() > 100);
    CHECK(times.front() == start + 1);
    CHECK(times.back() < start + 3);
  }

  TEST_CASE("rates above 1000 Hz are delivered, constant or varying (bound 0.001)") {
    const auto constant = train(constant_rate(5000, {0, 10000}), {6}, 0);
    CHECK(test::poisson_total_p(static_cast<double>(constant.size()), 50000) > 0.001);
    const auto ramp = train(RateFunctionBuilder(0).ramp(2000, 8000, 10000).build(), {6}, 1);
    CHECK(test::poisson_total_p(static_cast<double>(ramp.size()), 50000) > 0.001);
  }

  TEST_CASE("node ids above 2^32 and neighbouring ones have their own spikes") {
    const RateFunction rate = constant_rate(20, {0, 2000});
    CHECK(train(rate, {1}, 1) != train(rate, {1}, (NodeId{1} << 32) + 1));
    CHECK(train(rate, {1}, (NodeId{1} << 63)) != train(rate, {1}, 0));
  }

  TEST_CASE("spikes are frozen: this digest changes only with kFormatVersion") {
    std::vector<double> times;
    const RateFunction rate = varied_rate();
    for (NodeId node = 0; node < 100; ++node) {
      const auto more = train(rate, make_stream_key("spikes", node, "golden"), node << 40 | node);
      times.insert(times.end(), more.begin(), more.end());
    }
    Blake3 hash;
    hash.update(std::as_bytes(std::span(times)));
    CHECK(times.size() == 21603);
    CHECK(to_hex(hash.finish()) == "d28211425c6186ec50a2680b33dd9f671aa4ddf69599af4189cce808c6468957");
  }
}
