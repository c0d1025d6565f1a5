// Names that users choose: whatever they are, nothing that is said of a task goes by the name of something else.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "support/planned_recipe.hpp"
#include "support/sonata_fixture.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using testing::PlannedRecipe;

// Values of a property that are keys or words of the language, or that end as what is said of a group.
const std::vector<std::string> kAwkward = {"others", "all",  "silent", "mean", "a",   "a nodes", "a rate", "group a",
                                           "",       "true", "~",      "1.0",  "1e6", "1000000", "x.y",    "\"a\""};

std::string quoted(const std::string& text) {
  return fmt::format("'{}'", text);
}

std::string grouped_recipe(const std::string& others) {
  std::string values, rates;
  for (std::size_t i = 0; i < kAwkward.size(); ++i) {
    values += (i == 0 ? "" : ", ") + quoted(kAwkward[i]);
    rates += fmt::format("{}{}: {} Hz", i == 0 ? "" : ", ", quoted(kAwkward[i]), i + 1);
  }
  return fmt::format(
      "stimgen: 1\nseeds: 1\ntime: {{stop: 1 s}}\n"
      "networks: {{populations: {{cells: {{nodes: 34, properties: {{p: {{cycle: [{}, rest]}}}}}}}}}}\n"
      "backgrounds: {{b: {{population: cells, group_by: p, rates: {{{}}}, others: {}}}}}\n",
      values, rates, others);
}

void check_names_once(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  for (std::size_t i = 1; i < names.size(); ++i) CHECK_MESSAGE(names[i - 1] != names[i], names[i]);
}

template <class Pairs>
std::vector<std::string> first_of(const Pairs& pairs) {
  std::vector<std::string> names;
  for (const auto& [name, value] : pairs) names.push_back(name);
  return names;
}

const Task& task_of(const PlannedRecipe& recipe, const std::string& name) {
  REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
  return *recipe.plan().find(name);
}

TEST_SUITE("plan") {
  TEST_CASE("names: groups called as keys of the language are told from them") {
    const PlannedRecipe recipe(grouped_recipe("40 Hz"));
    const Task& task = task_of(recipe, "b");
    CHECK(task.settings.size() > 2 * kAwkward.size() + 2);
    check_names_once(first_of(task.settings));
    check_names_once(first_of(task.keys));
    const SourceGroups groups = task.sampled()->groups();
    CHECK(groups.labels.size() == kAwkward.size() + 1);
    check_names_once(groups.labels);
    CHECK(groups.labels.back() == "others (unlisted)");
  }

  TEST_CASE("names: what a group 'others' and the key 'others' say is not exchanged") {
    const auto described = [](const std::string& listed, const std::string& others) {
      const PlannedRecipe recipe(
          fmt::format("stimgen: 1\nseeds: 1\ntime: {{stop: 1 s}}\n"
                      "networks: {{populations: {{cells: {{nodes: 4, properties: {{p: {{cycle: [others, x]}}}}}}}}}}\n"
                      "backgrounds: {{b: {{population: cells, group_by: p, rates: {{others: {}}}, others: {}}}}}\n",
                      listed, others));
      const Task& task = task_of(recipe, "b");
      return std::pair(std::map<std::string, std::string>(task.settings.begin(), task.settings.end()),
                       task.fingerprint);
    };
    const auto [settings, fingerprint] = described("5 Hz", "8 Hz");
    const auto [swapped, other] = described("8 Hz", "5 Hz");
    CHECK(fingerprint != other);
    CHECK(settings.at("group others rate") == swapped.at("others rate"));
    CHECK(settings.at("others rate") == swapped.at("group others rate"));
    CHECK(settings.at("others rate") != swapped.at("others rate"));
    CHECK(described("5000e-3", "0.008 kHz").second == fingerprint);
  }

  TEST_CASE("names: columns and recorded spikes are told apart, whatever they and their populations are called") {
    const testing::TempFolder folder;
    std::vector<testing::FixtureDataset> datasets;
    for (const auto& [population, column] : {std::pair("c", "x of b"), std::pair("b of c", "x")}) {
      for (auto& dataset : testing::plain_population(population, 4)) datasets.push_back(std::move(dataset));
      datasets.push_back({fmt::format("/nodes/{}/0/{}", population, column), testing::Integers{1, 1, 2, 2}});
    }
    testing::write_sonata(folder / "nodes.h5", datasets);
    const PlannedRecipe recipe(
        fmt::format("stimgen: 1\nseeds: 1\ntime: {{stop: 1 s}}\n"
                    "networks: {{files: [{{nodes: {}}}]}}\n"
                    "backgrounds:\n"
                    "  one: {{population: c, where: {{'x of b': 1}}, rate: 5 Hz}}\n"
                    "  two: {{population: b of c, where: {{x: 1}}, rate: 5 Hz}}\n",
                    (folder / "nodes.h5").string()));
    const std::vector<std::string> one = first_of(task_of(recipe, "one").inputs);
    const std::vector<std::string> two = first_of(task_of(recipe, "two").inputs);
    CHECK(one == std::vector<std::string>{"column \"x of b\" of c"});
    CHECK(two == std::vector<std::string>{"column x of \"b of c\""});
  }

  TEST_CASE("names: one name in quotes stands for itself alone") {
    std::set<std::string> texts;
    std::size_t count = 0;
    for (const std::string& a : kAwkward) {
      for (const std::string& b : kAwkward) {
        ++count;
        texts.insert(fmt::format("column {} of {}", canonical_name(a), canonical_name(b)));
        texts.insert(fmt::format("{}.{}", canonical_name(a), canonical_name(b)));
      }
    }
    CHECK(texts.size() == 2 * count);
    CHECK(canonical_name("pop_name") == "pop_name");
  }
}

}  // namespace
}  // namespace stimgen
