// Backgrounds: who is driven with which rate, and what is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/random.hpp"
#include "run/executor.hpp"
#include "support/planned_recipe.hpp"

using namespace stimgen;
using stimgen::testing::PlannedRecipe;
using stimgen::testing::recipe_head;
using stimgen::testing::TempFolder;

namespace {

NodeRates rates_of(const PlannedRecipe& recipe, const std::string& task) {
  return recipe.plan().find(task)->sampled()->node_rates();
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double stdev(const std::vector<double>& values) {
  const double center = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - center) * (value - center);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

}  // namespace

TEST_SUITE("background") {
  TEST_CASE("every form of a rate gives the mean and the spread it says") {
    struct Case {
      const char* rate;
      double mean_hz, stdev_hz;
    };
    // 40,000 nodes: the standard error of a mean is stdev/200, so 5 of them are 2.5 % of a stdev (one miss in 10^6).
    for (const Case& c : {Case{"3 Hz", 3, 0}, Case{"{mean: 20 Hz, stdev: 2 Hz}", 20, 2}, Case{"[1.9, 1.8]", 1.9, 1.8},
                          Case{"{mean: 2 Hz, stdev: 1.5 Hz, distribution: normal}", 2, 1.5},
                          Case{"{mean: 4, stdev: 3, distribution: gamma}", 4, 3},
                          Case{"{mean: 4, stdev: 2, distribution: uniform}", 4, 2},
                          Case{"{uniform: [2 Hz, 8 Hz]}", 5, 6 / std::sqrt(12.0)}, Case{"{exponential: 5 Hz}", 5, 5},
                          Case{"0.004 kHz", 4, 0}}) {
      const PlannedRecipe recipe(recipe_head(40000) + "backgrounds: {b: {population: cells, rate: " + c.rate + "}}\n");
      REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
      const NodeRates rates = rates_of(recipe, "b");
      CHECK(rates.size() == 40000);
      CAPTURE(c.rate);
      CHECK(std::abs(mean(rates.constant_hz) - c.mean_hz) <= 0.025 * c.stdev_hz + 1e-9);
      CHECK(stdev(rates.constant_hz) == doctest::Approx(c.stdev_hz).epsilon(0.06));
      for (const double rate_hz : rates.constant_hz) REQUIRE(rate_hz >= 0);
      CHECK(recipe.plan().find("b")->expected_spikes == doctest::Approx(40000 * c.mean_hz));
    }
  }

  TEST_CASE("groups get their own rates, others silence or a rate") {
    const std::string head = recipe_head(90);
    const PlannedRecipe silent(
        head + "backgrounds: {b: {population: cells, group_by: kind, rates: {A: 1 Hz, B: 2 Hz}, others: silent}}\n");
    REQUIRE_MESSAGE(silent.problems() == "", silent.problems());
    const NodeRates rates = rates_of(silent, "b");
    REQUIRE(rates.size() == 60);
    for (std::size_t i = 0; i < rates.size(); ++i) CHECK(rates.constant_hz[i] == (rates.node_ids[i] % 3 == 0 ? 1 : 2));
    const PlannedRecipe rest(head +
                             "backgrounds: {b: {population: cells, group_by: kind, rates: {A: 1 Hz}, others: 7 Hz}}\n");
    REQUIRE_MESSAGE(rest.problems() == "", rest.problems());
    const NodeRates all = rates_of(rest, "b");
    REQUIRE(all.size() == 90);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all.constant_hz[i] == (i % 3 == 0 ? 1 : 7));
  }

  TEST_CASE("listed rates: a node property or a CSV file") {
    const PlannedRecipe property(recipe_head(11) +
                                 "backgrounds: {b: {population: cells, rate: {values: {property: rate_hz}}}}\n");
    REQUIRE_MESSAGE(property.problems() == "", property.problems());
    const NodeRates rates = rates_of(property, "b");
    for (std::size_t i = 0; i < rates.size(); ++i) CHECK(rates.constant_hz[i] == static_cast<double>(i));

    const PlannedRecipe missing(recipe_head(2) +
                                "backgrounds: {b: {population: cells, rate: {values: {csv: none.csv}}}}\n");
    CHECK(missing.problems().find("there is no file") != std::string::npos);
    CHECK(missing.problems().find("none.csv") != std::string::npos);
  }

