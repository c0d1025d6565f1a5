// `join` and `quit`: who switches when.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "support/recipe_parts.hpp"

using namespace stimgen;
using namespace stimgen::test;

namespace {

std::string join_with(const std::string& keys) {
  return "{type: join, assemblies: a, stop: 4 s, on_time: 1 s, off_time: 1 s, " + keys + "}";
}

// How many nodes of a group have the rate at a time.
std::size_t nodes_at(const PatternRun& run, std::size_t group, double time_ms, double rate_hz) {
  std::size_t count = 0;
  for (const GroupRate& part : run.rates) {
    if (part.group == group && part.rate.rate_at(time_ms) == rate_hz) count += part.node_ids.size();
  }
  return count;
}

}  // namespace

TEST_SUITE("pattern") {
  TEST_CASE("join: sub-group k switches on at ramp.start + k·(ramp.stop − ramp.start)/steps") {
    const auto run = run_pattern(join_with("steps: 2, order: node_id, ramp: {start: 0.2 s, stop: 0.8 s}, rates: {on: "
                                           "50, waiting: 5, off: 2, silent: 1}"),
                                 {{10, 11, 12, 13}, {20}});
    INFO(messages(run.diagnostics));
    REQUIRE(run.rates.size() == 3);
    CHECK(run.rates[0].node_ids == std::vector<NodeId>{10, 11});
    CHECK(run.rates[0].subgroup == std::size_t{0});
    CHECK(text_of(run.rates[0].rate.vertices()) ==
          "(0, 5) (200, 5) (200, 50) (1000, 50) (1000, 1) (2000, 1) (2000, 2) (3000, 2) (3000, 1) (4000, 1)");
    CHECK(run.rates[1].node_ids == std::vector<NodeId>{12, 13});
    CHECK(run.rates[1].subgroup == std::size_t{1});
    CHECK(text_of(run.rates[1].rate.vertices()) ==
          "(0, 5) (500, 5) (500, 50) (1000, 50) (1000, 1) (2000, 1) (2000, 2) (3000, 2) (3000, 1) (4000, 1)");
    CHECK(run.rates[2].group == 1);
    CHECK(text_of(run.rates[2].rate.vertices()) ==
          "(0, 2) (1000, 2) (1000, 1) (2000, 1) (2000, 5) (2500, 5) (2500, 50) (3000, 50) (3000, 1) (4000, 1)");
  }

  // Peers make groups × steps traces but zip them with the groups, so that every group follows the steps of group 0.
  TEST_CASE("peer defect: every group joins by steps of its own, in its own cycle") {
    const auto run = run_pattern(join_with("steps: 4, rates: {on: 50}"), equal_groups(2, 8));
    for (std::size_t group = 0; group < 2; ++group) {
      const double start_ms = group == 0 ? 0 : 2000;
      for (std::size_t k = 0; k < 4; ++k) {
        CHECK(nodes_at(run, group, start_ms + 250 * static_cast<double>(k) + 1, 50) == 2 * (k + 1));
        CHECK(nodes_at(run, 1 - group, start_ms + 250 * static_cast<double>(k) + 1, 50) == 0);
      }
      CHECK(nodes_at(run, group, start_ms + 1000, 50) == 0);
    }
  }

  TEST_CASE("join: every node is in exactly one sub-group, sizes differ by at most one") {
    for (const std::size_t size : {1U, 7U, 19U, 20U, 21U, 50U, 403U}) {
      const auto run = run_pattern(join_with("rates: {on: 50}"), equal_groups(3, size));
      std::set<NodeId> seen;
      std::size_t smallest = size;
      std::size_t largest = 0;
      for (const GroupRate& part : run.rates) {
        CHECK(std::is_sorted(part.node_ids.begin(), part.node_ids.end()));
        for (const NodeId id : part.node_ids) CHECK(seen.insert(id).second);
        smallest = std::min(smallest, part.node_ids.size());
        largest = std::max(largest, part.node_ids.size());
      }
      CHECK(seen.size() == 3 * size);
      CHECK(largest - smallest <= 1);
    }
  }

  TEST_CASE("join: a group smaller than the steps joins over the whole ramp") {
    const auto run = run_pattern(join_with("steps: 20, order: node_id, rates: {on: 50}"), equal_groups(1, 10));
    CHECK(nodes_at(run, 0, 501, 50) == 5);
    CHECK(nodes_at(run, 0, 951, 50) == 10);
  }

  TEST_CASE("join: more steps than nodes is said once, of the smallest group that takes turns") {
    const auto said = [](const std::string& keys, const Groups& groups) {
      return messages(run_pattern(join_with(keys), groups).diagnostics);
    };
    const Groups uneven{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {20, 21, 22}, {30}};
    const std::string text = said("steps: 5, select: [0, 1], cycles: 2, rates: {on: 50}", uneven);
    CHECK(text.find("pattern.empty-steps: 'join' pattern: in group '1' 3 nodes join in 5 steps, so some steps do "
                    "nothing (write 'steps: 3', or make the groups larger)") == 0);
    CHECK(text.find("pattern.empty-steps", 1) == std::string::npos);
    CHECK(said("steps: 10, select: [0], rates: {on: 50}", uneven) == "");
    // Of the nodes that take part, those of the share low join at once.
    CHECK(said("steps: 8, low: 0.2, select: [0], rates: {on: 50}", uneven) == "");
    CHECK(said("steps: 9, low: 0.2, select: [0], rates: {on: 50}", uneven).find("8 nodes join in 9") !=
          std::string::npos);
  }

  TEST_CASE("join: the share low is on from the first step, beyond high nobody takes part") {
    const auto run = run_pattern(
        join_with("steps: 4, low: 0.2, high: 0.6, order: node_id, rates: {on: 50, waiting: 5}"), equal_groups(1, 20));
    REQUIRE(run.rates.size() == 5);
    CHECK(run.rates[0].node_ids == std::vector<NodeId>{0, 1, 2, 3, 4, 5});
    CHECK(run.rates[1].node_ids == std::vector<NodeId>{6, 7});
    CHECK(run.rates[3].node_ids == std::vector<NodeId>{10, 11});
    CHECK(run.rates[4].node_ids == std::vector<NodeId>{12, 13, 14, 15, 16, 17, 18, 19});
    CHECK(run.rates[4].subgroup == std::size_t{4});
    CHECK(nodes_at(run, 0, 0, 50) == 6);
    CHECK(nodes_at(run, 0, 999, 50) == 12);
    CHECK(nodes_at(run, 0, 999, 5) == 8);
  }

  TEST_CASE("quit is the mirror image of join") {
    const std::string keys = "steps: 5, low: 0.1, high: 0.9, ramp: {start: 0.1 s, stop: 0.7 s}, rates: {on: 50}";
    const std::string mirrored = "steps: 5, low: 0.1, high: 0.9, ramp: {start: 0.3 s, stop: 0.9 s}, rates: {on: 50}";
    const auto join = run_pattern(join_with(keys), equal_groups(1, 30));
    const auto quit = run_pattern(join_with(mirrored + ", direction: quit"), equal_groups(1, 30));
    REQUIRE(join.rates.size() == quit.rates.size());
    for (std::size_t k = 0; k < join.rates.size(); ++k) {
      CHECK(join.rates[k].node_ids == quit.rates[k].node_ids);
      for (double t = 5; t < 1000; t += 10) {
        CHECK(join.rates[k].rate.rate_at(t) == quit.rates[k].rate.rate_at(1000 - t));
      }
    }
  }

  TEST_CASE("peer defect: quit starts with one step already gone") {
    const auto run = run_pattern(join_with("steps: 4, direction: quit, rates: {on: 50}"), equal_groups(1, 8));
    CHECK(nodes_at(run, 0, 0, 50) == 8);
    CHECK(nodes_at(run, 0, 249, 50) == 8);
    CHECK(nodes_at(run, 0, 251, 50) == 6);
    CHECK(nodes_at(run, 0, 751, 50) == 2);
    CHECK(nodes_at(run, 0, 999, 50) == 2);
  }

  TEST_CASE("join: the last to join is the first to leave") {
    const auto join = run_pattern(join_with("steps: 4, rates: {on: 50}"), equal_groups(1, 8));
    const auto quit = run_pattern(join_with("steps: 4, rates: {on: 50}, direction: quit"), equal_groups(1, 8));
    REQUIRE(join.rates.size() == 4);
    CHECK(join.rates[3].rate.rate_at(740) == 0);
    CHECK(quit.rates[3].rate.rate_at(260) == 0);
    CHECK(quit.rates[3].node_ids == join.rates[3].node_ids);
  }

  TEST_CASE("join: the order is drawn from the key and the group alone") {
    const auto all = run_pattern(join_with("steps: 4, rates: {on: 50}"), equal_groups(3, 40));
    const auto again = run_pattern(join_with("steps: 4, rates: {on: 50}"), equal_groups(3, 40));
    const auto chosen = run_pattern(join_with("steps: 4, select: [2], rates: {on: 50}"), equal_groups(3, 40));
    const auto other = run_pattern(join_with("steps: 4, rates: {on: 50}"), equal_groups(3, 40), {}, 8);
    std::size_t differing = 0;
    for (std::size_t i = 0; i < all.rates.size(); ++i) {
      CHECK(all.rates[i].node_ids == again.rates[i].node_ids);
      CHECK(all.rates[i].node_ids == chosen.rates[i].node_ids);
      differing += all.rates[i].node_ids != other.rates[i].node_ids ? 1 : 0;
    }
    CHECK(differing == 12);
    // Groups are ordered independently: the same positions do not join in step.
    std::vector<NodeId> shifted = all.rates[4].node_ids;
    for (NodeId& id : shifted) id -= 40;
    CHECK(shifted != all.rates[0].node_ids);
  }

  TEST_CASE("join: waiting defaults to silent; shares and steps are checked") {
    const auto run = run_pattern(join_with("steps: 2, rates: {on: 50, silent: 3}"), equal_groups(1, 4));
    CHECK(nodes_at(run, 0, 100, 3) == 2);
    CHECK(has_code(run_pattern(join_with("low: 0.5, high: 0.5, rates: {on: 5}"), {{1}}).diagnostics,
                   "pattern.wrong-shares"));
    CHECK(run_pattern(join_with("high: 1.5, rates: {on: 5}"), {{1}}).definition == nullptr);
    CHECK(run_pattern(join_with("steps: 0, rates: {on: 5}"), {{1}}).definition == nullptr);
    CHECK(run_pattern(join_with("steps: 100000000, rates: {on: 5}"), {{1}}).definition == nullptr);
    CHECK(has_code(run_pattern(join_with("high: 0.4, rates: {on: 5}"), {{1}}).diagnostics, "pattern.nobody-joins"));
  }
}
