// What peers do wrong (rows of the defect table) and a whole program must not: those without a test of their module.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "stimgen/language.hpp"
#include "stimgen/stats.hpp"
#include "support/planned_recipe.hpp"

using namespace stimgen;
using stimgen::testing::PlannedRecipe;
using stimgen::testing::recipe_head;

namespace {

std::string background(const std::string& keys, int nodes = 100) {
  return recipe_head(nodes) + "backgrounds:\n  b: {population: cells, " + keys + "}\n";
}

NodeRates rates_of(const PlannedRecipe& recipe) {
  REQUIRE_MESSAGE(recipe.problems().find("error:") == std::string::npos, recipe.problems());
  return recipe.plan().find("b")->sampled()->node_rates();
}

}  // namespace

TEST_SUITE("conformance") {
  TEST_CASE("peer defect: rate draws come from one shared generator in call order") {
    const PlannedRecipe alone(background("rate: [20, 2]"));
    const PlannedRecipe second(
        recipe_head() +
        "backgrounds:\n  a: {population: cells, rate: [3, 1]}\n  b: {population: cells, rate: [20, 2]}\n");
    CHECK(rates_of(alone).constant_hz == rates_of(second).constant_hz);
    CHECK(rates_of(alone).constant_hz == rates_of(alone).constant_hz);
  }

  TEST_CASE("peer defect: seed 0 seeds nothing") {
    const auto trains = [](const std::string& seed) {
      PlannedRecipe recipe(background("rate: 20 Hz"), {"seeds=" + seed});
      REQUIRE(recipe.run().exit_code() == 0);
      return recipe.spikes("b").at("cells").timestamps_ms;
    };
    CHECK(trains("0") == trains("0"));
    CHECK(trains("0") != trains("1"));
  }

  TEST_CASE("peer defect: rates given as a pair give zero spikes") {
    PlannedRecipe recipe(background("rate: [20 Hz, 2 Hz]"));
    REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
    REQUIRE(recipe.run().exit_code() == 0);
    CHECK(recipe.spikes("b").at("cells").size() > 1500);
  }

  TEST_CASE("peer defect: an empty set of rates is accepted") {
    CHECK(PlannedRecipe(background("group_by: kind, rates: {}")).problems().find("error") != std::string::npos);
    CHECK(PlannedRecipe(background("rate: {}")).problems().find("error") != std::string::npos);
  }

  TEST_CASE("peer defect: NaN, infinite and negative rates hang or pass") {
    for (const char* rate : {".nan", "nan Hz", ".inf", "-3 Hz", "[nan, 1]", "{mean: .inf, stdev: 1}"}) {
      CAPTURE(rate);
      CHECK(PlannedRecipe(background(std::string("rate: ") + rate)).problems().find("error") != std::string::npos);
    }
  }

  TEST_CASE("peer defect: normal rates clamped at 0, so that mean 2 and stdev 3 give mean 2.46") {
    CHECK(PlannedRecipe(background("rate: {mean: 2, stdev: 3, distribution: normal}")).problems().find("error") !=
          std::string::npos);
    const NodeRates rates =
        rates_of(PlannedRecipe(background("rate: {mean: 2, stdev: 1.8, distribution: normal}", 40000)));
    const double mean = std::accumulate(rates.constant_hz.begin(), rates.constant_hz.end(), 0.0) / 40000;
    CHECK(std::abs(mean - 2) < 5 * 1.8 / 200);  // five standard errors
  }

  TEST_CASE("peer defect: rates above 1000 Hz refused in one form and accepted in another") {
    for (const char* rate : {"1500 Hz", "[1500, 100]", "{uniform: [1400, 1600]}", "1.5 kHz"}) {
      CAPTURE(rate);
      PlannedRecipe recipe(background(std::string("rate: ") + rate));
      REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
      REQUIRE(recipe.run().exit_code() == 0);
      const auto spikes = static_cast<double>(recipe.spikes("b").at("cells").size());
      CHECK(std::abs(spikes - 150000) < 150000 * 0.05);
    }
  }

  TEST_CASE("peer defect: documented arguments that do not exist") {
    // Every key that the schema offers can be explained, from the same tables that the reader obeys.
    const SchemaTables& tables = language_tables();
    for (const PatternKind* kind : pattern_kinds()) {
      for (const FieldDoc& field : kind->info.fields) {
        CAPTURE(field.name);
        CHECK(explain(std::string("patterns.") + std::string(kind->info.name), tables).has_value());
        CHECK(explain(std::string(field.name), tables).has_value());
      }
    }
    CHECK_FALSE(explain("ramp_up", tables).has_value());
    CHECK_FALSE(explain("hold_time", tables).has_value());
  }

  TEST_CASE("peer defect: by_id files are not sorted in time within a node") {
    PlannedRecipe recipe(background("rate: 50 Hz"));
    REQUIRE(recipe.run().exit_code() == 0);
    const SpikeBlock block = recipe.spikes("b").at("cells");
    for (std::size_t i = 1; i < block.size(); ++i) {
      const bool in_order =
          block.node_ids[i - 1] < block.node_ids[i] ||
          (block.node_ids[i - 1] == block.node_ids[i] && block.timestamps_ms[i - 1] <= block.timestamps_ms[i]);
      REQUIRE(in_order);
    }
  }

  TEST_CASE("peer defect: rate statistics leave silent nodes out and use first to last spike as the window") {
    PlannedRecipe recipe(background("group_by: kind, rates: {A: 20 Hz, B: 0 Hz, C: 0 Hz}", 90));
    REQUIRE(recipe.run().exit_code() == 0);
    const auto reader = open_spike_file(recipe.plan().output_path(*recipe.plan().find("b")));
    const std::vector<NodeId>& ids = recipe.plan().network->population("cells")->node_ids();
    SpikeStatsRequest request;
    request.window = TimeWindow{0, 1000};
    request.node_ids = std::span<const NodeId>(ids);
    const PopulationSpikeStats stats = compute_spike_stats(*reader, reader->populations()[0], request);
    std::vector<std::size_t> all(ids.size());
    std::iota(all.begin(), all.end(), 0);
    const GroupSpikeStats summary = summarise(stats, all);
    CHECK(summary.nodes == 90);
    CHECK(summary.silent_nodes >= 60);
    CHECK(summary.mean_rate_hz == doctest::Approx(static_cast<double>(stats.spikes) / 90));
  }

  TEST_CASE("peer defect: the whole train is held in memory and ids above 2^32 fail; here ids are 64-bit throughout") {
    // Memory is measured where it shows (tests/bench); ids are what a file must carry.
    stimgen::testing::TempFolder folder;
    const auto sink = create_spike_file(folder / "x.h5", {});
    sink->begin_population("p", SpikeOrder::by_id);
    SpikeBlock block;
    block.node_ids = {1, (NodeId{1} << 33) + 5, ~NodeId{0}};
    block.timestamps_ms = {1, 2, 3};
    sink->append(block);
    sink->finish();
    CHECK(open_spike_file(folder / "x.h5")->read("p", 0, 3).node_ids == block.node_ids);
  }
}
