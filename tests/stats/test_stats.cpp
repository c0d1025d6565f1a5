// Spike statistics against numbers worked out by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stimgen/stats.hpp"
#include "support/spikes_in_memory.hpp"

using namespace stimgen;
using stimgen::testing::SpikesInMemory;

namespace {

PopulationSpikeStats stats_of(const SpikesInMemory& file, const SpikeStatsRequest& request) {
  return compute_spike_stats(file, file.populations().front(), request);
}

GroupSpikeStats all_of(const PopulationSpikeStats& stats) {
  std::vector<std::size_t> members(stats.nodes.size());
  std::iota(members.begin(), members.end(), std::size_t{0});
  return summarise(stats, members);
}

// Node 1: intervals 100, 100, 100. Node 3: intervals 100, 300. Node 7: one spike.
const std::vector<Spike> kSpikes{{1, 100}, {1, 200}, {1, 300}, {1, 400}, {3, 50}, {3, 150}, {3, 450}, {7, 900}};
const std::vector<NodeId> kNodes{1, 2, 3, 7};

}  // namespace

TEST_SUITE("stats") {
  TEST_CASE("rates, intervals and counts of each node, silent ones too") {
    const SpikesInMemory file(kSpikes);
    const PopulationSpikeStats stats = stats_of(file, {.window = TimeWindow{0, 2000}, .node_ids = kNodes});
    REQUIRE(stats.nodes.size() == 4);
    CHECK(stats.spikes == 8);
    CHECK(stats.nodes[0].rate_hz == 2);
    CHECK(*stats.nodes[0].cv_isi == 0);
    CHECK(stats.nodes[1].spikes == 0);
    CHECK(stats.nodes[1].rate_hz == 0);
    CHECK(*stats.nodes[2].cv_isi == doctest::Approx(0.5));  // 100 and 300: 100 / 200
    CHECK(!stats.nodes[3].cv_isi);
  }

  TEST_CASE("a group counts its silent nodes") {
    const SpikesInMemory file(kSpikes);
    const GroupSpikeStats group = all_of(stats_of(file, {.window = TimeWindow{0, 2000}, .node_ids = kNodes}));
    CHECK(group.nodes == 4);
    CHECK(group.silent_nodes == 1);
    CHECK(group.mean_rate_hz == 1);                                                // 2, 0, 1.5, 0.5
    CHECK(*group.stdev_rate_hz == doctest::Approx(std::sqrt(2.5 / 3)));            // squares 1, 1, 0.25, 0.25
    CHECK(*group.cv_isi == doctest::Approx(0.25));                                 // of the two nodes that have one
    CHECK(*group.count_dispersion == doctest::Approx((4 + 4 + 1 + 1) / 4.0 / 2));  // counts 4, 0, 3, 1
  }

  TEST_CASE("the window is half-open, and what lies outside is counted apart") {
    const SpikesInMemory file(kSpikes);
    const PopulationSpikeStats stats = stats_of(file, {.window = TimeWindow{100, 400}, .node_ids = kNodes});
    CHECK(stats.nodes[0].spikes == 3);
    CHECK(stats.nodes[0].rate_hz == doctest::Approx(10));
    CHECK(stats.spikes == 4);
    CHECK(stats.spikes_outside == 4);
  }

  TEST_CASE("spikes at or before 0 are outside every window, in any order of spikes") {
    const std::vector<Spike> sorted{{0, -5}, {0, 0}, {0, 5}, {0, 9}, {1, 10}};
    const std::vector<Spike> reversed(sorted.rbegin(), sorted.rend());
    std::vector<Spike> mixed = sorted;
    std::swap(mixed[0], mixed[3]);
    for (const auto& spikes : {sorted, reversed, mixed}) {
      const SpikesInMemory file(spikes);
      for (const std::optional<TimeWindow> window :
           {std::optional<TimeWindow>(), {TimeWindow{0, 11}}, {TimeWindow{-10, 11}}}) {
        const PopulationSpikeStats stats = stats_of(file, {.window = window, .node_ids = {}});
        CHECK(stats.spikes == 3);
        CHECK(stats.spikes_outside == 2);
        CHECK(stats.spikes_early == 2);
        CHECK(stats.nodes[0].spikes == 2);
        CHECK(stats.window.stop_ms == (window ? 11 : 10));
      }
      const PopulationSpikeStats late = stats_of(file, {.window = TimeWindow{6, 10}, .node_ids = {}});
      CHECK(late.spikes == 1);
      CHECK(late.spikes_outside == 4);
      CHECK(late.spikes_early == 2);
    }
  }

  TEST_CASE("the last spike of a file is that of all its populations") {
    CHECK(last_spike_ms(SpikesInMemory({{0, 7}, {1, 3}})) == 7);
    CHECK(last_spike_ms(SpikesInMemory({{0, -7}})) == 0);
    CHECK(last_spike_ms(SpikesInMemory({})) == 0);
  }

  TEST_CASE("without a window it ends with the last spike, which counts") {
    const SpikesInMemory file(kSpikes);
    const PopulationSpikeStats stats = stats_of(file, {});
    CHECK(stats.window == TimeWindow{0, 900});
    CHECK(stats.spikes == 8);
    CHECK(stats.nodes.size() == 3);  // nothing says that node 2 exists
  }

  TEST_CASE("the order of spikes in the file does not matter") {
    const SpikesInMemory by_id(kSpikes, SpikeOrder::by_id);
    std::vector<Spike> sorted = kSpikes;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Spike& a, const Spike& b) { return a.timestamp_ms < b.timestamp_ms; });
    const SpikesInMemory by_time(sorted, SpikeOrder::by_time);
    // BMTK's by_id files are not in order of time within a node.
    std::vector<Spike> backward(kSpikes.rbegin(), kSpikes.rend());
    const SpikesInMemory shuffled(backward);
    const SpikeStatsRequest request{.window = TimeWindow{0, 1000}, .node_ids = kNodes};
    const PopulationSpikeStats expected = stats_of(by_id, request);
    for (const SpikesInMemory* file : {&by_time, &shuffled}) {
      const PopulationSpikeStats got = stats_of(*file, request);
      REQUIRE(got.nodes.size() == expected.nodes.size());
      for (std::size_t i = 0; i < got.nodes.size(); ++i) {
        CHECK(got.nodes[i].node_id == expected.nodes[i].node_id);
        CHECK(got.nodes[i].spikes == expected.nodes[i].spikes);
        CHECK(got.nodes[i].cv_isi == expected.nodes[i].cv_isi);
      }
    }
  }

  TEST_CASE("nodes that the network does not have are named, not counted") {
    const SpikesInMemory file(kSpikes);
    const std::vector<NodeId> some{1, 2};
    const PopulationSpikeStats stats = stats_of(file, {.window = TimeWindow{0, 1000}, .node_ids = some});
    CHECK(stats.unknown_node_count == 2);
    CHECK(stats.unknown_nodes == std::vector<NodeId>{3, 7});
    CHECK(stats.spikes == 4);
  }

  TEST_CASE("a population without spikes") {
    const SpikesInMemory file({});
    CHECK(stats_of(file, {}).nodes.empty());
    const GroupSpikeStats group = all_of(stats_of(file, {.window = TimeWindow{0, 1000}, .node_ids = kNodes}));
    CHECK(group.silent_nodes == 4);
    CHECK(group.mean_rate_hz == 0);
    CHECK(!group.cv_isi);
    CHECK(!group.count_dispersion);
  }
}
