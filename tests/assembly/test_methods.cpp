// The grouping methods one by one.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "support/recipe_parts.hpp"

using namespace stimgen;
using namespace stimgen::test;

namespace {

using Labels = std::vector<std::string>;

constexpr const char* kNetwork = R"(
  thal:
    nodes: 12
    properties:
      pulse: {blocks: [10, 9, 2]}
      name: {cycle: [PV, "9", "10", "#a"]}
      depth: {cycle: [1.5, -2, 0]}
      pos_x: {values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 5]}
      pos_y: {values: [0, 0, 0, 0, 0, 0, 10, 10, 10, 10, 10, 5]}
  follower: {nodes: 12, properties: {layer: {cycle: [L4, L5]}}}
  small: {nodes: 3}
)";

// The only problem's code; the set must have failed.
std::string code_of(AssemblyBench& bench, const std::string& yaml) {
  const AssemblySet& set = bench.make("s", yaml);
  INFO(messages(bench.diagnostics()));
  CHECK(set.population == nullptr);
  CHECK(bench.diagnostics().error_count() == 1);
  return bench.diagnostics().items().empty() ? "" : bench.diagnostics().items().front().code;
}

struct CsvFile {
  std::filesystem::path path;
  explicit CsvFile(const std::string& text) {
    static int number = 0;
    path = std::filesystem::temp_directory_path() / ("stimgen_groups_test_" + std::to_string(number++) + ".csv");
    std::ofstream(path) << text;
  }
  ~CsvFile() { std::filesystem::remove(path); }
  std::string recipe() const { return "{method: nodes, population: thal, csv: '" + path.string() + "'}"; }
};

}  // namespace

