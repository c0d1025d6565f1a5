// The rules of written spikes, against the plain reading of them at every position.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include "store/spike_check.hpp"
#include "store/spike_samples.hpp"

namespace stimgen {
namespace {

// Runs of one to 40 spikes a node, in both orders at once: later nodes spike later.
SpikeBlock right_spikes(std::size_t count) {
  std::mt19937_64 generator(5);
  SpikeBlock block;
  NodeId node = 3;
  double time_ms = 0.5;
  while (block.size() < count) {
    for (auto run = 1 + generator() % 40; run > 0 && block.size() < count; --run) {
      block.node_ids.push_back(node);
      block.timestamps_ms.push_back(time_ms);
      time_ms += static_cast<double>(generator() % 3) / 8;  // equal times, too
    }
    node += 1 + generator() % 5;
  }
  return block;
}

bool wrong(const SpikeBlock& block, std::size_t i, SpikeOrder order, const std::optional<Spike>& previous) {
  const double time = block.timestamps_ms[i];
  if (std::isnan(time) || std::isinf(time) || time <= 0) return true;
  if (order == SpikeOrder::none || (i == 0 && !previous)) return false;
  const Spike before = i == 0 ? *previous : Spike{block.node_ids[i - 1], block.timestamps_ms[i - 1]};
  const NodeId node = block.node_ids[i];
  if (order == SpikeOrder::by_id)
    return node < before.node_id || (node == before.node_id && time < before.timestamp_ms);
  return time < before.timestamp_ms || (time == before.timestamp_ms && node < before.node_id);
}

std::size_t first_wrong(const SpikeBlock& block, std::size_t first, std::size_t last, SpikeOrder order,
                        const std::optional<Spike>& previous) {
  while (first < last && !wrong(block, first, order, previous)) ++first;
  return first;
}

constexpr std::array kOrders = {SpikeOrder::none, SpikeOrder::by_id, SpikeOrder::by_time};

TEST_SUITE("store") {
  TEST_CASE("right spikes break no rule, wherever a look at them begins and ends") {
    const SpikeBlock block = right_spikes(200);
    for (const SpikeOrder order : kOrders) {
      for (std::size_t first = 0; first <= 40; ++first) {
        for (std::size_t last = first; last <= block.size(); ++last) {
          REQUIRE(first_violation(block, first, last, order, Spike{3, 0.25}) == last);
        }
      }
    }
  }

  TEST_CASE("a spike changed anywhere is found where the plain rules find it") {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    const std::array times_ms = {0.0, -0.0, -1.0, 5e-324, 1.7e308, kInfinity, -kInfinity, kNaN, -kNaN, 0.4, 30.0};
    const std::array<NodeId, 4> nodes = {0, 40, NodeId{1} << 63, ~NodeId{0}};
    const SpikeBlock right = right_spikes(150);
    int found = 0;
    for (const SpikeOrder order : kOrders) {
      for (std::size_t at = 0; at < right.size(); ++at) {
        SpikeBlock block = right;
        const auto agree = [&] {
          const std::size_t expected = first_wrong(block, 0, block.size(), order, Spike{3, 0.5});
          REQUIRE(first_violation(block, 0, block.size(), order, Spike{3, 0.5}) == expected);
          found += expected < block.size() ? 1 : 0;
        };
        for (const double time : times_ms) {
          block.timestamps_ms[at] = time;
          agree();
          // All after it alike: a whole look of wrong times.
          std::fill(block.timestamps_ms.begin() + static_cast<std::ptrdiff_t>(at), block.timestamps_ms.end(), time);
          agree();
          block.timestamps_ms = right.timestamps_ms;
        }
        for (const NodeId node : nodes) {
          block.node_ids[at] = node;
          agree();
          block.node_ids = right.node_ids;
        }
      }
    }
    CHECK(found > 4000);
  }

  TEST_CASE("spikes by node are looked at as the same spikes one by one") {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    const std::array times_ms = {0.0, -0.0, -1.0, 5e-324, 1.7e308, kInfinity, -kInfinity, kNaN, -kNaN, 0.4, 30.0};
    const SpikeBlock right = right_spikes(150);
    int found = 0;
    for (std::size_t at = 0; at < right.size(); ++at) {
      SpikeBlock block = right;
      const auto agree = [&](const std::optional<Spike>& previous) {
        const std::size_t expected = first_wrong(block, 0, block.size(), SpikeOrder::by_id, previous);
        REQUIRE(first_violation(testing::as_trains(block), previous) == expected);
        found += expected < block.size() ? 1 : 0;
      };
      for (const double time : times_ms) {
        block.timestamps_ms[at] = time;
        agree(std::nullopt);
        agree(Spike{3, 0.5});
        agree(Spike{at, 0.5});
        std::fill(block.timestamps_ms.begin() + static_cast<std::ptrdiff_t>(at), block.timestamps_ms.end(), time);
        agree(Spike{3, 0.5});
        block.timestamps_ms = right.timestamps_ms;
      }
      block.node_ids[at] = 0;
      agree(Spike{3, 0.5});
    }
    CHECK(found > 2000);
  }

  TEST_CASE("the spike before a block counts, except where there is no order") {
    SpikeBlock block;
    block.node_ids = {7, 7};
    block.timestamps_ms = {2.0, 3.0};
    CHECK(first_violation(block, 0, 2, SpikeOrder::by_id, Spike{8, 1.0}) == 0);
    CHECK(first_violation(block, 0, 2, SpikeOrder::by_id, Spike{7, 2.5}) == 0);
    CHECK(first_violation(block, 0, 2, SpikeOrder::by_id, Spike{6, 9.0}) == 2);
    CHECK(first_violation(block, 0, 2, SpikeOrder::by_time, Spike{6, 9.0}) == 0);
    CHECK(first_violation(block, 0, 2, SpikeOrder::none, Spike{8, 9.0}) == 2);
  }
}

}  // namespace
}  // namespace stimgen
