// Rates over time and their smoothing against numbers worked out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "stimgen/stats.hpp"
#include "support/spikes_in_memory.hpp"

using namespace stimgen;
using stimgen::testing::SpikesInMemory;

namespace {

const std::vector<NodeId> kNodes{1, 2, 3, 7};
const std::vector<std::uint32_t> kGroups{0, 1, 0, kNoGroup};

Psth psth_of(const SpikesInMemory& file, const PsthRequest& request) {
  return compute_psth(file, file.populations().front(), request);
}

}  // namespace

TEST_SUITE("stats") {
  TEST_CASE("spikes of groups are counted in bins, rates are those of an average node") {
    const SpikesInMemory file({{1, 5}, {3, 10}, {3, 19.5}, {2, 20}, {7, 1}, {1, 40}, {1, 39.999}});
    const Psth psth = psth_of(
        file, {.window = TimeWindow{0, 40}, .bin_ms = 10, .node_ids = kNodes, .group_of_node = kGroups, .groups = 2});
    CHECK(psth.counts[0] == std::vector<std::uint64_t>{1, 2, 0, 1});
    CHECK(psth.counts[1] == std::vector<std::uint64_t>{0, 0, 1, 0});
    CHECK(psth.nodes == std::vector<std::uint64_t>{2, 1});
    CHECK(psth.spikes_outside == 1);
    CHECK(psth.rates_hz(0)[1] == doctest::Approx(100));  // 2 spikes of 2 nodes in 10 ms
  }

  TEST_CASE("a last bin that is shorter has the rate of its own width") {
    const SpikesInMemory file({{1, 24}});
    const Psth psth = psth_of(file, {.window = TimeWindow{0, 25}, .bin_ms = 10, .node_ids = kNodes});
    REQUIRE(psth.bins() == 3);
    CHECK(psth.bin(2) == TimeWindow{20, 25});
    CHECK(psth.rates_hz(0)[2] == doctest::Approx(50));
  }

  TEST_CASE("a window that holds a whole number of bins has no sliver of one more") {
    const SpikesInMemory file({{1, 0.25}});
    const Psth psth = psth_of(file, {.window = TimeWindow{0.1, 0.7}, .bin_ms = 0.1, .node_ids = kNodes});
    CHECK(psth.bins() == 6);
  }

  TEST_CASE("without a window the last spike counts; nodes not asked for are named") {
    const SpikesInMemory file({{1, 20}, {9, 5}, {3, 3}});
    const Psth all = psth_of(file, {.bin_ms = 10});
    CHECK(all.counts[0] == std::vector<std::uint64_t>{2, 1});
    CHECK(all.nodes[0] == 3);
    const Psth some = psth_of(file, {.bin_ms = 10, .node_ids = kNodes});
    CHECK(some.unknown_nodes == std::vector<NodeId>{9});
  }

  TEST_CASE("too many bins are an input error") {
    const SpikesInMemory file({{1, 1e9}});
    CHECK_THROWS_AS(psth_of(file, {.bin_ms = 0.001}), InputError);
  }

  TEST_CASE("smoothing keeps a constant rate up to the ends of the window, with a shorter last bin too") {
    const std::vector<double> constant(101, 7.0);
    std::vector<double> widths(101, 2.5);
    widths.back() = 1;
    for (const char* kernel : {"gaussian:50", "boxcar:33", "exponential:20", "gaussian:1", "boxcar:1"}) {
      for (const double value : smooth(constant, widths, 2.5, *parse_smoothing(kernel))) {
        CHECK(value == doctest::Approx(7.0).epsilon(1e-12));
      }
    }
  }

  TEST_CASE("one spike far from the ends becomes the kernel") {
    std::vector<double> values(201, 0.0);
    values[100] = 1;
    const std::vector<double> widths(201, 1.0);
    const std::vector<double> boxcar = smooth(values, widths, 1, *parse_smoothing("boxcar:5"));
    CHECK(boxcar[97] == 0);
    for (std::size_t i = 98; i <= 102; ++i) CHECK(boxcar[i] == doctest::Approx(0.2));
    const std::vector<double> gaussian = smooth(values, widths, 1, *parse_smoothing("gaussian:10"));
    CHECK(std::accumulate(gaussian.begin(), gaussian.end(), 0.0) == doctest::Approx(1).epsilon(1e-5));
    CHECK(gaussian[110] / gaussian[100] == doctest::Approx(std::exp(-0.5)).epsilon(1e-3));
    const std::vector<double> exponential = smooth(values, widths, 1, *parse_smoothing("exponential:10"));
    CHECK(exponential[99] == 0);
    CHECK(exponential[110] / exponential[100] == doctest::Approx(std::exp(-1.0)));
  }

  TEST_CASE("what is smoothed keeps the shape of its stimulus: σ is a quarter of the shortest piece, 2 to 50 ms") {
    CHECK(smoothing_for(40).kernel == Smoothing::Kernel::gaussian);
    CHECK(smoothing_for(40).width_ms == 10);
    CHECK(describe(smoothing_for(1000.0 / 24)) == "Gaussian, σ = 10.4 ms");
    CHECK(smoothing_for(1).width_ms == 2);
    CHECK(smoothing_for(5000).width_ms == 50);
  }

  TEST_CASE("kernels are given as name and width") {
    CHECK(parse_smoothing("gaussian:50")->width_ms == 50);
    CHECK(parse_smoothing("boxcar:0.1 s")->width_ms == doctest::Approx(100));
    CHECK(parse_smoothing("none")->kernel == Smoothing::Kernel::none);
    CHECK(parse_smoothing("7.5")->kernel == Smoothing::Kernel::gaussian);
    CHECK(parse_smoothing("7.5")->width_ms == 7.5);
    for (const char* wrong : {"", "gaussian", "gaussian:", "gaussian:0", "gaussian:-1", "gauss:5", "boxcar:5 Hz",
                              "boxcar:nan", "boxcar:inf", "0", "-5", "5 Hz", ":5"}) {
      CHECK_FALSE(parse_smoothing(wrong));
    }
  }
}