  TEST_CASE("a node's rate depends on the seed, the stream, the node and nothing else") {
    const std::string body = "backgrounds: {b: {population: cells, rate: [20, 2]}}\n";
    const PlannedRecipe small(recipe_head(50) + body);
    const PlannedRecipe large(
        recipe_head(100) +
        "backgrounds: {a: {population: cells, rate: [5, 2]}, b: {population: cells, rate: [20, 2]}}\n");
    const NodeRates few = rates_of(small, "b");
    const NodeRates many = rates_of(large, "b");
    for (std::size_t i = 0; i < few.size(); ++i) CHECK(few.constant_hz[i] == many.constant_hz[i]);
    // Another seed for spikes keeps the rates; another one for the network changes them.
    const PlannedRecipe spikes(recipe_head(50) + body, {"seeds.spikes=77"});
    CHECK(rates_of(spikes, "b").constant_hz == few.constant_hz);
    const PlannedRecipe network(recipe_head(50) + body, {"seeds.network=77"});
    CHECK(rates_of(network, "b").constant_hz != few.constant_hz);
  }

  TEST_CASE("rates are the same whoever draws them, a thread or a pool") {
    const PlannedRecipe recipe(recipe_head(9000) +
                               "backgrounds: {b: {population: cells, group_by: kind, others: silent, rates: "
                               "{A: {values: {property: rate_hz}}, B: [20, 2]}}}\n");
    REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
    const NodeRates alone = rates_of(recipe, "b");
    REQUIRE(alone.size() == 6000);
    CHECK(alone.constant_hz[4000] == doctest::Approx(10.0 * 6000 / 8999));  // of node 6000, a listed one
    for (const unsigned threads : {1u, 3u}) {
      Executor pool(threads);
      const NodeRates together = recipe.plan().find("b")->sampled()->node_rates(&pool);
      CHECK(together.constant_hz == alone.constant_hz);
      CHECK(std::equal(together.node_ids.begin(), together.node_ids.end(), alone.node_ids.begin()));
    }
  }

  TEST_CASE("peer defect: a misspelt group, nodes in no group and 'std' for 'stdev' are errors, not silence") {
    const PlannedRecipe typo(recipe_head() +
                             "backgrounds:\n  b: {population: cells, group_by: kind, rates: {A: 1, B: 2, c: 3}}\n");
    CHECK(typo.problems().find("no selected node of 'cells' has kind 'c'") != std::string::npos);
    CHECK(typo.problems().find("did you mean 'C'?") != std::string::npos);
    CHECK(typo.problems().find("33 of the selected nodes of 'cells' are in no listed group (kind: 'C')") !=
          std::string::npos);
    const PlannedRecipe std_key(recipe_head() + "backgrounds: {b: {population: cells, rate: {mean: 2, std: 3}}}\n");
    CHECK(std_key.problems().find("'std'") != std::string::npos);
    CHECK(std_key.problems().find("did you mean 'stdev'?") != std::string::npos);
  }

