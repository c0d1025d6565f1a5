// What every grouping method of the table must do.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "support/recipe_parts.hpp"

using namespace stimgen;
using namespace stimgen::test;

namespace {

constexpr const char* kNetwork = R"(
  thal:
    nodes: 60
    properties: {g: {cycle: [2, 0, 1]}, keep: {cycle: [yes, yes, yes, no]}, pos_x: {linspace: [0, 10]}, pos_y: {linspace: [10, 0]}}
  follower: {nodes: 60}
)";

// One recipe a method. A new method adds its row here.
const std::map<std::string, std::string> kSamples{
    {"property", "population: thal, where: {keep: yes}, property: g, fraction: 0.5"},
    {"random", "population: thal, where: {keep: yes}, count: 4, fraction: 0.5"},
    {"grid",
     "population: thal, ids: [[0, 1], [0, 1]], bounds: {x: [0, 10], y: [0, 10]}, x: pos_x, y: pos_y, outside: error, "
     "fraction: 0.5"},
    {"divide", "of: base, where: {keep: yes}, into: 2, fraction: 0.5"},
    {"linked", "population: follower, to: base, fraction: 0.5"},
    {"all", "population: thal, where: {keep: yes}, fraction: 0.5"},
    {"nodes", "population: thal, groups: [[9, 1, 5, 3], [2, 8, 4]], fraction: 0.5"},
};

const AssemblySet& make_sample(AssemblyBench& bench, const AssemblyKind& kind) {
  const std::string name(kind.info.name);
  REQUIRE_MESSAGE(kSamples.count(name) == 1, "no sample for method ", name);
  bench.make("base", "{method: property, population: thal, property: g}");
  return bench.make("sample", "{method: " + name + ", " + kSamples.at(name) + "}");
}

}  // namespace

TEST_SUITE("conformance") {
  TEST_CASE("assemblies: methods and fields are documented, names unique, types known") {
    std::set<std::string_view> types;
    for (const FieldType& type : field_types()) types.insert(type.name);
    std::set<std::string_view> kinds;
    for (const AssemblyKind* kind : assembly_kinds()) {
      CAPTURE(kind->info.name);
      CHECK(kinds.insert(kind->info.name).second);
      CHECK(kind->info.version >= 1);
      CHECK(kind->info.summary.size() > 20);
      CHECK(kind->info.summary.back() == '.');
      std::set<std::string_view> names;
      for (const auto table : {assembly_common_fields(), selection_fields(), kind->info.fields}) {
        for (const FieldDoc& field : table) {
          CAPTURE(field.name);
          CHECK(names.insert(field.name).second);
          CHECK(field.meaning.size() > 10);
          CHECK(!field.example.empty());
          CHECK((types.count(field.type) == 1 || field.type.substr(0, 7) == "choice:"));
        }
      }
    }
  }

  TEST_CASE("assemblies: the choices of 'method' are the kinds") {
    std::vector<std::string> names;
    for (const AssemblyKind* kind : assembly_kinds()) names.emplace_back(kind->info.name);
    CHECK(choice_words(assembly_common_fields().front().type) == names);
  }

  // read_assembly() throws if a declared field was not read.
  TEST_CASE("assemblies: what is declared is read; groups are sorted, disjoint, in the population, not empty") {
    for (const AssemblyKind* kind : assembly_kinds()) {
      CAPTURE(kind->info.name);
      AssemblyBench bench(kNetwork);
      const AssemblySet& set = make_sample(bench, *kind);
      CHECK(messages(bench.diagnostics()) == "");
      REQUIRE(set.population != nullptr);
      REQUIRE(!set.groups.empty());
      std::set<NodeId> seen;
      std::set<std::string> labels;
      for (const Assembly& group : set.groups) {
        CHECK(!group.node_ids.empty());
        CHECK(std::is_sorted(group.node_ids.begin(), group.node_ids.end()));
        CHECK(labels.insert(group.label).second);
        for (const NodeId id : group.node_ids) {
          CHECK(set.population->row_of(id));
          CHECK(seen.insert(id).second);
        }
      }
    }
  }

  TEST_CASE("assemblies: where holds for every node") {
    for (const AssemblyKind* kind : assembly_kinds()) {
      const std::string& sample = kSamples.at(std::string(kind->info.name));
      if (sample.find("keep: yes") == std::string::npos) continue;
      AssemblyBench bench(kNetwork);
      for (const Assembly& group : make_sample(bench, *kind).groups) {
        for (const NodeId id : group.node_ids) CHECK(id % 4 != 3);
      }
    }
  }

  TEST_CASE("assemblies: unrelated sets change nothing") {
    for (const AssemblyKind* kind : assembly_kinds()) {
      CAPTURE(kind->info.name);
      AssemblyBench alone(kNetwork);
      const Groups expected = groups_of(make_sample(alone, *kind));
      AssemblyBench busy(std::string(kNetwork) + "  more: {nodes: 5}\n");
      busy.make("other", "{method: random, population: thal, count: 3}");
      busy.make("another", "{method: random, population: more, count: 2}");
      CHECK(groups_of(make_sample(busy, *kind)) == expected);
    }
  }
}
