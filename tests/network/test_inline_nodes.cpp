// Populations declared in the recipe.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/random.hpp"
#include "support/network_fixture.hpp"

using namespace stimgen;
using namespace stimgen::testing;
using Strings = std::vector<std::string>;

namespace {

struct Inline : NetworkFixture {
  // Population "p" of `count` nodes with one property "x".
  std::string property(std::uint64_t count, const std::string& rule, std::uint64_t seed = 1) {
    return open("populations: {p: {nodes: " + std::to_string(count) + ", properties: {x: " + rule + "}}}", seed);
  }
  Strings values(std::uint64_t count, const std::string& rule) {
    REQUIRE(property(count, rule) == "");
    return texts("p", "x");
  }
  Column::Type type() const { return population("p").column("x")->type; }
};

}  // namespace

TEST_SUITE("network") {
  TEST_CASE("an inline population has ids from 0 and its properties") {
    Inline net;
    REQUIRE(
        net.open("populations:\n  thalamus: {nodes: 3, properties: {pop_name: PN, layer: 4}}\n  bare: {nodes: 2}\n") ==
        "");
    CHECK(net.network().population_names() == Strings{"bare", "thalamus"});
    CHECK(net.population("thalamus").node_ids() == std::vector<NodeId>{0, 1, 2});
    CHECK(net.columns("thalamus") == Strings{"layer:integer:recipe", "pop_name:text:recipe"});
    CHECK(net.columns("bare").empty());
    CHECK(net.population("thalamus").origin() == "the recipe");
    CHECK(net.texts("thalamus", "pop_name") == Strings{"PN", "PN", "PN"});
  }

  TEST_CASE("scalars and lists are typed as in YAML") {
    Inline net;
    CHECK(net.values(2, "4") == Strings{"4", "4"});
    CHECK(net.type() == Column::Type::integer);
    CHECK(net.values(2, "\"4\"") == Strings{"4", "4"});
    CHECK(net.type() == Column::Type::text);
    CHECK(net.values(1, "4.5") == Strings{"4.5"});
    CHECK(net.type() == Column::Type::real);
    CHECK(net.values(1, "true") == Strings{"true"});
    CHECK(net.values(3, "{values: [1, 2.5, -3]}") == Strings{"1", "2.5", "-3"});
    CHECK(net.type() == Column::Type::real);
    CHECK(net.values(3, "{values: [L4, 5, null]}") == Strings{"L4", "5", "-"});
    CHECK(net.type() == Column::Type::text);
  }

  TEST_CASE("blocks and cycle") {
    Inline net;
    CHECK(net.values(8, "{blocks: [0, 1, 2, 3]}") == Strings{"0", "0", "1", "1", "2", "2", "3", "3"});
    CHECK(net.values(5, "{blocks: [a, b]}") == Strings{"a", "a", "a", "b", "b"});
    for (const std::uint64_t count : {7, 10, 11, 240}) {
      const auto values = net.values(count, "{blocks: [0, 1, 2]}");
      std::map<std::string, std::size_t> sizes;
      for (const auto& value : values) ++sizes[value];
      std::set<std::size_t> different;
      for (const auto& [value, size] : sizes) different.insert(size);
      CHECK(*different.rbegin() - *different.begin() <= 1);
      CHECK(std::is_sorted(values.begin(), values.end()));
    }
    CHECK(net.values(5, "{cycle: [L4, L5]}") == Strings{"L4", "L5", "L4", "L5", "L4"});
    CHECK(net.values(2, "{cycle: [1, 2, 3]}") == Strings{"1", "2"});
  }

  TEST_CASE("linspace includes both ends") {
    Inline net;
    CHECK(net.values(5, "{linspace: [-300, 300]}") == Strings{"-300", "-150", "0", "150", "300"});
    CHECK(net.type() == Column::Type::real);
    CHECK(net.values(3, "{linspace: [1, 0]}") == Strings{"1", "0.5", "0"});
    CHECK(net.values(1, "{linspace: [2, 3]}") == Strings{"2"});
    const auto column = [&] {
      REQUIRE(net.property(50, "{linspace: [0.1, 0.7]}") == "");
      return net.population("p").column("x");
    }();
    CHECK(column->reals.back() == 0.7);
  }

  TEST_CASE("uniform is drawn from seeds.network, a node at a time") {
    Inline net;
    REQUIRE(net.property(1000, "{uniform: [-300, 300]}", 42) == "");
    const auto values = net.population("p").column("x")->reals;
    const StreamKey key = make_stream_key("property", 42, "p/x");
    for (const NodeId id : {NodeId{0}, NodeId{1}, NodeId{999}}) {
      CHECK(values[id] == -300 + 600 * uniform_open01(philox_block(key, id, 0)[0]));
    }
    double sum = 0;
    for (const double value : values) {
      CHECK((value > -300 && value < 300));
      sum += value;
    }
    CHECK(std::abs(sum / 1000) < 4 * 600 / std::sqrt(12.0 * 1000));  // four standard errors
    REQUIRE(net.property(500, "{uniform: [-300, 300]}", 42) == "");
    const auto fewer = net.population("p").column("x")->reals;
    CHECK(std::equal(fewer.begin(), fewer.end(), values.begin()));
    REQUIRE(net.property(1000, "{uniform: [-300, 300]}", 43) == "");
    CHECK(net.population("p").column("x")->reals != values);
  }

  TEST_CASE("mistakes are shown at their place") {
    Inline net;
    CHECK(net.property(4, "{block: [1, 2]}") ==
          "r.yaml:1:46: error: a property is not made by 'block' [network.bad-property]\n"
          "    1 | populations: {p: {nodes: 4, properties: {x: {block: [1, 2]}}}}\n"
          "      |                                              ^~~~~\n"
          "      = help: did you mean 'blocks'?\n"
          "1 error\n");
    CHECK(contains(net.property(2, "{blocks: [1, 2, 3]}"), "3 blocks for 2 nodes: some would be empty"));
    CHECK(contains(net.property(2, "{values: [1]}"), "'values' has 1 values, but the population has 2 nodes"));
    CHECK(contains(net.property(2, "[1, 2]"), "write {blocks: […]}, {cycle: […]} or {values: […]}"));
    CHECK(contains(net.property(2, "{cycle: []}"), "'cycle' takes a list of values"));
    CHECK(contains(net.property(2, "{cycle: 3}"), "'cycle' takes a list of values"));
    CHECK(contains(net.property(2, "{cycle: [[1]]}"), "expected a value, not"));
    CHECK(contains(net.property(2, "{uniform: [1]}"), "'uniform' takes two numbers [low, high], not 1 values"));
    CHECK(contains(net.property(2, "{uniform: [a, 2]}"), "r.yaml:1:56: error:"));
    CHECK(contains(net.property(2, "{uniform: [2, 1]}"), "write [1, 2]"));
    CHECK(contains(net.property(2, "{uniform: [-1e308, 1e308]}"), "too wide"));
    CHECK(contains(net.property(2, "{cycle: [1], blocks: [2]}"), "property 'x' needs a value, or one of blocks"));
    CHECK(contains(net.property(2, ""), "property 'x' needs a value"));
    CHECK(contains(net.property(2000000000, "1"), "at most 1,000,000,000 nodes"));
    CHECK(contains(net.property(0, "1"), "error"));
    CHECK(contains(net.open("populations: {p: {nodes: 2, properties: {node_id: 3}}}"), "every node has it already"));
    CHECK(contains(net.open("populations: {p: {nodes: 2, properties: {a b: 3}}}"), "'a b' is no name"));
    CHECK(contains(net.open("populations: {\"p q\": {nodes: 2}}"), "'p q' is no name"));
    CHECK(contains(net.open("populations: {p: {node: 2}}"), "did you mean 'nodes'?"));
    CHECK(contains(net.open("populations: {p: 5}"), "population 'p' is a mapping of keys, not"));
  }

  TEST_CASE("the tables of the section name only types that exist") {
    for (const SectionDoc& section : network_docs()) {
      CHECK_FALSE(section.summary.empty());
      for (const FieldDoc& field : section.fields) {
        CAPTURE(field.name);
        CHECK(find_field_type(field.type) != nullptr);
        CHECK_FALSE(field.meaning.empty());
        CHECK_FALSE(field.example.empty());
      }
    }
  }
}