  TEST_CASE("a list of rates says at its path all that is wrong in it") {
    TempFolder folder;
    const auto problems = [&](const std::string& text) {
      std::ofstream(folder / "rates.csv") << text;
      return PlannedRecipe(recipe_head(4) +
                           "backgrounds:\n  b:\n    population: cells\n    rate:\n      values: {csv: '" +
                           (folder / "rates.csv").string() + "'}\n")
          .problems();
    };
    CHECK(problems("node_id,rate\n0,1\n1,2\n2,3\n3,4\n") == "");
    const std::string wrong = problems("node_id,rate\n0,1\n1,-2\nx,3\n9,4\n0,5\n2,fast\n");
    for (const char* text :
         {"line 3: '-2' is no rate in Hz", "line 4: 'x' is no node id", "line 5: population 'cells' has no node 9",
          "line 6: node 0 is listed twice", "line 7: 'fast' is no rate in Hz"}) {
      CHECK_MESSAGE(wrong.find(text) != std::string::npos, text, "\n", wrong);
    }
    // As spreadsheets and pandas write them.
    CHECK(problems("\xEF\xBB\xBFnode_id,rate\r\n0.0,1\r\n1.0,2\r\n2,3\r\n3.00,4\r\n,\r\n,\r\n") == "");
    // As `stimgen rates` prints them, and with lines that end as pandas takes them.
    CHECK(problems("node_id,group,rate_hz\n0,all,1\n1,all,2\n2,all,3\n3,all,4.5\n") == "");
    CHECK(problems("node_id,rate_hz,rate\n0,x,1\n1,,2\n2,x,3\n3,x,4.5\n") == "");
    CHECK(problems("node_id,rate\r\r\n0,1\r\r\n1,2\r\r\n2,3\r\r\n3,4") == "");
    CHECK(problems("node_id,rate\r0,1\r1,2\r2,3\r3,4\r") == "");
    CHECK(problems("node_id,rate\r\r\n0,1\r\r\n1,x\r\r\n2,3\r\r\n3,4").find("line 3: 'x' is no rate") !=
          std::string::npos);
    CHECK(problems("node_id,group\n0,all\n").find("but node_id and rate (in Hz) were expected") != std::string::npos);
    for (const auto& [text, said] :
         {std::pair("node_id;rate\n0;1\n", "rates.csv' are separated by ';'"),
          {"node_id\trate\n0\t1\n", "rates.csv' are separated by tabs"},
          {"PK\x03\x04 and more", "is an Excel workbook or another ZIP archive, not CSV"},
          {"\xFF\xFEn", "is UTF-16 text, not CSV in UTF-8"},
          {"node_id,rate\n0.5,1\n", "line 2: '0.5' is no node id"},
          {"node_id,rate\n0,1 Hz\n", "is no rate in Hz: write the number without its unit"}}) {
      CHECK_MESSAGE(problems(text).find(said) != std::string::npos, said, "\n", problems(text));
    }
    const std::string place = ":21: error: '";  // of the path
    CHECK_MESSAGE(wrong.find(place) != std::string::npos, wrong);
    const std::string twice = problems("node_id,rate,rate\n0,1,2\n");
    CHECK_MESSAGE(twice.find(place) != std::string::npos, twice);
    CHECK_MESSAGE(twice.find("has two columns 'rate'") != std::string::npos, twice);
    std::filesystem::remove(folder / "rates.csv");
    const std::string missing = PlannedRecipe(recipe_head(4) +
                                              "backgrounds:\n  b:\n    population: cells\n    rate:\n      values: "
                                              "{csv: nowhere.csv}\n")
                                    .problems();
    CHECK_MESSAGE(missing.find(":21: error: there is no file") != std::string::npos, missing);
  }

  TEST_CASE("'values' names a property or a file, and only one") {
    for (const char* values : {"{}", "{property: rate_hz, csv: rates.csv}"}) {
      for (const std::string rate : {"rate: {values: ", "group_by: kind, rates: {A: {values: "}) {
        const PlannedRecipe recipe(recipe_head() + "backgrounds: {b: {population: cells, " + rate + values +
                                   (rate.starts_with("group_by") ? "}, B: 1, C: 1" : "") + "}}}\n");
        CHECK_MESSAGE(recipe.problems().find("'values' needs either 'property' or 'csv'") != std::string::npos,
                      recipe.problems());
      }
    }
  }

  TEST_CASE("what is wrong in a background is reported in one go") {
    const PlannedRecipe recipe(recipe_head() +
                               "backgrounds:\n"
                               "  a: {population: celsl, group_by: kind, rates: {A: 3 ms, B: -4}, others: silnt, "
                               "process: posson}\n"
                               "  b: {population: cells, rates: {A: 5 ms}, others: 6 ms}\n"
                               "  c: {population: cells, group_by: kindd, rates: {A: 7 ms}}\n"
                               "  d: {population: cells, rate: 8 ms, rates: {A: 9 ms}}\n"
                               "  e: {population: cells, group_by: kind, rates: {A: 1, B: 1, C: 1}, others: 10 ms}\n");
    const std::string& problems = recipe.problems();
    for (const char* text : {"'celsl'", "'3 ms' is a time", "'-4' is negative", "did you mean 'silent'?", "'posson'",
                             "'rates' needs 'group_by'", "'5 ms'", "'6 ms'", "no property 'kindd'", "'7 ms'", "'8 ms'",
                             "'9 ms'", "not both", "'10 ms'"}) {
      CHECK_MESSAGE(problems.find(text) != std::string::npos, text, "\n", problems);
    }
    CHECK_MESSAGE(problems.find("every node is in a listed group") == std::string::npos, problems);
  }

