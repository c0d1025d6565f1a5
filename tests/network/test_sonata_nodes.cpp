// SONATA nodes files: every layout the format allows, and what is said about damaged ones.
#include <doctest/doctest.h>

#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include <fmt/format.h>

#include "support/hdf5_fixture.hpp"
#include "support/network_fixture.hpp"
#include "support/sonata_fixture.hpp"

using namespace stimgen;
using namespace stimgen::testing;
using Strings = std::vector<std::string>;

namespace {

std::vector<FixtureDataset> with(std::vector<FixtureDataset> base, const std::vector<FixtureDataset>& more) {
  base.insert(base.end(), more.begin(), more.end());
  return base;
}

// Opens one nodes file, perhaps with node types.
struct OneFile : NetworkFixture {
  std::string open_file(const std::vector<FixtureDataset>& datasets, const std::string& types = "") {
    write_sonata(*this / "n.h5", datasets);
    if (!types.empty()) write("t.csv", types);
    return open(types.empty() ? "files: [{nodes: n.h5}]" : "files: [{nodes: n.h5, node_types: t.csv}]");
  }
  // What is said to someone who asks for nodes of population p of such a file, which itself is opened without a word.
  std::string said_of_p(const std::vector<FixtureDataset>& datasets) {
    REQUIRE(open_file(datasets) == "");
    return select("{population: p}").problems;
  }
};

}  // namespace

