// Sorting by parts of a window against std::sort.
#include "run/time_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <span>

#include "base/spike_order.hpp"

using namespace stimgen;

namespace {

void check_sorted(const std::vector<Spike>& spikes, double from_ms, double until_ms) {
  std::vector<Spike> expected = spikes;
  std::sort(expected.begin(), expected.end(), SpikeBefore{SpikeOrder::by_time});
  const std::span all(spikes);
  const SpikeBlock sorted = sorted_by_time({all.first(all.size() / 3), all.subspan(all.size() / 3)}, from_ms, until_ms);
  REQUIRE(sorted.size() == expected.size());
  bool same = true;
  for (std::size_t i = 0; i < expected.size(); ++i) same = same && spike_at(sorted, i) == expected[i];
  CHECK(same);
}

}  // namespace

TEST_SUITE("run") {
  TEST_CASE("spikes are sorted by time, then node id, however their times lie in the window") {
    std::mt19937_64 random(7);
    for (const std::size_t count : {0, 1, 2, 3, 100, 20000}) {
      CAPTURE(count);
      std::vector<Spike> spread, on_grid, crowded, equal;
      for (std::size_t i = 0; i < count; ++i) {
        const double share = static_cast<double>(random() >> 11) * 0x1p-53;
        const NodeId node = random() % 50;
        spread.push_back({node, 100 + 40 * share});
        on_grid.push_back({node, 100 + static_cast<double>(static_cast<int>(40 * share))});
        crowded.push_back({node, 139 + 1e-9 * share});
        equal.push_back({node, 120});
      }
      for (const auto& spikes : {spread, on_grid, crowded, equal}) {
        check_sorted(spikes, 100, 140);
        check_sorted(spikes, 110, 120);  // some lie outside
      }
    }
  }
  TEST_CASE("parts never fall with time, and groups keep their order") {
    const TimeParts parts(0.1, 0.3, 7);
    std::size_t before = 0;
    for (double time_ms = 0; time_ms < 0.4; time_ms += 0.0001) {
      CHECK(parts.of(time_ms) >= before);
      before = parts.of(time_ms);
    }
    CHECK(parts.of(0.1) == 0);
    CHECK(before == 6);
    const std::vector<Spike> early{{5, 0.29}, {4, 0.11}}, late{{3, 0.28}, {2, 0.5}, {1, 0.12}};
    const GroupedSpikes grouped = group_by_part({early, late}, TimeParts(0.1, 0.3, 2));
    CHECK(grouped.first == std::vector<std::size_t>{0, 2, 5});
    CHECK(grouped.spikes == std::vector<Spike>{{4, 0.11}, {1, 0.12}, {5, 0.29}, {3, 0.28}, {2, 0.5}});
  }
}