  TEST_CASE("what cannot be is refused with a reason") {
    const auto problems = [](const std::string& background) {
      return PlannedRecipe(recipe_head() + "backgrounds:\n  b: " + background + "\n").problems();
    };
    CHECK(problems("{population: cells}").find("background 'b' has no rate") != std::string::npos);
    CHECK(problems("{population: cells, rate: 1, rates: {A: 1}}").find("either 'rate' or 'rates'") !=
          std::string::npos);
    CHECK(problems("{population: cells, rates: {A: 1}}").find("'rates' needs 'group_by'") != std::string::npos);
    CHECK(problems("{population: cells, rate: -1 Hz}").find("-1 Hz") != std::string::npos);
    CHECK(problems("{population: cels, rate: 1}").find("did you mean 'cells'?") != std::string::npos);
    CHECK(problems("{population: cells, rate: 1, stop: 0 s}").find("ends at 0 s, but begins at 0 s") !=
          std::string::npos);
    CHECK(problems("{population: cells, rate: {mean: 2, stdev: 3, distribution: normal}}")
              .find("background.no-such-distribution") != std::string::npos);
    CHECK(problems("{population: cells, rate: [1, 2, 3]}").find("[mean, stdev]") != std::string::npos);
    const std::string typo = problems("{population: cells, group_by: knd, rates: {A: 1}}");
    CHECK(typo.find(":11:36: error: population 'cells' (the recipe) has no property 'knd' [network.unknown-column]") !=
          std::string::npos);
    CHECK(typo.find("did you mean 'kind'?") != std::string::npos);
    const std::string unknown = problems("{population: cells, rate: {values: {property: hz}}}");
    CHECK(unknown.find("has no property 'hz' [network.unknown-column]") != std::string::npos);
    CHECK(unknown.find("known names: node_id, population, kind, rate_hz") != std::string::npos);
    CHECK(PlannedRecipe("stimgen: 1\nseeds: {network: 1, spikes: 2}\nnetworks: {populations: {cells: {nodes: 3}}}\n"
                        "output: {directory: out}\nbackgrounds: {b: {population: cells, rate: 1}}\n")
              .problems()
              .find("background 'b' has no 'stop', and the recipe has no 'time.stop' [recipe.no-stop]") !=
          std::string::npos);
    CHECK(problems("{population: cells, rate: {values: {property: kind}}}").find("is text") != std::string::npos);
  }

  // What the documents say where they show --set: runs that differ in their rates share their random numbers.
  TEST_CASE("the same seeds at another rate give the same noise") {
    const std::string text = recipe_head(30) + "backgrounds:\n  noise: {population: cells, rate: 20 Hz}\n";
    const auto times_of = [&](const std::vector<std::string>& sets) {
      PlannedRecipe recipe(text, sets);
      recipe.run();
      const SpikeBlock spikes = recipe.spikes("noise").at("cells");
      std::map<NodeId, std::vector<double>> times;
      for (std::size_t i = 0; i < spikes.size(); ++i) times[spikes.node_ids[i]].push_back(spikes.timestamps_ms[i]);
      return times;
    };
    const auto slow = times_of({});
    const auto fast = times_of({"backgrounds.noise.rate=40 Hz"});
    const auto other = times_of({"backgrounds.noise.rate=40 Hz", "seeds.spikes=99"});
    for (const auto& [node, times] : slow) {
      REQUIRE(fast.at(node).size() >= times.size());
      for (std::size_t i = 0; i < times.size(); ++i) CHECK(fast.at(node)[i] == doctest::Approx(times[i] / 2));
      CHECK(other.at(node).front() != doctest::Approx(times.front() / 2));
    }
  }
}