TEST_SUITE("assembly") {
  TEST_CASE("property: one group a value, numbers in order of number") {
    AssemblyBench bench(kNetwork);
    const auto& set = bench.make("s", "{method: property, population: thal, property: pulse}");
    INFO(messages(bench.diagnostics()));
    CHECK(set.name == "s");
    CHECK(labels_of(set) == Labels{"2", "9", "10"});
    CHECK(groups_of(set) == Groups{{8, 9, 10, 11}, {4, 5, 6, 7}, {0, 1, 2, 3}});
    CHECK(labels_of(bench.make("d", "{method: property, population: thal, property: depth}")) ==
          Labels{"-2", "0", "1.5"});
  }

  TEST_CASE("property: numbers as numbers, then text") {
    AssemblyBench bench(kNetwork);
    CHECK(labels_of(bench.make("s", "{method: property, population: thal, property: name}")) ==
          Labels{"9", "10", "#a", "PV"});
  }

  TEST_CASE("property: where, node_id conditions and defaults of the section") {
    AssemblyBench bench(kNetwork);
    const auto& set =
        bench.make("s", "{property: pulse, where: {node_id: {$lt: 5}}}", "{method: property, population: thal}");
    INFO(messages(bench.diagnostics()));
    CHECK(groups_of(set) == Groups{{4}, {0, 1, 2, 3}});
  }

  TEST_CASE("property: many values in changing order") {
    AssemblyBench bench("{big: {nodes: 9000, properties: {p: {cycle: [7, 3, 5]}, each: {linspace: [0, 8999]}}}}");
    const auto& set = bench.make("s", "{method: property, population: big, property: p}");
    REQUIRE(set.groups.size() == 3);
    CHECK(labels_of(set) == Labels{"3", "5", "7"});
    CHECK(set.groups[0].node_ids.size() == 3000);
    CHECK(set.groups[0].node_ids[1] == 4);
    const auto& singles = bench.make("t", "{method: property, population: big, property: each}");
    REQUIRE(singles.groups.size() == 9000);
    CHECK(singles.groups[4321].node_ids == std::vector<NodeId>{4321});
  }

  TEST_CASE("peer defect: a name with a typo gives an empty file") {
    AssemblyBench bench(kNetwork);
    CHECK(code_of(bench, "{method: property, population: thal, property: puls}") == "network.unknown-column");
    CHECK(messages(bench.diagnostics()).find("did you mean 'pulse'") != std::string::npos);
    CHECK(code_of(bench, "{method: propert, population: thal, property: pulse}") == "recipe.unknown-choice");
    CHECK(messages(bench.diagnostics()).find("did you mean 'property'") != std::string::npos);
    CHECK(code_of(bench, "{method: property, population: thal, proprty: pulse, property: pulse}") ==
          "recipe.unknown-key");
    bench.make("s", "{method: property, population: tal, property: pulse}");
    CHECK(bench.diagnostics().has_errors());
    bench.make("s", "{method: property, population: thal, property: pulse, where: {pulse: 77}}");
    CHECK(bench.diagnostics().has_errors());
    CHECK(code_of(bench, "{population: thal}") == "recipe.missing-key");
  }

  TEST_CASE("random: sizes differ by at most one, the larger ones first; every node once") {
    AssemblyBench bench(kNetwork);
    const auto& set = bench.make("s", "{method: random, population: thal, count: 5}");
    REQUIRE(set.groups.size() == 5);
    CHECK(labels_of(set) == Labels{"0", "1", "2", "3", "4"});
    std::vector<std::size_t> sizes;
    std::set<NodeId> nodes;
    for (const auto& group : set.groups) {
      sizes.push_back(group.node_ids.size());
      CHECK(std::is_sorted(group.node_ids.begin(), group.node_ids.end()));
      nodes.insert(group.node_ids.begin(), group.node_ids.end());
    }
    CHECK(sizes == std::vector<std::size_t>{3, 3, 2, 2, 2});
    CHECK(nodes.size() == 12);
  }

  TEST_CASE("peer defect: all random assemblies of equal size use the same permutation") {
    AssemblyBench bench("{a: {nodes: 100}, b: {nodes: 100}}");
    const Groups first = groups_of(bench.make("first", "{method: random, population: a, count: 4}"));
    CHECK(groups_of(bench.make("second", "{method: random, population: a, count: 4}")) != first);
    CHECK(groups_of(bench.make("third", "{method: random, population: b, count: 4}")) != first);
    AssemblyBench other_seed("{a: {nodes: 100}, b: {nodes: 100}}", 2);
    CHECK(groups_of(other_seed.make("first", "{method: random, population: a, count: 4}")) != first);
  }

  TEST_CASE("random: every node is in every group equally often") {
    // 200 seeds, 3 groups of 4 nodes of 12: counts of a node in group 0 are binomial(200, 1/3); the chi-square of 12
    // counts has mean 12 · (1 − 1/3) · 3/2 · 11/12 = 11; above 32 with probability under 0.001.
    std::vector<double> counts(12, 0);
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      AssemblyBench bench("{a: {nodes: 12}}", seed);
      for (const NodeId id : bench.make("s", "{method: random, population: a, count: 3}").groups[0].node_ids)
        counts[id] += 1;
    }
    double chi_square = 0;
    const double expected = 200.0 / 3;
    for (const double count : counts) chi_square += (count - expected) * (count - expected) / (expected * 2 / 3);
    CHECK(chi_square * 11 / 12 < 32);
  }

  TEST_CASE("random: more groups than nodes") {
    AssemblyBench bench(kNetwork);
    CHECK(code_of(bench, "{method: random, population: small, count: 4}") == "assembly.too-many-groups");
    CHECK(messages(bench.diagnostics()).find("at most 3 groups") != std::string::npos);
    CHECK(code_of(bench, "{method: random, population: small, count: 0}") == "recipe.out-of-range");
  }

  TEST_CASE("grid: rows are x bins, columns y bins; the last cell is closed above") {
    AssemblyBench bench(
        "{g: {nodes: 6, properties: {pos_x: {values: [0, 4.9, 5, 10, 2, 7]}, pos_y: {values: [0, 5, 4.9, 10, "
        "10, 0]}}}}");
    const auto& set =
        bench.make("s", "{method: grid, population: g, ids: [[3, 1], [2, 0]], bounds: {x: [0, 10], y: [0, 10]}}");
    INFO(messages(bench.diagnostics()));
    CHECK(labels_of(set) == Labels{"0", "1", "2", "3"});
    CHECK(groups_of(set) == Groups{{3}, {1, 4}, {2, 5}, {0}});
  }

  TEST_CASE("grid: a node on a border of decimal cells is in the upper one") {
    AssemblyBench bench(
        "{g: {nodes: 10, properties: {pos_x: {values: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]}, "
        "pos_y: 0}}}");
    const auto& set = bench.make("s",
                                 "{method: grid, population: g, ids: [[0], [1], [2], [3], [4], [5], [6], [7], [8]], "
                                 "bounds: {x: [0, 0.9], y: [0, 1]}}");
    INFO(messages(bench.diagnostics()));
    CHECK(groups_of(set) == Groups{{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8, 9}});
  }

  TEST_CASE("grid: bounds as wide as numbers go") {
    AssemblyBench bench("{g: {nodes: 2, properties: {pos_x: {values: [-5, 5]}, pos_y: 0}}}");
    const auto& set =
        bench.make("s", "{method: grid, population: g, ids: [[0], [1]], bounds: {x: [-1e308, 1e308], y: [0, 1]}}");
    CHECK(groups_of(set) == Groups{{0}, {1}});
  }

  TEST_CASE("peer defect: repeated grid ids duplicate the group") {
    AssemblyBench bench(kNetwork);
    const auto& set = bench.make(
        "s", "{method: grid, population: thal, ids: [[7], [-1], [7]], bounds: {x: [0, 9], y: [0, 10]}, outside: drop}");
    INFO(messages(bench.diagnostics()));
    CHECK(labels_of(set) == Labels{"-1", "7"});
    CHECK(groups_of(set) == Groups{{3, 4, 5, 11}, {0, 1, 2, 6, 7, 8, 9}});
  }

  TEST_CASE("peer defect: nodes just outside the grid fall into edge cells, the negative side into cell 0") {
    AssemblyBench bench(
        "{g: {nodes: 4, properties: {pos_x: {values: [-0.5, 0, 10, 10.5]}, pos_y: {values: [1, 1, 1, 1]}}}}");
    const std::string grid = "{method: grid, population: g, ids: [[0], [1]], bounds: {x: [0, 10], y: [0, 2]}";
    CHECK(code_of(bench, grid + "}") == "assembly.outside-grid");
    CHECK(messages(bench.diagnostics()).find("2 nodes") != std::string::npos);
    CHECK(messages(bench.diagnostics()).find("0, 3") != std::string::npos);
    CHECK(groups_of(bench.make("s", grid + ", outside: drop}")) == Groups{{1}, {2}});
  }

  TEST_CASE("grid: other columns and wrong keys") {
    AssemblyBench bench(kNetwork);
    const auto& set = bench.make(
        "s", "{method: grid, population: thal, ids: [[0], [1]], bounds: {x: [0, 10], y: [-2, 2]}, x: pos_x, y: depth}");
    INFO(messages(bench.diagnostics()));
    CHECK(groups_of(set) == Groups{{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9, 10, 11}});
    const auto code = [&](const std::string& keys) {
      return code_of(bench, "{method: grid, population: thal, " + keys + "}");
    };
    CHECK(code("ids: [[0, 1], [2, 3]], bounds: {x: [0, 10], y: [0, 10]}") == "assembly.empty-group");
    CHECK(code("ids: [[0, 1], [2]], bounds: {x: [0, 10], y: [0, 10]}") == "assembly.wrong-matrix");
    CHECK(code("ids: [0, 1], bounds: {x: [0, 10], y: [0, 10]}") == "assembly.wrong-matrix");
    CHECK(code("ids: [[0]], bounds: {x: [10, 0], y: [0, 10]}") == "assembly.wrong-bounds");
    CHECK(code("ids: [[0]], bounds: {x: [10], y: [0, 10]}") == "assembly.wrong-bounds");
    CHECK(code("ids: [[0]], bounds: {x: [0, 10], y: [0, 10]}, y: name") == "assembly.no-position");
    CHECK(code("ids: [[0]], bounds: {x: [0, 10], y: [0, 10]}, y: pos_z") == "network.unknown-column");
  }

  TEST_CASE("peer defect: divided assemblies return nothing") {
    AssemblyBench bench(kNetwork);
    const Groups originals = groups_of(bench.make("whole", "{method: property, population: thal, property: pulse}"));
    const auto& set = bench.make("half", "{method: divide, of: whole, into: 2}");
    INFO(messages(bench.diagnostics()));
    // The originals in turn: a half of each, then the other half of each.
    CHECK(labels_of(set) == Labels{"2/0", "9/0", "10/0", "2/1", "9/1", "10/1"});
    for (std::size_t original = 0; original < 3; ++original) {
      std::vector<NodeId> both = set.groups[original].node_ids;
      CHECK(both.size() == 2);
      const auto& rest = set.groups[original + 3].node_ids;
      both.insert(both.end(), rest.begin(), rest.end());
      std::sort(both.begin(), both.end());
      CHECK(both == originals[original]);
    }
  }

  TEST_CASE("divide: parts are drawn at random, for each set and group anew") {
    AssemblyBench bench("{a: {nodes: 100, properties: {g: {blocks: [0, 1]}}}}");
    bench.make("whole", "{method: property, population: a, property: g}");
    const Groups halves = groups_of(bench.make("halves", "{method: divide, of: whole, into: 2}"));
    REQUIRE(halves.size() == 4);
    CHECK(halves[0].back() > 25);
    CHECK(halves[2].front() < 25);
    std::vector<NodeId> shifted = halves[0];
    for (NodeId& id : shifted) id += 50;
    CHECK(shifted != halves[1]);
    CHECK(groups_of(bench.make("again", "{method: divide, of: whole, into: 2}")) != halves);
  }

  TEST_CASE("divide: sequence names the original of each new group") {
    AssemblyBench bench(kNetwork);
    bench.make("whole", "{method: property, population: thal, property: pulse}");
    const auto& set = bench.make("parts", "{method: divide, of: whole, sequence: [1, 0, 2, 2, 1]}");
    INFO(messages(bench.diagnostics()));
    CHECK(labels_of(set) == Labels{"9/0", "2/0", "10/0", "10/1", "9/1"});
    CHECK(set.groups[1].node_ids == std::vector<NodeId>{8, 9, 10, 11});
    CHECK(set.groups[2].node_ids.size() == 2);
    bench.make("some", "{method: divide, of: whole, sequence: [1]}");
    CHECK(has_code(bench.diagnostics(), "assembly.group-left-out"));
    CHECK(!bench.diagnostics().has_errors());
  }

  TEST_CASE("divide: only the selected nodes are divided, in the population of the other set") {
    AssemblyBench bench("{a: {nodes: 40, properties: {g: {blocks: [0, 1]}, side: {cycle: [l, r]}}}, b: {nodes: 40}}");
    bench.make("whole", "{method: property, population: a, property: g}");
    const auto& set = bench.make("left", "{method: divide, of: whole, where: {side: l}, into: 2}");
    INFO(messages(bench.diagnostics()));
    REQUIRE(set.groups.size() == 4);
    CHECK(set.population->name() == "a");
    const Groups without_population = groups_of(set);
    for (const Assembly& group : set.groups) {
      CHECK(group.node_ids.size() == 5);
      for (const NodeId id : group.node_ids) CHECK(id % 2 == 0);
    }
    CHECK(groups_of(bench.make("left", "{method: divide, of: whole, where: {side: l}, into: 2, population: a}")) ==
          without_population);
    // Defaults are for sets that choose their own nodes.
    CHECK(groups_of(bench.make("left", "{method: divide, of: whole, where: {side: l}, into: 2}", "{population: b}")) ==
          without_population);
    CHECK(groups_of(bench.make("all", "{method: divide, of: whole, into: 2}", "{where: {side: l}}"))[0].size() == 10);
    CHECK(code_of(bench, "{method: divide, of: whole, where: {g: 0}, into: 2}") == "assembly.too-many-groups");
    CHECK(code_of(bench,
                  "{method: divide, of: whole, where: {side: l}, sequence: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}") ==
          "assembly.too-many-groups");
    CHECK(code_of(bench, "{method: divide, of: whole, into: 2, population: b}") == "assembly.other-population");
    CHECK(code_of(bench, "{method: divide, of: whole, into: 2, population: c}") == "network.unknown-population");
  }

  TEST_CASE("divide: wrong keys") {
    AssemblyBench bench(kNetwork);
    bench.make("whole", "{method: property, population: thal, property: pulse}");
    CHECK(code_of(bench, "{method: divide, of: whole}") == "recipe.missing-key");
    CHECK(code_of(bench, "{method: divide, of: whole, into: 2, sequence: [0]}") == "recipe.two-ways");
    CHECK(code_of(bench, "{method: divide, of: whole, sequence: [3]}") == "assembly.no-such-group");
    CHECK(code_of(bench, "{method: divide, of: whole, into: 5}") == "assembly.too-many-groups");
    CHECK(code_of(bench, "{method: divide, of: whole, sequence: []}") == "assembly.no-groups");
    bench.make("s", "{method: divide, of: nowhere, into: 2}");
    CHECK(bench.other("s")->population == nullptr);
  }

  TEST_CASE("linked: the same positions in another population") {
    AssemblyBench bench(kNetwork);
    bench.make("whole", "{method: property, population: thal, property: pulse}");
    const auto& set = bench.make("linked", "{method: linked, to: whole, population: follower}");
    INFO(messages(bench.diagnostics()));
    CHECK(set.population->name() == "follower");
    CHECK(labels_of(set) == Labels{"2", "9", "10"});
    CHECK(groups_of(set) == Groups{{8, 9, 10, 11}, {4, 5, 6, 7}, {0, 1, 2, 3}});
    CHECK(groups_of(bench.make("l4", "{method: linked, to: whole, population: follower, where: {layer: L4}}")) ==
          Groups{{8, 10}, {4, 6}, {0, 2}});
    CHECK(code_of(bench, "{method: linked, to: whole, population: small}") == "assembly.sizes-differ");
  }

  TEST_CASE("nodes: groups as listed") {
    AssemblyBench bench(kNetwork);
    const auto& set = bench.make("s", "{method: nodes, population: thal, groups: [[5, 2], [11], [0]]}");
    INFO(messages(bench.diagnostics()));
    CHECK(labels_of(set) == Labels{"0", "1", "2"});
    CHECK(groups_of(set) == Groups{{2, 5}, {11}, {0}});
    CHECK(groups_of(bench.make(
              "w", "{method: nodes, population: thal, groups: [[5, 2], [11]], where: {node_id: {$gt: 2}}}")) ==
          Groups{{5}, {11}});
  }

  TEST_CASE("nodes: unknown, repeated and shared nodes are errors at their place") {
    AssemblyBench bench(kNetwork);
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: [[5, 12], [11]]}") == "assembly.unknown-node");
    CHECK(messages(bench.diagnostics()).find("no node 12") != std::string::npos);
    CHECK(bench.diagnostics().items().front().loc.column == 48);
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: [[5, 5]]}") == "assembly.node-twice");
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: [[5], [5]]}") == "assembly.node-twice");
    REQUIRE(bench.diagnostics().items().front().notes.size() == 1);
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: [[5], []]}") == "assembly.empty-group");
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: []}") == "assembly.no-groups");
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: [5]}") == "recipe.wrong-type");
    CHECK(code_of(bench, "{method: nodes, population: thal}") == "recipe.missing-key");
  }

  TEST_CASE("nodes: a CSV file, groups in order of appearance") {
    AssemblyBench bench(kNetwork);
    const CsvFile good("node_id,group\n5,tone\n0,noise\n2,tone\n");
    const auto& set = bench.make("s", good.recipe());
    INFO(messages(bench.diagnostics()));
    CHECK(labels_of(set) == Labels{"tone", "noise"});
    CHECK(groups_of(set) == Groups{{2, 5}, {0}});
    CHECK(code_of(bench, CsvFile("id,group\n5,tone\n").recipe()) == "csv.columns");
    CHECK(code_of(bench, CsvFile("node_id,group\nx,tone\n").recipe()) == "assembly.bad-node-id");
    CHECK(code_of(bench, CsvFile("node_id,group\n5,tone\n5,noise\n").recipe()) == "assembly.node-twice");
    CHECK(messages(bench.diagnostics()).find("line 3") != std::string::npos);
    CHECK(code_of(bench, CsvFile("node_id,group\n").recipe()) == "assembly.no-groups");
  }

  TEST_CASE("fraction: each group keeps its share, halves up, drawn at random") {
    AssemblyBench bench("{a: {nodes: 100, properties: {g: {blocks: [0, 1]}}}}");
    const auto& set = bench.make("s", "{method: property, population: a, property: g, fraction: 0.25}");
    INFO(messages(bench.diagnostics()));
    REQUIRE(set.groups.size() == 2);
    CHECK(set.groups[0].node_ids.size() == 13);  // 12.5
    CHECK(std::is_sorted(set.groups[0].node_ids.begin(), set.groups[0].node_ids.end()));
    CHECK(set.groups[0].node_ids.back() < 50);
    std::vector<NodeId> shifted = set.groups[0].node_ids;
    for (NodeId& id : shifted) id += 50;
    CHECK(shifted != set.groups[1].node_ids);
    const Groups kept = groups_of(set);
    CHECK(groups_of(bench.make("t", "{method: property, population: a, property: g, fraction: 0.25}")) != kept);
    CHECK(groups_of(bench.make("s", "{method: property, population: a, property: g, fraction: 0.25}")) == kept);
  }

  TEST_CASE("fraction: a group that loses every node is an error") {
    AssemblyBench bench(kNetwork);
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: [[1, 2, 3, 4], [5]], fraction: 0.3}") ==
          "assembly.empty-group");
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: [[1]], fraction: 0}") == "assembly.empty-group");
    CHECK(code_of(bench, "{method: nodes, population: thal, groups: [[1]], fraction: 1.5}") == "recipe.out-of-range");
  }
}