TEST_SUITE("network") {
  TEST_CASE("columns of every type, with the node types under them") {
    OneFile net;
    REQUIRE(net.open_file(with(plain_population("p", 3),
                               {{"/nodes/p/0/count", Integers{7, -8, 9}},
                                {"/nodes/p/0/narrow", std::vector<std::int32_t>{1, 2, 3}},
                                {"/nodes/p/0/depth", Reals{0.5, std::numeric_limits<double>::quiet_NaN(), 1e300}},
                                {"/nodes/p/0/single", std::vector<float>{0.5F, 0.25F, 2}},
                                {"/nodes/p/0/pop_name", Texts{"PN", "", "Größe µ"}},
                                {"/nodes/p/0/fixed", FixedTexts{{"a", "abc", ""}}},
                                {"/nodes/p/0/flag", Booleans{{1, 0, 1}}},
                                {"/nodes/p/0/dynamics_params/tau", Reals{1, 2, 3}}}),
                          "node_type_id model note pop_name\n100 virtual \"two words\" X\n") == "");
    CHECK(net.network().population_names() == Strings{"p"});
    CHECK(net.population("p").size() == 3);
    CHECK(net.columns("p") == Strings{"count:integer:nodes", "depth:real:nodes", "dynamics_params.tau:real:nodes",
                                      "fixed:text:nodes", "flag:integer:nodes", "model:text:node types",
                                      "narrow:integer:nodes", "node_type_id:integer:nodes", "note:text:node types",
                                      "pop_name:text:nodes", "single:real:nodes"});
    CHECK(net.texts("p", "count") == Strings{"7", "-8", "9"});
    CHECK(net.texts("p", "depth") == Strings{"0.5", "-", "1e+300"});
    CHECK(net.texts("p", "single") == Strings{"0.5", "0.25", "2"});
    CHECK(net.texts("p", "pop_name") == Strings{"PN", "", "Größe µ"});
    CHECK(net.texts("p", "fixed") == Strings{"a", "abc", ""});
    CHECK(net.texts("p", "flag") == Strings{"1", "0", "1"});
    CHECK(net.texts("p", "dynamics_params.tau") == Strings{"1", "2", "3"});
    CHECK(net.texts("p", "note") == Strings{"two words", "two words", "two words"});
    CHECK(net.texts("p", "node_type_id") == Strings{"100", "100", "100"});
    CHECK(net.texts("p", "node_id") == Strings{"0", "1", "2"});
    CHECK(net.texts("p", "population") == Strings{"p", "p", "p"});
    CHECK(net.population("p").column("tau") == nullptr);
    CHECK(net.population("p").origin() == (net / "n.h5").string());
    CHECK(net.population("p").column("count") == net.population("p").column("count"));
  }

  TEST_CASE("several populations in a file, each with its own columns") {
    OneFile net;
    REQUIRE(net.open_file(
                with(plain_population("b", 2), with(plain_population("a", 1), {{"/nodes/a/0/x", Reals{5}}}))) == "");
    CHECK(net.network().population_names() == Strings{"a", "b"});
    CHECK(net.network().population("c") == nullptr);
    CHECK(net.texts("a", "x") == Strings{"5"});
    CHECK(net.population("b").column("x") == nullptr);
    CHECK(net.population("b").size() == 2);
  }

  TEST_CASE("node groups: values come from the group and row that a node names") {
    OneFile net;
    REQUIRE(net.open_file({{"/nodes/p/node_id", Integers{0, 1, 2, 3, 4}},
                           {"/nodes/p/node_type_id", Integers{1, 2, 1, 2, 3}},
                           {"/nodes/p/node_group_id", Integers{4, 0, 4, 0, 0}},
                           {"/nodes/p/node_group_index", Integers{1, 2, 0, 0, 1}},
                           {"/nodes/p/0/v", Integers{10, 11, 12}},
                           {"/nodes/p/4/v", Reals{0.5, 1.5}},
                           {"/nodes/p/0/name", Texts{"a", "b", "c"}},
                           {"/nodes/p/4/only", Integers{8, 9}}},
                          "node_type_id name only\n1 T1 NULL\n2 T2 20\n3 T3 30\n") == "");
    CHECK(net.texts("p", "v") == Strings{"1.5", "12", "0.5", "10", "11"});
    CHECK(net.population("p").column("v")->type == Column::Type::real);
    CHECK(net.texts("p", "name") == Strings{"T1", "c", "T1", "a", "b"});
    CHECK(net.texts("p", "only") == Strings{"9", "20", "8", "20", "30"});
  }

  TEST_CASE("an own value counts even where it is NaN; a column that some groups lack is missing there") {
    OneFile net;
    REQUIRE(net.open_file({{"/nodes/p/node_type_id", Integers{1, 1, 1}},
                           {"/nodes/p/node_group_id", Integers{0, 0, 1}},
                           {"/nodes/p/node_group_index", Integers{0, 1, 0}},
                           {"/nodes/p/0/depth", Reals{1, std::nan("")}},
                           {"/nodes/p/0/own", Integers{3, 4}},
                           {"/nodes/p/1/other", Integers{0}}},
                          "node_type_id depth\n1 7.5\n") == "");
    CHECK(net.texts("p", "depth") == Strings{"1", "-", "7.5"});
    CHECK(net.texts("p", "own") == Strings{"3", "4", "-"});
    CHECK(net.population("p").column("own")->missing == std::vector<std::uint8_t>{0, 0, 1});
  }

  TEST_CASE("text wins over numbers where groups and types disagree") {
    OneFile net;
    REQUIRE(net.open_file({{"/nodes/p/node_type_id", Integers{1, 1, 2}},
                           {"/nodes/p/node_group_id", Integers{0, 0, 1}},
                           {"/nodes/p/node_group_index", Integers{0, 1, 0}},
                           {"/nodes/p/0/layer", Integers{4, 5}},
                           {"/nodes/p/0/code", Integers{1, 2}},
                           {"/nodes/p/1/x", Reals{0}}},
                          "node_type_id layer code\n1 L1 NULL\n2 L2/3 NULL\n") == "");
    CHECK(net.population("p").column("layer")->type == Column::Type::text);
    CHECK(net.texts("p", "layer") == Strings{"4", "5", "L2/3"});
    CHECK(net.population("p").column("code")->type == Column::Type::integer);
    CHECK(net.texts("p", "code") == Strings{"1", "2", "-"});
  }

  TEST_CASE("without node_id the ids are 0 to N - 1, without group columns the only group is taken in order") {
    OneFile net;
    REQUIRE(net.open_file({{"/nodes/p/node_type_id", Integers{-1, -1, -1}}, {"/nodes/p/0/v", Integers{5, 6, 7}}}) ==
            "");
    CHECK(net.population("p").node_ids() == std::vector<NodeId>{0, 1, 2});
    CHECK(net.texts("p", "v") == Strings{"5", "6", "7"});
  }

  TEST_CASE("unsorted node ids: the table is in order of ids") {
    OneFile net;
    for (const std::int64_t far : Integers{3, 4'000'000'000}) {  // near ids are placed, far ones sorted
      REQUIRE(net.open_file({{"/nodes/p/node_id", Integers{far, 0, 2}},
                             {"/nodes/p/node_type_id", Integers{1, 2, 3}},
                             {"/nodes/p/node_group_id", Integers{0, 0, 0}},
                             {"/nodes/p/node_group_index", Integers{2, 1, 0}},
                             {"/nodes/p/0/v", Integers{20, 10, 30}}},
                            "node_type_id t\n1 far\n2 zero\n3 two\n") == "");
      CHECK(net.population("p").node_ids() == std::vector<NodeId>{0, 2, static_cast<NodeId>(far)});
      CHECK(net.texts("p", "v") == Strings{"10", "20", "30"});
      CHECK(net.texts("p", "t") == Strings{"zero", "two", "far"});
      CHECK(net.texts("p", "node_type_id") == Strings{"2", "3", "1"});
      CHECK(net.population("p").row_of(2) == 1);
      CHECK(net.population("p").row_of(static_cast<NodeId>(far)) == 2);
      CHECK_FALSE(net.population("p").row_of(1));
    }
  }

  TEST_CASE("enumerations and positions") {
    OneFile net;
    REQUIRE(net.open_file(
                with(plain_population("p", 2), {{"/nodes/p/0/mtype", Integers{1, 0}},
                                                {"/nodes/p/0/@library/mtype", Texts{"L4_PC", "L5_TTPC", "unused"}},
                                                {"/nodes/p/0/positions", Reals{1, 2, 3, 4, 5, 6}, {2, 3}},
                                                {"/nodes/p/0/pos_y", Reals{20, 50}},
                                                {"/nodes/p/0/x", Reals{-1, -2}}})) == "");
    CHECK(net.texts("p", "mtype") == Strings{"L5_TTPC", "L4_PC"});
    CHECK(net.population("p").column("mtype")->dictionary == Strings{"L4_PC", "L5_TTPC"});
    CHECK(net.texts("p", "pos_x") == Strings{"1", "4"});
    CHECK(net.texts("p", "pos_y") == Strings{"20", "50"});
    CHECK(net.texts("p", "pos_z") == Strings{"3", "6"});
    CHECK(net.texts("p", "x") == Strings{"-1", "-2"});
  }

  TEST_CASE("datasets with several values a node are refused, but only when used") {
    OneFile net;
    REQUIRE(
        net.open_file(with(plain_population("p", 2), {{"/nodes/p/0/rotation", Reals{1, 2, 3, 4, 5, 6, 7, 8}, {2, 4}},
                                                      {"/nodes/p/0/v", Integers{1, 2}}})) == "");
    CHECK(net.columns("p") == Strings{"node_type_id:integer:nodes", "v:integer:nodes"});
    CHECK(net.texts("p", "v") == Strings{"1", "2"});
    CHECK(net.column_error("p", "rotation") == "n.h5: /nodes/p/0/rotation holds 2 x 4 values; expected one a node");
    CHECK(net.population("p").unusable_columns() ==
          std::map<std::string, std::string>{
              {"rotation", "/nodes/p/0/rotation holds 2 x 4 values; expected one a node"}});
  }

  // LGN models of the Allen Institute have positions on a screen.
  TEST_CASE("positions of two columns are pos_x and pos_y; of another number they say why there are none") {
    OneFile net;
    REQUIRE(net.open_file(with(plain_population("p", 2), {{"/nodes/p/0/positions", Reals{1, 2, 3, 4}, {2, 2}}})) == "");
    CHECK(net.columns("p") == Strings{"node_type_id:integer:nodes", "pos_x:real:nodes", "pos_y:real:nodes"});
    CHECK(net.texts("p", "pos_x") == Strings{"1", "3"});
    CHECK(net.texts("p", "pos_y") == Strings{"2", "4"});
    // Whole numbers, and rows in another order.
    REQUIRE(net.open_file(
                {{"/nodes/p/node_id", Integers{9, 4}}, {"/nodes/p/0/positions", Integers{1, 2, 3, 4}, {2, 2}}}) == "");
    CHECK(net.texts("p", "pos_y") == Strings{"4", "2"});
    for (const std::uint64_t columns : {std::uint64_t{1}, std::uint64_t{4}}) {
      REQUIRE(
          net.open_file(with(plain_population("p", 2), {{"/nodes/p/0/positions", Reals(2 * columns, 0.5), {2, columns}},
                                                        {"/nodes/p/0/pos_y", Reals{7, 8}}})) == "");
      CHECK(net.columns("p") == Strings{"node_type_id:integer:nodes", "pos_y:real:nodes"});
      for (const char* const name : {"positions", "pos_x", "pos_z"}) {
        CHECK(net.column_error("p", name) ==
              fmt::format("n.h5: /nodes/p/0/positions holds 2 x {} values; expected one a node", columns));
      }
    }
    REQUIRE(net.open_file(with(plain_population("p", 2), {{"/nodes/p/0/positions", Reals(12, 0.5), {2, 2, 3}}})) == "");
    CHECK(contains(net.column_error("p", "pos_x"), "holds 2 x 2 x 3 values"));
  }

  TEST_CASE("a population without nodes") {
    OneFile net;
    REQUIRE(net.open_file(with(plain_population("p", 0), {{"/nodes/p/0/v", Integers{}}, {"/nodes/p/0/s", Texts{}}})) ==
            "");
    CHECK(net.population("p").size() == 0);
    CHECK(net.texts("p", "v").empty());
    CHECK(net.texts("p", "s").empty());
    CHECK(net.texts("p", "population").empty());
    CHECK(contains(net.select("{population: p}").problems, "population 'p' has no nodes"));
  }

  TEST_CASE("damaged values are named when they are read") {
    OneFile net;
    REQUIRE(net.open_file({{"/nodes/p/node_id", Integers{4, 1, 4}}, {"/nodes/p/0/v", Integers{1, 2, 3}}}) == "");
    CHECK(net.column_error("p", "v") == "n.h5: /nodes/p/node_id has node 4 more than once");

    REQUIRE(net.open_file({{"/nodes/p/node_type_id", Integers{1, 1}},
                           {"/nodes/p/node_group_id", Integers{0, 0}},
                           {"/nodes/p/node_group_index", Integers{0, 12}},
                           {"/nodes/p/0/v", Integers{1, 2, 3}}}) == "");
    CHECK(net.column_error("p", "v") == "n.h5: row 1 of /nodes/p belongs to row 12 of its group 0, which has 3 rows");

    REQUIRE(net.open_file({{"/nodes/p/node_type_id", Integers{1, 1}},
                           {"/nodes/p/node_group_id", Integers{0, 2}},
                           {"/nodes/p/node_group_index", Integers{0, 0}},
                           {"/nodes/p/0/v", Integers{1}},
                           {"/nodes/p/1/v", Integers{1}}}) == "");
    CHECK(net.column_error("p", "v") ==
          "n.h5: /nodes/p/node_group_id is 2 in row 1, but the groups of the population are 0, 1");

    REQUIRE(net.open_file(with(plain_population("p", 2),
                               {{"/nodes/p/0/m", Integers{0, 3}}, {"/nodes/p/0/@library/m", Texts{"a", "b"}}})) == "");
    CHECK(net.column_error("p", "m") ==
          "n.h5: /nodes/p/0/m has the value 3 in row 1, but /nodes/p/0/@library/m has 2 entries");

    REQUIRE(net.open_file({{"/nodes/p/node_id", Integers{5, 6}}, {"/nodes/p/node_type_id", Integers{100, 107}}},
                          "node_type_id name\n100 a\n") == "");
    CHECK(net.column_error("p", "name") == "n.h5: node 6 of 'p' has node_type_id 107, which is not in t.csv");

    REQUIRE(net.open_file({{"/nodes/p/node_id", std::vector<std::uint64_t>{1ULL << 63U}}}) == "");
    CHECK(net.column_error("p", "node_id") ==
          "n.h5: population 'p' has node id 9223372036854775808, which is beyond 2^63 - 1");
  }

  TEST_CASE("a population of a wrong structure is an error, when it is used") {
    OneFile net;
    CHECK(net.said_of_p({{"/nodes/p/0/v", Integers{1}}}) ==
          "query.yaml:1:14: error: n.h5: population 'p' has neither node_type_id nor node_id: how many nodes it has is "
          "unknown "
          "[network.bad-file]\n"
          "    1 | {population: p}\n"
          "      |              ^\n"
          "1 error\n");
    CHECK(contains(net.said_of_p({{"/nodes/p/node_type_id", Reals{1}}}),
                   "/nodes/p/node_type_id is not a list of integers"));
    CHECK(contains(net.said_of_p({{"/nodes/p/node_type_id", Integers{1, 2}, {2, 1}}}),
                   "/nodes/p/node_type_id is not a list of integers"));
    CHECK(contains(net.said_of_p({{"/nodes/p/node_type_id", Integers{1, 2}}, {"/nodes/p/node_id", Integers{1}}}),
                   "/nodes/p/node_id has 1 entries, but the population has 2 nodes (node_type_id)"));
    CHECK(
        contains(net.said_of_p({{"/nodes/p/node_type_id", Integers{1, 2}}, {"/nodes/p/node_group_index", Integers{1}}}),
                 "/nodes/p/node_group_index has 1 entries, but the population has 2 nodes"));
    CHECK(contains(
        net.said_of_p(
            {{"/nodes/p/node_type_id", Integers{1}}, {"/nodes/p/0/a", Integers{1}}, {"/nodes/p/1/a", Integers{1}}}),
        "/nodes/p has 2 node groups, but not both node_group_id and node_group_index"));
    // The other ones of the file are there.
    CHECK(contains(net.said_of_p(with(plain_population("q", 3), {{"/nodes/p/node_type_id", Reals{1}}})),
                   "not a list of integers"));
    CHECK(net.network().population_names() == Strings{"q"});
    CHECK(net.select("{population: q}").ids == std::vector<NodeId>{0, 1, 2});
    CHECK(contains(net.select("{population: pp}").problems, "no population is called 'pp'"));
  }

  TEST_CASE("a column of another length is an error when it is used, whichever comes first") {
    OneFile net;
    REQUIRE(net.open_file(with(plain_population("p", 2), {{"/nodes/p/0/a", Integers{1, 2}},
                                                          {"/nodes/p/0/b", Integers{1}},
                                                          {"/nodes/p/0/c", Integers{1, 2, 3}},
                                                          {"/nodes/p/0/z", Texts{"u", "v"}}})) == "");
    CHECK(net.columns("p") == Strings{"a:integer:nodes", "node_type_id:integer:nodes", "z:text:nodes"});
    CHECK(net.texts("p", "z") == Strings{"u", "v"});
    CHECK(net.column_error("p", "b") == "n.h5: /nodes/p/0/b has 1 rows, but /nodes/p/0/a has 2");
    CHECK(contains(net.select("{population: p, where: {c: 1}}").problems, "/nodes/p/0/c has 3 rows"));
    REQUIRE(net.open_file(with(plain_population("p", 2),
                               {{"/nodes/p/0/a", Integers{1, 2, 3}}, {"/nodes/p/0/b", Integers{5, 6}}})) == "");
    CHECK(net.texts("p", "b") == Strings{"5", "6"});
    CHECK(contains(net.column_error("p", "a"), "/nodes/p/0/a has 3 rows, but /nodes/p/0/b has 2"));
    // Of several groups the most usual length counts.
    REQUIRE(net.open_file({{"/nodes/p/node_id", Integers{0, 1, 2}},
                           {"/nodes/p/node_group_id", Integers{0, 1, 1}},
                           {"/nodes/p/node_group_index", Integers{0, 0, 1}},
                           {"/nodes/p/0/v", Integers{7}},
                           {"/nodes/p/0/w", Integers{7}},
                           {"/nodes/p/1/u", Integers{1, 2, 3}},
                           {"/nodes/p/1/v", Integers{8, 9}},
                           {"/nodes/p/1/w", Integers{8, 9}}}) == "");
    CHECK(net.texts("p", "v") == Strings{"7", "8", "9"});
    CHECK(contains(net.column_error("p", "u"), "/nodes/p/1/u has 3 rows, but /nodes/p/1/v has 2"));
    // What only some of the groups have in a usable form would seem to be missing in the others.
    REQUIRE(net.open_file({{"/nodes/p/node_id", Integers{0, 1}},
                           {"/nodes/p/node_group_id", Integers{0, 1}},
                           {"/nodes/p/node_group_index", Integers{0, 0}},
                           {"/nodes/p/0/v", Integers{7}},
                           {"/nodes/p/1/v", Integers{1, 2}, {1, 2}}}) == "");
    CHECK(contains(net.column_error("p", "v"), "/nodes/p/1/v holds 1 x 2 values"));
  }

  TEST_CASE("an empty population whose lists have no type is one without nodes") {
    OneFile net;
    REQUIRE(net.open_file(with(plain_population("q", 1), {{"/nodes/p/node_type_id", Reals{}},
                                                          {"/nodes/p/node_id", Reals{}},
                                                          {"/nodes/p/node_group_id", Reals{}},
                                                          {"/nodes/p/node_group_index", Reals{}},
                                                          {"/nodes/p/0/v", Reals{}}})) == "");
    CHECK(net.population("p").size() == 0);
    CHECK(net.population("p").node_ids().empty());
    CHECK(net.texts("p", "v").empty());
    CHECK(contains(net.select("{population: p}").problems, "population 'p' has no nodes"));
  }

  TEST_CASE("a population behind a link is followed if that stays in the folder") {
    OneFile net;
    std::filesystem::create_directories(net / "net/sub");
    write_sonata(net / "net/sub/a.h5", with(plain_population("p", 2), {{"/nodes/p/0/v", Integers{5, 6}}}));
    write_sonata(net / "net/own.h5", plain_population("other", 1));
    const auto link = [&](const std::string& file, const std::string& object, const std::string& name = "n.h5") {
      make_hdf5(net / name, [&](hid_t h5) {
        const hid_t group = H5Gcreate2(h5, "/nodes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (!file.empty()) H5Lcreate_external(file.c_str(), object.c_str(), group, "p", H5P_DEFAULT, H5P_DEFAULT);
        if (file.empty()) H5Lcreate_soft(object.c_str(), group, "p", H5P_DEFAULT, H5P_DEFAULT);
        H5Gclose(group);
      });
      return net.open(fmt::format("files: [{{nodes: {}}}]", name));
    };
    REQUIRE(link("net/sub/a.h5", "/nodes/p") == "");
    CHECK(net.texts("p", "v") == Strings{"5", "6"});
    CHECK(net.population("p").origin() == (net / "net/sub/a.h5").string());
    const auto files = net.network().files();
    CHECK(
        std::any_of(files.begin(), files.end(), [](const NamedFile& file) { return file.path.filename() == "a.h5"; }));
    REQUIRE(link("sub/../sub/a.h5", "/nodes/p", "net/n.h5") == "");
    CHECK(net.texts("p", "v") == Strings{"5", "6"});
    // Up from the file, but not out of the folder that names it.
    REQUIRE(link("../net/sub/a.h5", "/nodes/p", "net/n.h5") == "");
    CHECK(net.texts("p", "v") == Strings{"5", "6"});

    const TempFolder elsewhere;
    write_sonata(elsewhere / "a.h5", plain_population("p", 2));
    REQUIRE(link((elsewhere / "a.h5").string(), "/nodes/p") == "");
    CHECK(net.network().population_names().empty());
    CHECK(contains(net.select("{population: p}").problems, "population 'p' is a link to"));
    CHECK(contains(net.select("{population: p}").problems, "which is not in the folder"));
    // A file that is named elsewhere may lead to those beside it.
    make_hdf5(elsewhere / "n.h5", [&](hid_t h5) {
      const hid_t group = H5Gcreate2(h5, "/nodes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      H5Lcreate_external("a.h5", "/nodes/p", group, "p", H5P_DEFAULT, H5P_DEFAULT);
      H5Gclose(group);
    });
    REQUIRE(net.open(fmt::format("files: [{{nodes: '{}'}}]", (elsewhere / "n.h5").string())) == "");
    CHECK(net.population("p").size() == 2);
    REQUIRE(link("gone.h5", "/nodes/p") == "");
    CHECK(contains(net.select("{population: p}").problems, "gone.h5', which does not exist"));
    REQUIRE(link("", "/nodes/p") == "");
    CHECK(contains(net.select("{population: p}").problems, "behind too many links"));
    REQUIRE(link("net/sub/a.h5", "/nodes/p/0/v") == "");
    CHECK(contains(net.select("{population: p}").problems, "a link that leads to no group"));
  }

  TEST_CASE("a file without nodes is reported where it is named") {
    OneFile net;
    CHECK(contains(net.open_file({{"/edges/e/source_node_id", Integers{1}}}),
                   "this is an edges file; expected a nodes file (a group /nodes)"));
    net.write("n.h5", "no HDF5");
    CHECK(contains(net.open("files: [{nodes: n.h5}]"), "n.h5' is not an HDF5 file"));
  }

  TEST_CASE("a missing file is named where it was asked for") {
    OneFile net;
    net.write("t.csv", "node_type_id\n");
    CHECK(net.open("files: [{nodes: nope.h5, node_types: t.csv}]") ==
          "r.yaml:1:17: error: nodes file 'nope.h5' does not exist [file.unreadable]\n"
          "    1 | files: [{nodes: nope.h5, node_types: t.csv}]\n"
          "      |                 ^~~~~~~\n"
          "1 error\n");
    write_sonata(net / "n.h5", plain_population("p", 1));
    CHECK(contains(net.open("files: [{nodes: n.h5, node_types: .}]"), "node types file"));
  }

  TEST_CASE("the same population in two files is an error that names both") {
    OneFile net;
    write_sonata(net / "a.h5", plain_population("p", 1));
    write_sonata(net / "b.h5", plain_population("p", 1));
    const auto problems = net.open("files: [{nodes: a.h5}, {nodes: b.h5}]");
    CHECK(contains(problems, "population 'p' is in a.h5 and in b.h5 [network.duplicate-population]"));
    CHECK(contains(problems, "first here"));
    CHECK(net.open("files: [{nodes: a.h5}, {nodes: ./a.h5}]") == "");
  }

  TEST_CASE("node types files: typed columns, NULL, quotes, populations, and errors with their line") {
    OneFile net;
    const auto nodes = std::vector<FixtureDataset>{{"/nodes/p/node_type_id", Integers{1, 2, 3}}};
    REQUIRE(
        net.open_file(
            nodes,
            "node_type_id a b c d e\n1 4 0.5 x NULL NULL\n2 NULL 2 5 7 NONE\n3 -6 1e3 \"say \"\"hi\"\"\" 8 NaN\n") ==
        "");
    CHECK(net.columns("p") == Strings{"a:integer:node types", "b:real:node types", "c:text:node types",
                                      "d:integer:node types", "e:text:node types", "node_type_id:integer:nodes"});
    CHECK(net.texts("p", "a") == Strings{"4", "-", "-6"});
    CHECK(net.texts("p", "b") == Strings{"0.5", "2", "1000"});
    CHECK(net.texts("p", "c") == Strings{"x", "5", "say \"hi\""});
    CHECK(net.texts("p", "d") == Strings{"-", "7", "8"});
    CHECK(net.texts("p", "e") == Strings{"-", "-", "-"});

    REQUIRE(net.open_file(nodes, "node_type_id population a\n1 q other\n1 p mine\n2 NULL all\n3 p third\n") == "");
    CHECK(net.texts("p", "a") == Strings{"mine", "all", "third"});

    CHECK(contains(net.open_file(nodes, "node_type_id a\n1 x\n2 y\n1 z\n"),
                   "t.csv:4:1: error: node type 1 is defined twice"));
    CHECK(contains(net.open_file(nodes, "node_type_id a\none x\n"),
                   "t.csv:2:1: error: node_type_id is an integer, not text 'one'"));
    const auto commas = net.open_file(nodes, "node_type_id,a\n1,x\n");
    CHECK(contains(commas, "t.csv:1:1: error: no column is called node_type_id"));
    CHECK(contains(commas, "columns are separated by spaces"));
    CHECK(contains(net.open_file(nodes, "node_type_id a a\n1 x y\n"), "column 'a' is there twice"));
    CHECK(contains(net.open_file(nodes, "node_type_id a\n1\n"), "line 2: 1 values, but the header has 2 columns"));
  }

  TEST_CASE("node types of another population count for nothing") {
    OneFile net;
    const std::vector<FixtureDataset> nodes{{"/nodes/p/node_type_id", Integers{1, 2}},
                                            {"/nodes/q/node_type_id", Integers{1, 3}}};
    // The text of q's type would make p's numbers text.
    REQUIRE(net.open_file(nodes, "node_type_id population a\n1 p 5\n2 p 6\n1 q x\n3 q y\n") == "");
    CHECK(net.columns("p") == Strings{"a:integer:node types", "node_type_id:integer:nodes"});
    CHECK(net.texts("p", "a") == Strings{"5", "6"});
    CHECK(net.texts("q", "a") == Strings{"x", "y"});
    REQUIRE(net.open_file(nodes, "node_type_id population a\n1 p 5\n2 q 6\n3 q 7\n") == "");
    CHECK(net.column_error("p", "a") ==
          "n.h5: node 1 of 'p' has node_type_id 2, which in t.csv is a type of population 'q'");
    // A type of all populations stands behind the own one.
    REQUIRE(net.open_file(nodes, "node_type_id population a\n1 NULL 1\n1 p 5\n2 NULL 2\n3 \"\" 3\n") == "");
    CHECK(net.texts("p", "a") == Strings{"5", "2"});
    CHECK(net.texts("q", "a") == Strings{"1", "3"});
    REQUIRE(net.open_file(nodes, "node_type_id population a\n1 q 5\n3 q 6\n") == "");
    CHECK(contains(net.column_error("p", "a"), "is a type of population 'q'"));
  }

  // bio_comsol of BMTK has lines that end with \r\r\n.
  TEST_CASE("node types end their lines as pandas reads them, and hold what a recipe may not") {
    OneFile net;
    const std::vector<FixtureDataset> nodes{{"/nodes/p/node_type_id", Integers{1, 2}}};
    for (const std::string end : {"\n", "\r\n", "\r\r\n", "\r\r\r\n", "\r"}) {
      CAPTURE(end.size());
      REQUIRE(net.open_file(nodes, "node_type_id a" + end + "1 x" + end + "2 \"y z\"" + end) == "");
      CHECK(net.texts("p", "a") == Strings{"x", "y z"});
      CHECK(contains(net.open_file(nodes, "node_type_id a" + end + "1 x" + end + "two y" + end), "t.csv:3:1: error"));
      CHECK(contains(net.open_file(nodes, "node_type_id a" + end + "1" + end), "line 2: 1 values"));
    }
    REQUIRE(net.open_file(nodes, "node_type_id a\n1 \"x\ry\"\n2 \v\n") == "");
    CHECK(net.texts("p", "a") == Strings{"x\ry", "\v"});
    CHECK(contains(net.open_file(nodes, "node_type_id a\n1 x\n2 \xB5m\n"),
                   "t.csv:3:3: error: byte 0xB5 is not valid UTF-8"));
    using namespace std::string_literals;
    CHECK(contains(net.open_file(nodes, "\xFF\xFEn\0o\0"s), "is UTF-16 text, not CSV in UTF-8"));
    CHECK(contains(net.open_file(nodes, "\xFE\xFF\0n\0o"s), "is UTF-16 text, not CSV in UTF-8"));
    CHECK(contains(net.open_file(nodes, "n\0o\0d\0e\0"s), "is UTF-16 without its mark, or no text"));
  }

  TEST_CASE("a column's digest depends on ids, type and values, not on how the file stores them") {
    OneFile net;
    const auto digest = [&](const std::vector<FixtureDataset>& datasets, const std::string& types = "") {
      REQUIRE(net.open_file(datasets, types) == "");
      return to_hex(net.population("p").column_digest("s"));
    };
    const auto plain = digest(with(plain_population("p", 3), {{"/nodes/p/0/s", Texts{"b", "a", "b"}}}));
    CHECK(plain == digest(with(plain_population("p", 3), {{"/nodes/p/0/s", FixedTexts{{"b", "a", "b"}}}})));
    CHECK(plain == digest(with(plain_population("p", 3), {{"/nodes/p/0/s", Integers{3, 0, 1}},
                                                          {"/nodes/p/0/@library/s", Texts{"a", "b", "c", "b"}}})));
    CHECK(plain == digest({{"/nodes/p/node_type_id", Integers{8, 9, 8}}}, "node_type_id s\n9 a\n7 unused\n8 b\n"));
    CHECK(plain == digest({{"/nodes/p/node_id", Integers{2, 0, 1}}, {"/nodes/p/0/s", Texts{"b", "b", "a"}}}));
    REQUIRE(net.open("populations: {p: {nodes: 3, properties: {s: {cycle: [b, a]}}}}") == "");
    CHECK(plain == to_hex(net.population("p").column_digest("s")));
    CHECK(plain != digest(with(plain_population("p", 3), {{"/nodes/p/0/s", Texts{"b", "a", "a"}}})));
    CHECK(plain != digest({{"/nodes/p/node_id", Integers{0, 1, 3}}, {"/nodes/p/0/s", Texts{"b", "a", "b"}}}));
    const auto integers = digest(with(plain_population("p", 3), {{"/nodes/p/0/s", Integers{1, 2, 3}}}));
    CHECK(integers == digest(with(plain_population("p", 3), {{"/nodes/p/0/s", std::vector<std::int32_t>{1, 2, 3}}})));
    CHECK(integers != digest(with(plain_population("p", 3), {{"/nodes/p/0/s", Reals{1, 2, 3}}})));
    // Computed apart from this code, from the definition at column_digest().
    CHECK(integers == "a3989167eb95ae5c6021628f034daa36011450b796c9b3ed912f437250fd327e");
  }

  TEST_CASE("a million nodes, several threads, one load") {
    OneFile net;
    constexpr std::uint64_t kCount = 1'000'000;
    Integers values(kCount);
    std::vector<std::string> texts(kCount);
    for (std::uint64_t i = 0; i < kCount; ++i) {
      values[i] = static_cast<std::int64_t>(i * 7919 % 1000);
      texts[i] = i % 3 == 0 ? "PN" : "PV";
    }
    REQUIRE(net.open_file(with(plain_population("p", kCount),
                               {{"/nodes/p/0/v", values}, {"/nodes/p/0/s", FixedTexts{texts}}})) == "");
    std::vector<std::shared_ptr<const Column>> loaded(4);
    {
      std::vector<std::jthread> threads;
      for (auto& column : loaded) {
        threads.emplace_back([&net, &column] { column = net.population("p").column("v"); });
      }
    }
    for (const auto& column : loaded) CHECK(column == loaded[0]);
    CHECK(loaded[0]->integers == values);
    const auto selected = net.select("{where: {s: PN, v: {$lt: 10}}}");
    CHECK(selected.problems == "");
    std::size_t expected = 0;
    for (std::uint64_t i = 0; i < kCount; i += 3) expected += values[i] < 10 ? 1 : 0;
    CHECK(selected.ids.size() == expected);
  }
}
