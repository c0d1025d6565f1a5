// `where`, node sets and connected_to: which nodes they pick, and what is said about mistakes.
#include <doctest/doctest.h>

#include <cmath>

#include <fmt/format.h>

#include "support/network_fixture.hpp"
#include "support/sonata_fixture.hpp"

using namespace stimgen;
using namespace stimgen::testing;
using Strings = std::vector<std::string>;
using Ids = std::vector<NodeId>;

namespace {

// Population "p": nodes 10 … 15. Population "q": nodes 0 … 2 without properties.
struct Nodes : NetworkFixture {
  Nodes() {
    write_sonata(*this / "n.h5", {{"/nodes/p/node_id", Integers{10, 11, 12, 13, 14, 15}},
                                  {"/nodes/p/0/pop_name", Texts{"PN", "PV", "Exc_a", "PN", "inhExc", "4"}},
                                  {"/nodes/p/0/layer", Integers{1, 2, 3, 4, 5, 9007199254740993}},
                                  {"/nodes/p/0/depth", Reals{0.5, 1, 1.5, 2, std::nan(""), -3}},
                                  {"/nodes/q/node_id", Integers{0, 1, 2}}});
    REQUIRE(open("files: [{nodes: n.h5}]") == "");
  }
  Selected where(const std::string& condition) const { return select("{population: p, where: " + condition + "}"); }
  Ids ids(const std::string& condition) const {
    const auto selected = where(condition);
    CHECK(selected.problems == "");
    return selected.ids;
  }
};

}  // namespace

