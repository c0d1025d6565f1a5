// Which streams a task draws from: those, and no others, are in its fingerprint and its keys.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.hpp"
#include "support/planned_recipe.hpp"

using namespace stimgen;
using stimgen::testing::PlannedRecipe;

namespace {

using Texts = std::vector<std::string>;

constexpr const char* kHead =
    "stimgen: 1\n"
    "seeds: {network: 1, spikes: 2}\n"
    "time: {stop: 1 s}\n"
    "networks:\n"
    "  populations:\n"
    "    cells: {nodes: 60, properties: {kind: {cycle: [A, B]}, drawn: {uniform: [0, 1]}, even: {linspace: [0, 1]}}}\n"
    "output: {directory: out}\n";

const std::string kSets =
    "assemblies:\n"
    "  fixed: {method: property, population: cells, property: kind}\n"
    "  all: {method: nodes, population: cells, groups: [[1, 2, 3, 4]]}\n"
    "  lots: {method: random, population: cells, count: 2}\n"
    "  parts: {method: divide, of: fixed, into: 2}\n"
    "  some: {method: property, population: cells, property: kind, fraction: 0.5}\n"
    "  cut: {method: property, population: cells, where: {drawn: {$lt: 0.5}}, property: kind}\n"
    "  of_cut: {method: divide, of: cut, sequence: [0, 1]}\n";

std::string pattern(const std::string& set) {
  return kSets + "patterns: {p: {type: long, assemblies: " + set + ", on_time: 100 ms, rates: {burst: 50 Hz}}}\n";
}

std::string join(const std::string& keys) {
  return kSets + "patterns: {p: {type: join, assemblies: fixed, on_time: 100 ms, rates: {on: 50 Hz}" + keys + "}}\n";
}

std::string background(const std::string& keys) {
  return "backgrounds: {p: {population: cells, " + keys + "}}\n";
}

struct Found {
  Texts streams, seeds;
  Digest fingerprint;
};

Found look_at(const std::string& body, const std::string& task = "p", const Texts& sets = {}) {
  const PlannedRecipe recipe(kHead + body, sets);
  REQUIRE_MESSAGE(recipe.problems().find("error") == std::string::npos, recipe.problems());
  Found found;
  const Task& made = *recipe.plan().find(task);
  for (const UsedStream& stream : made.streams) found.streams.push_back(stream.label());
  for (const auto& [key, value] : made.keys) {
    if (key.starts_with("seeds.")) found.seeds.push_back(key);
  }
  found.fingerprint = made.fingerprint;
  return found;
}

bool changed_by(const std::string& set, const std::string& body, const std::string& task = "p") {
  return look_at(body, task).fingerprint != look_at(body, task, {set}).fingerprint;
}

constexpr const char* kOtherNetwork = "seeds.network=9";
constexpr const char* kOtherSpikes = "seeds.spikes=9";

}  // namespace