TEST_SUITE("network") {
  TEST_CASE("where: true and false choose in columns that hold nothing else") {
    NetworkFixture net;
    write_sonata(net / "n.h5", {{"/nodes/p/node_type_id", Integers{1, 2, 3}},
                                {"/nodes/p/0/flag", Booleans{{1, 0, 1}}},
                                {"/nodes/p/0/bit", Integers{0, 1, 0}},
                                {"/nodes/p/0/layer", Integers{0, 1, 2}},
                                {"/nodes/p/0/word", Texts{"true", "false", "maybe"}},
                                {"/nodes/p/0/ei", Reals{1, 0, 1}}});
    net.write("t.csv", "node_type_id on\n1 True\n2 False\n3 True\n");
    net.write("sets.json", R"({"flagged": {"flag": true}})");
    REQUIRE(net.open("files: [{nodes: n.h5, node_types: t.csv}]\nnode_sets: sets.json") == "");
    const auto ids = [&](const std::string& condition) {
      const auto selected = net.select("{population: p, where: " + condition + "}");
      CHECK(selected.problems == "");
      return selected.ids;
    };
    CHECK(ids("{flag: true}") == Ids{0, 2});
    CHECK(ids("{flag: False}") == Ids{1});
    CHECK(ids("{flag: [true, false]}") == Ids{0, 1, 2});
    CHECK(ids("{flag: {$neq: true}}") == Ids{1});
    CHECK(ids("{flag: 1}") == Ids{0, 2});
    CHECK(ids("{bit: true}") == Ids{1});
    CHECK(ids("{on: true}") == Ids{0, 2});
    CHECK(ids("{on: True}") == Ids{0, 2});
    CHECK(ids("{on: {$in: [false]}}") == Ids{1});
    CHECK(ids("{on: \"True\"}") == Ids{0, 2});
    CHECK(ids("{word: true}") == Ids{0});
    CHECK(net.select("{population: p, node_set: flagged}").ids == Ids{0, 2});
    // A layer is no flag, and what stands in quotes is text.
    for (const char* const wrong : {"{layer: true}", "{flag: \"true\"}", "{ei: true}", "{flag: yes}"}) {
      CHECK(contains(net.select(fmt::format("{{population: p, where: {}}}", wrong)).problems, "[network.wrong-type]"));
    }
  }

  TEST_CASE("where: values, lists and operators") {
    const Nodes nodes;
    CHECK(nodes.ids("{}") == Ids{10, 11, 12, 13, 14, 15});
    CHECK(nodes.ids("{pop_name: PN}") == Ids{10, 13});
    CHECK(nodes.ids("{pop_name: [PV, PN]}") == Ids{10, 11, 13});
    CHECK(nodes.ids("{pop_name: \"4\"}") == Ids{15});
    CHECK(nodes.ids("{layer: 4}") == Ids{13});
    CHECK(nodes.ids("{layer: [5, 1]}") == Ids{10, 14});
    CHECK(nodes.ids("{layer: 4.0}") == Ids{13});
    CHECK(nodes.ids("{depth: 2}") == Ids{13});
    CHECK(nodes.ids("{depth: [1, 1.5, 0.5]}") == Ids{10, 11, 12});
    CHECK(nodes.ids("{layer: {$gt: 2}}") == Ids{12, 13, 14, 15});
    CHECK(nodes.ids("{layer: {$gt: 2.5, $lte: 4}}") == Ids{12, 13});
    CHECK(nodes.ids("{layer: {$gte: 3, $lt: 5}}") == Ids{12, 13});
    CHECK(nodes.ids("{layer: {$neq: 3}}") == Ids{10, 11, 13, 14, 15});
    CHECK(nodes.ids("{layer: {$eq: 3}}") == Ids{12});
    CHECK(nodes.ids("{layer: {$in: [2, 3]}, depth: {$gt: 1}}") == Ids{12});
    CHECK(nodes.ids("{pop_name: {$neq: PN}}") == Ids{11, 12, 14, 15});
    CHECK(nodes.ids("{pop_name: {$in: [PN]}}") == Ids{10, 13});
    CHECK(nodes.ids("{node_id: [15, 10]}") == Ids{10, 15});
    CHECK(nodes.ids("{node_id: {$gte: 14}}") == Ids{14, 15});
    CHECK(nodes.ids("{population: [p, p]}").size() == 6);
    // A condition that others have emptied is no mistake in this one.
    CHECK(nodes.ids("{layer: [1, 2], pop_name: PV}") == Ids{11});
  }

  TEST_CASE("large integers compare exactly") {
    const Nodes nodes;
    CHECK(nodes.ids("{layer: 9007199254740993}") == Ids{15});
    CHECK(nodes.ids("{layer: {$gt: 9007199254740992}}") == Ids{15});
    CHECK(nodes.where("{layer: 9007199254740992}").codes == Strings{"network.no-match"});
    CHECK(nodes.ids("{layer: {$lt: 1e300}}").size() == 6);
  }

  TEST_CASE("a node without a value fulfils no condition on it") {
    const Nodes nodes;
    CHECK(nodes.ids("{depth: {$lt: 100}}") == Ids{10, 11, 12, 13, 15});
    CHECK(nodes.ids("{depth: {$neq: 1}}") == Ids{10, 12, 13, 15});
  }

  TEST_CASE("$regex searches, as libsonata does") {
    const Nodes nodes;
    CHECK(nodes.ids("{pop_name: {$regex: Exc}}") == Ids{12, 14});
    CHECK(nodes.ids("{pop_name: {$regex: \"^Exc\"}}") == Ids{12});
    CHECK(nodes.ids("{pop_name: {$regex: \"^P[NV]$\"}}") == Ids{10, 11, 13});
    const auto bad = nodes.where("{pop_name: {$regex: \"[\"}}");
    CHECK(contains(bad.problems, "query.yaml:1:44: error: '[' is no regular expression"));
    CHECK(bad.codes == Strings{"network.bad-pattern"});
    CHECK(contains(nodes.where("{layer: {$regex: a}}").problems,
                   "$regex searches in text, but column 'layer' is integer"));
    CHECK(nodes.ids("{pop_name: {$regex: \"^E{0,1}xc|12345\"}}") == Ids{12});
    // A pattern may be long.
    CHECK(nodes.ids("{pop_name: {$regex: \"" + std::string(20000, 'a') + "|^PV$\"}}") == nodes.ids("{pop_name: PV}"));
  }

  TEST_CASE("$regex takes a time linear in the text, so some of what others search is refused") {
    const Nodes nodes;
    for (const char* pattern : {"a{1001}", "a{1,1001}", "(P)\\\\1", "(?=P)V", "P(?!V)"}) {
      CAPTURE(pattern);
      const auto refused = nodes.where(std::string("{pop_name: {$regex: \"") + pattern + "\"}}");
      CHECK(refused.codes == Strings{"network.bad-pattern"});
      CHECK(contains(refused.problems, "there are no look-aheads (?=…) and no references back"));
    }
  }

  // By backtracking the first takes 2^40 steps, the second a stack of a frame for each letter.
  TEST_CASE("$regex: no pattern and no text takes long, or more memory than there is") {
    struct Case {
      std::string pattern, text, match;
    };
    for (const Case& c :
         {Case{"^(a+)+$", std::string(40, 'a') + "!", "aaaa"},
          Case{"^(a|b)*c$", std::string(1000000, 'a') + "d", "abac"}, Case{"(x+x+)+y", std::string(50, 'x'), "zxxy"}}) {
      CAPTURE(c.pattern);
      NetworkFixture nodes;
      write_sonata(nodes / "n.h5", {{"/nodes/p/node_id", Integers{7, 8}}, {"/nodes/p/0/name", Texts{c.text, c.match}}});
      REQUIRE(nodes.open("files: [{nodes: n.h5}]") == "");
      CHECK(nodes.select("{population: p, where: {name: {$regex: \"" + c.pattern + "\"}}}").ids == Ids{8});
    }
  }

  TEST_CASE("mistakes in where are shown at their place, with what to write") {
    const Nodes nodes;
    CHECK(nodes.where("{pop_nam: PN}").problems ==
          "query.yaml:1:25: error: population 'p' (n.h5) has no property 'pop_nam' [network.unknown-column]\n"
          "    1 | {population: p, where: {pop_nam: PN}}\n"
          "      |                         ^~~~~~~\n"
          "      = help: did you mean 'pop_name'?\n"
          "1 error\n");
    const auto type = nodes.where("{pop_name: 4}");
    CHECK(contains(type.problems,
                   "column 'pop_name' is text, so it cannot be compared with the number 4 [network.wrong-type]"));
    CHECK(contains(type.problems, "help: write \"4\" to compare with text"));
    CHECK(contains(nodes.where("{layer: PN}").problems,
                   "column 'layer' is integer, so it cannot be compared with text 'PN'"));
    CHECK(contains(nodes.where("{layer: \"4\"}").problems, "help: write the number without quotes"));
    CHECK(
        contains(nodes.where("{pop_name: {$gt: 4}}").problems, "$gt compares numbers, but column 'pop_name' is text"));
    const auto op = nodes.where("{layer: {$regexp: 4}}");
    CHECK(contains(op.problems, "no operator is called '$regexp' [network.unknown-operator]"));
    CHECK(contains(op.problems, "did you mean '$regex'?"));
    CHECK(contains(nodes.where("{layer: {$gt: [4]}}").problems, "$gt takes one value, not"));
    CHECK(contains(nodes.where("{layer: {$in: 4}}").problems, "$in takes a list, not"));
    CHECK(contains(nodes.where("{layer: }").problems, "'layer' has nothing to compare with"));
    CHECK(contains(nodes.where("{layer: {}}").problems, "expected an operator such as $gt"));
    CHECK(contains(nodes.where("{layer: [[4]]}").problems, "expected a value, not"));
    CHECK(contains(nodes.where("[layer]").problems, "a condition is a mapping of columns to values, not"));
    const auto two = nodes.where("{pop_nam: PN, layer: PN}");
    CHECK(two.codes == Strings{"network.unknown-column", "network.wrong-type"});
  }

  TEST_CASE("a value that no node has is a mistake in a recipe") {
    const Nodes nodes;
    const auto text = nodes.where("{pop_name: [PN, PVV]}");
    CHECK(contains(text.problems, "no node of population 'p' has pop_name 'PVV' [network.no-match]"));
    CHECK(contains(text.problems, "did you mean 'PV'?"));
    CHECK(contains(nodes.where("{layer: [1, 7]}").problems, "no node of population 'p' has layer 7"));
    const auto id = nodes.where("{node_id: [10, 16]}");
    CHECK(contains(id.problems, "population 'p' has no node 16"));
    CHECK(contains(id.problems, "its 6 node ids go from 10 to 15"));
    CHECK(contains(nodes.where("{population: q}").problems, "no node of population 'p' has population 'q'"));
    CHECK(contains(nodes.where("{pop_name: []}").problems, "this selects none of the 6 nodes of population 'p'"));
    CHECK(nodes.where("{layer: 1, pop_name: PV}").codes == Strings{"network.empty-selection"});
  }

  TEST_CASE("read_selection: which population, and all keys together") {
    const Nodes nodes;
    CHECK(nodes.select("{population: q}").ids == Ids{0, 1, 2});
    CHECK(nodes.select("{population: r}").problems ==
          "query.yaml:1:14: error: no population is called 'r' [network.unknown-population]\n"
          "    1 | {population: r}\n"
          "      |              ^\n"
          "      = help: known names: p, q\n"
          "1 error\n");
    CHECK(contains(nodes.select("{where: {layer: 1}}").problems, "the query needs 'population'"));
    CHECK(contains(nodes.select("{population: p, were: {}}").problems, "did you mean 'where'?"));
    Nodes one;
    REQUIRE(one.open("populations: {only: {nodes: 2}}") == "");
    CHECK(one.select("{}").ids == Ids{0, 1});
  }

  TEST_CASE("node sets: basic, compound, for the populations they name") {
    Nodes nodes;
    nodes.write("sets.json", R"({
      "pn": {"population": "p", "pop_name": "PN"},
      "upper": {"population": ["p", "x"], "layer": {"$lte": 2}},
      "q_all": {"population": "q"},
      "some": ["pn", "upper"],
      "everything": ["some", "q_all", "some"],
      "ids": {"node_id": [2, 10, 11, 500]},
      "strict": {"population": "p", "node_id": [10, 500]},
      "none": [],
      "all": {},
      "absent": {"population": "p", "pop_name": ["PN", "Nobody"]},
      "wrong": {"colour": "red"},
      "round": ["pn", "trip"], "trip": ["round"],
      "loose": ["pn", "pnn"]})");
    REQUIRE(nodes.open("files: [{nodes: n.h5}]\nnode_sets: sets.json") == "");
    const auto set = [&](const std::string& population, const std::string& name) {
      return nodes.select("{population: " + population + ", node_set: " + name + "}");
    };
    CHECK(set("p", "pn").ids == Ids{10, 13});
    CHECK(set("p", "upper").ids == Ids{10, 11});
    CHECK(set("p", "some").ids == Ids{10, 11, 13});
    CHECK(set("p", "everything").ids == Ids{10, 11, 13});
    CHECK(set("q", "everything").ids == Ids{0, 1, 2});
    CHECK(set("p", "ids").ids == Ids{10, 11});
    CHECK(set("q", "ids").ids == Ids{2});
    CHECK(set("p", "all").ids.size() == 6);
    CHECK(set("p", "absent").ids == Ids{10, 13});
    CHECK(nodes.select("{population: p, node_set: some, where: {layer: {$gt: 1}}}").ids == Ids{11, 13});
    CHECK(set("q", "pn").codes == Strings{"network.empty-selection"});
    CHECK(set("p", "none").codes == Strings{"network.empty-selection"});
    CHECK(contains(set("p", "strict").problems, "sets.json:8:53: error: population 'p' has no node 500"));
    CHECK(
        contains(set("p", "wrong").problems, "sets.json:12:17: error: population 'p' (n.h5) has no property 'colour'"));
    const auto circle = set("p", "round").problems;
    CHECK(
        contains(circle, "node sets contain each other in a circle: round -> trip -> round [network.node-set-cycle]"));
    CHECK(contains(circle, "needed here"));
    CHECK(contains(set("p", "loose").problems, "sets.json:14:23: error: no node set is called 'pnn'"));
    CHECK(set("p", "pm").problems ==
          "query.yaml:1:27: error: no node set is called 'pm' [network.unknown-node-set]\n"
          "    1 | {population: p, node_set: pm}\n"
          "      |                           ^~\n"
          "      = help: did you mean 'pn'?\n"
          "1 error\n");
  }

  TEST_CASE("node-set files: the same name twice") {
    Nodes nodes;
    nodes.write("a.json", R"({"s": {"population": "p", "layer": 1}})");
    nodes.write("same.json", R"({"s": {"layer": 1, "population": "p"}})");
    nodes.write("other.json", R"({"s": {"population": "p", "layer": 2}})");
    CHECK(nodes.open("node_sets: [a.json, same.json, ./a.json]") == "");
    const auto problems = nodes.open("node_sets: [a.json, other.json]");
    CHECK(contains(problems,
                   "other.json:1:2: error: node set 's' is defined twice, with different content "
                   "[network.duplicate-node-set]"));
    CHECK(contains(problems, "a.json:1:2: note: first here"));
    nodes.write("bad.json", R"({"s": 5})");
    CHECK(contains(nodes.open("node_sets: bad.json"),
                   "node set 's' is the number 5, not an object of conditions or a list"));
    CHECK(contains(nodes.open("node_sets: nope.json"), "node-set file 'nope.json' does not exist"));
    CHECK(contains(nodes.select("{population: p, node_set: s}").problems, "name one as networks.node_sets") == false);
  }

  TEST_CASE("connected_to keeps the sources of edges") {
    const Nodes nodes;
    write_sonata(nodes / "e.h5", {{"/edges/p_to_q/source_node_id", Integers{13, 10, 13, 13}, {}, "p"}});
    write_sonata(nodes / "two.h5", {{"/edges/a/source_node_id", std::vector<std::uint64_t>{11}},
                                    {"/edges/b/source_node_id", Integers{12, 99}},
                                    {"/edges/c/source_node_id", Reals{1}},
                                    {"/edges/d/source_node_id", Integers{}}});
    const auto connected = [&](const std::string& population, const std::string& how) {
      return nodes.select("{population: " + population + ", connected_to: " + how + "}");
    };
    CHECK(connected("p", "{edges: e.h5}").ids == Ids{10, 13});
    CHECK(connected("p", "{edges: e.h5, population: p_to_q}").ids == Ids{10, 13});
    CHECK(connected("p", "{edges: two.h5, population: a}").ids == Ids{11});
    CHECK(nodes.select("{population: p, connected_to: {edges: e.h5}, where: {layer: {$gt: 1}}}").ids == Ids{13});
    CHECK(contains(connected("q", "{edges: e.h5}").problems,
                   "the edges of 'p_to_q' start from nodes of 'p', not of 'q'"));
    const auto several = connected("p", "{edges: two.h5}").problems;
    CHECK(contains(several, "the file has 4 edge populations"));
    CHECK(contains(several, "choose one with population: a or b or c or d"));
    CHECK(contains(connected("p", "{edges: two.h5, population: aa}").problems, "did you mean 'a'?"));
    CHECK(contains(connected("p", "{edges: two.h5, population: b}").problems,
                   "an edge of 'b' starts from node 99, which population 'p' does not have"));
    CHECK(contains(connected("p", "{edges: two.h5, population: c}").problems, "is not a list of integers"));
    CHECK(connected("p", "{edges: two.h5, population: d}").codes == Strings{"network.empty-selection"});
    CHECK(contains(connected("p", "{edges: n.h5}").problems, "not a SONATA edges file: it has no group /edges"));
    CHECK(contains(connected("p", "{edges: nope.h5}").problems,
                   "query.yaml:1:39: error: edges file 'nope.h5' does not exist"));
    CHECK(connected("p", "{population: a}").codes == Strings{"recipe.missing-key"});
  }
}