TEST_SUITE("plan") {
  TEST_CASE("streams: a background draws rates only if they are not given") {
    for (const char* given : {"rate: 5 Hz", "rate: [5, 0]", "rate: {uniform: [5, 5]}",
                              "rate: {values: {property: even}}", "group_by: kind, rates: {A: 5, B: [3, 0]}"}) {
      CAPTURE(given);
      const Found found = look_at(background(given));
      CHECK(found.streams == Texts{"spikes"});
      CHECK(found.seeds == Texts{"seeds.spikes"});
      CHECK_FALSE(changed_by(kOtherNetwork, background(given)));
      CHECK(changed_by(kOtherSpikes, background(given)));
    }
    for (const char* drawn :
         {"rate: [5, 2]", "rate: {uniform: [5, 6]}", "rate: {exponential: 5}",
          "group_by: kind, rates: {A: 5, B: [3, 1]}", "group_by: kind, rates: {A: 5}, others: [5, 1]"}) {
      CAPTURE(drawn);
      const Found found = look_at(background(drawn));
      CHECK(found.streams == Texts{"rate", "spikes"});
      CHECK(found.seeds == Texts{"seeds.network", "seeds.spikes"});
      CHECK(changed_by(kOtherNetwork, background(drawn)));
    }
  }

  TEST_CASE("streams: an assembly set has those of what is drawn to make it, and a pattern changes with its set") {
    struct Case {
      const char* set;
      Texts streams;
      bool draws;  // it, or what it needs
    };
    for (const Case& c : {Case{"fixed", {}, false}, Case{"all", {}, false}, Case{"lots", {"assembly"}, true},
                          Case{"parts", {"assembly"}, true}, Case{"some", {"fraction"}, true},
                          Case{"cut", {"property cells/drawn"}, true}, Case{"of_cut", {"assembly"}, true}}) {
      CAPTURE(c.set);
      const Found found = look_at(kSets, c.set);
      CHECK(found.streams == c.streams);
      CHECK(found.seeds == (c.streams.empty() ? Texts{} : Texts{"seeds.network"}));
      CHECK(changed_by(kOtherNetwork, kSets, c.set) == c.draws);
      CHECK_FALSE(changed_by(kOtherSpikes, kSets, c.set));
      // The pattern itself draws spikes alone.
      CHECK(look_at(pattern(c.set)).streams == Texts{"spikes"});
      CHECK(changed_by(kOtherNetwork, pattern(c.set)) == c.draws);
      CHECK(changed_by(kOtherSpikes, pattern(c.set)));
    }
  }

  TEST_CASE("a default that nothing is drawn from is not said, though it is looked at") {
    const auto with = [](const std::string& distribution, const std::string& rate) {
      return look_at("defaults: {backgrounds: {distribution: " + distribution + "}}\n" + background("rate: " + rate))
          .fingerprint;
    };
    for (const char* rate : {"20", "[20, 0]", "{mean: 20, stdev: 0}", "{uniform: [10, 20]}",
                             "{mean: 20, stdev: 5, distribution: lognormal}", "{values: {property: even}}"}) {
      CAPTURE(rate);
      CHECK(with("gamma", rate) == with("normal", rate));
    }
    for (const char* rate : {"[20, 5]", "{mean: 20, stdev: 5}"}) {
      CAPTURE(rate);
      CHECK(with("gamma", rate) != with("normal", rate));
    }
    const PlannedRecipe wrong(kHead + background("rate: 20, distribution: gama"));
    CHECK(wrong.problems().find("there is no distribution 'gama'") != std::string::npos);
  }

  TEST_CASE("a stream is a name, and a number is none") {
    for (const char* wrong : {"1", "01", "-3", "1.0", "\"\"", "\"a b\""}) {
      CAPTURE(wrong);
      const PlannedRecipe recipe(kHead + background(std::string("rate: 20, stream: ") + wrong));
      CHECK(recipe.problems().find("error") != std::string::npos);
    }
    CHECK(PlannedRecipe(kHead + background("rate: 20, stream: frozen-1")).problems() == "");
  }

  TEST_CASE("streams: join draws its order only if that is random") {
    CHECK(look_at(join("")).streams == Texts{"join", "spikes"});
    CHECK(changed_by(kOtherNetwork, join("")));
    CHECK(look_at(join(", order: node_id")).streams == Texts{"spikes"});
    CHECK_FALSE(changed_by(kOtherNetwork, join(", order: node_id")));
  }

  TEST_CASE("streams: a drawn property counts for those who read it, whoever read it first") {
    const std::string readers =
        "backgrounds:\n"
        "  first: {population: cells, where: {drawn: {$gt: 0.1}}, rate: 5}\n"
        "  p: {population: cells, where: {drawn: {$gt: -1}}, rate: 5}\n"  // all nodes, whatever is drawn
        "  listed: {population: cells, rate: {values: {property: drawn}}}\n"
        "  apart: {population: cells, rate: 5}\n"
        "combine: {x: {from: [first, p, listed, apart]}}\n";
    for (const char* task : {"first", "p", "listed"}) {
      CAPTURE(task);
      CHECK(look_at(readers, task).streams == Texts{"property cells/drawn", "spikes"});
      CHECK(changed_by(kOtherNetwork, readers, task));
    }
    CHECK(look_at(readers, "apart").streams == Texts{"spikes"});
    CHECK_FALSE(changed_by(kOtherNetwork, readers, "apart"));
    // A combination draws nothing, and is made of what does.
    CHECK(look_at(readers, "x").streams == Texts{});
    CHECK(changed_by(kOtherNetwork, readers, "x"));
  }

  // Streams declared and streams drawn from are the same: what a task makes depends on no seed that it does not name.
  TEST_CASE("streams: the spikes change with the seeds that a task names, and with no others") {
    const auto spikes = [](const std::string& body, const Texts& sets) {
      PlannedRecipe recipe(kHead + body, sets);
      REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
      CHECK(recipe.run(1, {"p"}).exit_code() == 0);
      return recipe.spikes("p").at("cells").timestamps_ms;
    };
    for (const std::string& body :
         {background("rate: 20"), background("rate: [20, 5]"), background("rate: {values: {property: even}}"),
          background("rate: {values: {property: drawn}}"), pattern("fixed"), pattern("lots"), pattern("parts"),
          pattern("cut"), join(""), join(", order: node_id")}) {
      CAPTURE(body);
      const auto made = spikes(body, {});
      REQUIRE(!made.empty());
      for (const char* seed : {kOtherNetwork, kOtherSpikes}) {
        CAPTURE(seed);
        CHECK((spikes(body, {seed}) != made) == changed_by(seed, body));
      }
    }
  }

  TEST_CASE("streams: keys follow the entry's stream for rates and spikes, and the task's name for the rest") {
    const PlannedRecipe recipe(kHead + kSets +
                               "backgrounds: {b: {population: cells, rate: [5, 2], stream: shared}}\n"
                               "patterns: {p: {type: join, assemblies: fixed, on_time: 100 ms, stream: shared, rates: "
                               "{on: 50 Hz}}}\ncombine: {x: {from: [b, p]}}\n");
    REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
    const auto key = [&](const char* task, std::size_t i) { return recipe.plan().find(task)->streams.at(i).key; };
    CHECK(key("b", 0) == make_stream_key("rate", 1, "shared"));
    CHECK(key("b", 1) == make_stream_key("spikes", 2, "shared"));
    CHECK(key("p", 0) == make_stream_key("join", 1, "p"));
    CHECK(key("p", 1) == make_stream_key("spikes", 2, "shared"));
    CHECK(key("lots", 0) == make_stream_key("assembly", 1, "lots"));
    CHECK(key("some", 0) == make_stream_key("fraction", 1, "some"));
    CHECK(key("cut", 0) == make_stream_key("property", 1, "cells/drawn"));
  }
}
