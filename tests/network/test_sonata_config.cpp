// SONATA configs: manifests, configs that lead to configs, paths, and errors at their place in the JSON.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "network/json_document.hpp"
#include "network/sonata_config.hpp"
#include "support/network_fixture.hpp"
#include "support/sonata_fixture.hpp"

using namespace stimgen;
using namespace stimgen::testing;
using Strings = std::vector<std::string>;

namespace {

// One population "p" in net/p.h5, another "q" in q.h5.
struct ModelFolder : NetworkFixture {
  ModelFolder() {
    std::filesystem::create_directories(*this / "net/sub");
    write_sonata(*this / "net/p.h5", plain_population("p", 2));
    write_sonata(*this / "q.h5", plain_population("q", 3));
    write("net/t.csv", "node_type_id name\n100 PN\n");
  }
  std::string from(const std::string& config) {
    write("c.json", config);
    return open("from: c.json");
  }
  Strings populations() const { return network().population_names(); }
};

Value parse(const std::string& text, Diagnostics& diagnostics) {
  auto file = std::make_shared<SourceFile>();
  file->path = "f.json";
  file->text = text;
  return parse_json(file, diagnostics);
}

}  // namespace

TEST_SUITE("network") {
  TEST_CASE("JSON becomes a tree with the place of every key and value") {
    Diagnostics diagnostics;
    const Value root =
        parse("{\"a\": [1, -2.5e3, true],\n \"µ\\\"x\" : {\"b\":null, \"c\": \"t,\\u0041\"}}\n", diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    REQUIRE(root.is_mapping());
    const Value* a = root.find("a");
    REQUIRE((a != nullptr && a->items.size() == 3));
    CHECK(a->loc.column == 7);
    CHECK(a->items[1].text == "-2.5e3");
    CHECK(a->items[1].loc.column == 11);
    CHECK(a->items[1].loc.length == 6);
    CHECK_FALSE(a->items[1].quoted);
    CHECK(a->items[2].text == "true");
    const auto* member = root.find_member("µ\"x");
    REQUIRE(member != nullptr);
    CHECK(member->key_loc.line == 2);
    CHECK(member->key_loc.column == 2);
    CHECK(member->key_loc.length == 6);
    CHECK(member->value.find("b")->is_null());
    const Value* c = member->value.find("c");
    CHECK(c->text == "t,A");
    CHECK(c->quoted);
    CHECK(c->loc.column == 27);
  }

  TEST_CASE("wrong JSON is reported where it is wrong") {
    const auto problem = [](const std::string& text) {
      Diagnostics diagnostics;
      CHECK(parse(text, diagnostics).is_null());
      return render(diagnostics);
    };
    CHECK(problem("{\"a\": 1,\n \"b\" 2}") ==
          "f.json:2:6: error: not valid JSON: syntax error while parsing object separator - unexpected number literal; "
          "expected ':' [network.bad-json]\n"
          "    2 |  \"b\" 2}\n"
          "      |      ^\n"
          "1 error\n");
    CHECK(contains(problem("{\"a\": 1, \"a\": 2}"), "f.json:1:10: error: key 'a' stands here twice"));
    CHECK(contains(problem("{\n // note\n}"), "JSON has no comments: remove it"));
    CHECK(contains(problem("{\"a\": 1"), "not valid JSON"));
    CHECK(contains(problem(""), "not valid JSON"));
    CHECK(contains(problem(std::string(100, '[') + std::string(100, ']')), "nested more than 64 levels deep"));
  }

  TEST_CASE("paths start at the folder of the config, manifest variables may use each other") {
    ModelFolder model;
    REQUIRE(model.from(R"({"manifest": {"$BASE": ".", "$NET": "${BASE}/net", "$UNUSED": "$NOPE/x"},
      "networks": {"nodes": [{"nodes_file": "$NET/p.h5", "node_types_file": "$NET/t.csv"},
                             {"nodes_file": "${configdir}/q.h5", "node_types_file": null}]},
      "output": {"output_dir": "$OUTPUT/x"}})") == "");
    CHECK(model.populations() == Strings{"p", "q"});
    CHECK(model.texts("p", "name") == Strings{"PN", "PN"});
    // From another folder: the config's folder counts, not that of the recipe.
    model.write("net/sub/c.json",
                R"({"networks": {"nodes": [{"nodes_file": "../p.h5"}, {"nodes_file": "$configdir/../../q.h5"}]}})");
    REQUIRE(model.open("from: net/sub/c.json") == "");
    CHECK(model.populations() == Strings{"p", "q"});
    const std::string absolute = (model / "q.h5").string();
    REQUIRE(model.from(R"({"manifest": {"Q": ")" + absolute +
                       R"("}, "networks": {"nodes": [{"nodes_file": "$Q"}]}})") == "");
    CHECK(model.populations() == Strings{"q"});
  }

  TEST_CASE("'network' and 'simulation' lead to further configs with their own manifests and folders") {
    ModelFolder model;
    model.write("net/circuit.json",
                R"({"manifest": {"$DIR": "."}, "networks": {"nodes": [{"nodes_file": "$DIR/p.h5"}]}})");
    model.write("net/sets.json", R"({"all_p": {"population": "p"}})");
    model.write("sim.json", R"({"run": {"tstop": 1.0}, "node_sets_file": "net/sets.json"})");
    REQUIRE(model.from(R"({"manifest": {"$DIR": "net"}, "network": "$DIR/circuit.json", "simulation": "./sim.json",
                           "node_sets": {"own": {"node_id": [1]}}})") == "");
    CHECK(model.populations() == Strings{"p"});
    CHECK(model.network().node_set_names() == Strings{"all_p", "own"});
    model.write("round.json", R"({"network": "round.json", "networks": {"nodes": [{"nodes_file": "q.h5"}]}})");
    REQUIRE(model.open("from: [round.json, c.json]") == "");
    CHECK(model.populations() == Strings{"p", "q"});
    REQUIRE(model.open("from: [c.json, net/circuit.json]") == "");
    CHECK(model.populations() == Strings{"p"});
  }

  // As libsonata, snap and neurodamus have it: the sonata-extension calls it overriding.
  TEST_CASE("of two node sets of one name that of the simulation counts, and it is said once") {
    ModelFolder model;
    model.write("net/circuit_config.json",
                R"({"networks": {"nodes": [{"nodes_file": "../q.h5"}]}, "node_sets_file": "sets.json"})");
    model.write("net/sets.json", R"({"small": {"node_id": [0]}, "other": {"node_id": [2]}, "both": ["small", "other"],
                                     "same": {"node_id": [1], "population": "q"}})");
    model.write("user.json", R"({"small": {"node_id": [1]}, "same": {"population": "q", "node_id": [1]}})");
    const auto ids = [&](const std::string& set) { return model.select("{population: q, node_set: " + set + "}").ids; };
    const std::string warned = model.from(R"({"network": "net/circuit_config.json", "node_sets_file": "user.json"})");
    CHECK(contains(warned,
                   "user.json:1:2: warning: node set 'small' of the simulation takes the place of the one of "
                   "the circuit that has the same name [network.overridden-node-set]"));
    CHECK(contains(warned, "net/sets.json:1:2: note: it is this one"));
    CHECK(contains(warned, "\n1 warning\n"));
    CHECK(ids("small") == std::vector<NodeId>{1});
    CHECK(ids("other") == std::vector<NodeId>{2});
    CHECK(ids("both") == std::vector<NodeId>{1, 2});
    CHECK(ids("same") == std::vector<NodeId>{1});
    // Whichever is read first, and written into the config itself.
    model.write("sim.json", R"({"network": "net/circuit_config.json", "run": {"tstop": 1},
                                "node_sets": {"small": {"node_id": [2]}, "other": ["small"]}})");
    for (const char* const from :
         {"sim.json", "[sim.json, net/circuit_config.json]", "[net/circuit_config.json, sim.json]"}) {
      CAPTURE(from);
      const std::string several = model.open(fmt::format("from: {}", from));
      CHECK(contains(several, "node set 'small' and 1 more of the simulation take the place of those of the circuit"));
      CHECK(ids("both") == std::vector<NodeId>{2});
    }
    // Two of the same rank exclude each other, and so do a config's and the recipe's own.
    model.write("net/other.json", R"({"networks": {"nodes": []}, "node_sets": {"small": {"node_id": [2]}}})");
    CHECK(contains(model.open("from: [net/circuit_config.json, net/other.json]"), "[network.duplicate-node-set]"));
    CHECK(contains(model.open("from: net/circuit_config.json\nnode_sets: user.json"), "[network.duplicate-node-set]"));
  }

  TEST_CASE("a node-set file that a config names in vain is a warning, until a set of it is asked for") {
    ModelFolder model;
    const std::string nodes = R"("networks": {"nodes": [{"nodes_file": "q.h5"}]})";
    const std::string gone = model.from("{" + nodes + R"(, "node_sets_file": "gone.json"})");
    CHECK(contains(gone, "c.json:1:69: warning: node-set file 'gone.json' does not exist [file.unreadable]"));
    CHECK(contains(gone, "\n1 warning\n"));
    CHECK(model.populations() == Strings{"q"});
    CHECK(contains(model.select("{population: q, node_set: a}").problems,
                   "it may be in a node-set file that does not exist: 'gone.json'"));
    // NEST's examples and obi-one's configs have none.
    CHECK(model.from("{" + nodes + R"(, "node_sets_file": ""})") == "");
    CHECK(model.from("{" + nodes + R"(, "node_sets_file": null})") == "");
    CHECK(contains(model.from("{" + nodes + R"(, "node_sets_file": 5})"), "'node_sets_file' is the path of a file"));
    CHECK(
        contains(model.open("from: c.json\nnode_sets: gone.json"), "error: node-set file 'gone.json' does not exist"));
  }

  TEST_CASE("a simulation config that names no network is that of the circuit config beside it") {
    ModelFolder model;
    const std::string simulation = R"({"run": {"tstop": 100.5, "dt": 0.1}, "output": {}})";
    CHECK(contains(model.from(simulation), "and there is no circuit_config.json beside it"));
    model.write("circuit_config.json", R"({"networks": {"nodes": [{"nodes_file": "q.h5"}]}})");
    REQUIRE(model.from(simulation) == "");
    CHECK(model.populations() == Strings{"q"});
    CHECK(model.network().simulation_stop_ms() == 100.5);
    // In its own folder; and what is no simulation takes none.
    model.write("net/sim.json", simulation);
    CHECK(contains(model.open("from: net/sim.json"), "no circuit_config.json beside it"));
    CHECK(contains(model.from(R"({"target_simulator": "NEST"})"), "neither 'networks' nor 'network' ["));
    model.write("circuit_config.json", "{");
    CHECK(contains(model.from(simulation), "circuit_config.json:1:2: error: not valid JSON"));
  }

  TEST_CASE("what a config says of a run and of its populations is known") {
    ModelFolder model;
    REQUIRE(model.from(R"({"run": {"tstop": 3000}, "networks": {"nodes": [
        {"nodes_file": "net/p.h5", "populations": {"p": {"type": "virtual"}}},
        {"nodes_file": "q.h5", "populations": {"q": {"type": "biophysical"}, "r": {}, "s": null}}]}})") == "");
    CHECK(model.network().simulation_stop_ms() == 3000.0);
    CHECK(model.network().is_virtual("p"));
    CHECK_FALSE(model.network().is_virtual("q"));
    CHECK_FALSE(model.network().is_virtual("r"));
    for (const char* const run : {"{}", "{\"tstop\": -1}", "{\"tstop\": \"long\"}", "{\"tstop\": null}", "[]", "5"}) {
      CAPTURE(run);
      REQUIRE(model.from(fmt::format(R"({{"run": {}, "networks": {{"nodes": [{{"nodes_file": "q.h5"}}]}}}})", run)) ==
              "");
      CHECK_FALSE(model.network().simulation_stop_ms());
    }
  }

  TEST_CASE("what is wrong in a config is shown there") {
    ModelFolder model;
    CHECK(model.open("from: [nope.json]") ==
          "r.yaml:1:8: error: SONATA config 'nope.json' does not exist [file.unreadable]\n"
          "    1 | from: [nope.json]\n"
          "      |        ^~~~~~~~~\n"
          "1 error\n");
    CHECK(contains(model.from(R"({"network": "gone.json"})"),
                   "c.json:1:13: error: circuit config 'gone.json' does not exist [file.unreadable]"));
    CHECK(contains(model.from(R"({"networks": {"nodes": [{"nodes_file": "net/x.h5"}]}})"),
                   "c.json:1:40: error: nodes file 'net/x.h5' does not exist [file.unreadable]"));
    CHECK(contains(model.from(R"({"networks": {"nodes": [{"nodes_file": "q.h5", "node_types_file": "q.csv"}]}})"),
                   "error: node types file 'q.csv' does not exist"));
    const auto unknown =
        model.from(R"({"manifest": {"$NET_DIR": "net"}, "networks": {"nodes": [{"nodes_file": "$NETDIR/p.h5"}]}})");
    CHECK(contains(unknown, "the manifest has no variable '$NETDIR' [network.unknown-variable]"));
    CHECK(contains(unknown, "did you mean 'NET_DIR'?"));
    CHECK(contains(
        model.from(R"({"manifest": {"$A": "$B", "$B": "x$A"}, "networks": {"nodes": [{"nodes_file": "$A"}]}})"),
        "manifest variables lead in a circle: $A -> $B -> $A"));
    CHECK(
        contains(model.from(R"({"run": {}})"), "this config names no nodes: it has neither 'networks' nor 'network'"));
    CHECK(contains(model.from(R"({"networks": {"nodes": [{"node_types_file": "a.csv"}]}})"),
                   "expected an object with 'nodes_file'"));
    CHECK(contains(model.from(R"({"networks": {"nodes": {"nodes_file": "q.h5"}}})"), "'nodes' is a list, not"));
    CHECK(contains(model.from(R"({"networks": {"nodes": [{"nodes_file": 5}]}})"),
                   "'nodes_file' is the path of a file, not"));
    CHECK(contains(model.from("[1]"), "a SONATA config is a JSON object, not"));
    CHECK(contains(model.from("{\"networks\": }"), "c.json:1:14: error: not valid JSON"));
  }

  TEST_CASE("unknown keys of 'networks' and wrong types are reported together") {
    ModelFolder model;
    const auto problems = model.open("frm: c.json\nfiles: {nodes: q.h5}\npopulations: [a]\n");
    CHECK(contains(problems, "'networks' has no key 'frm'"));
    CHECK(contains(problems, "did you mean 'from'?"));
    CHECK(contains(problems, "'files' is a list of {nodes: …, node_types: …}, not"));
    CHECK(contains(problems, "'populations' is a mapping of names, not"));
    CHECK(contains(model.open("files: [{node: q.h5}]"), "did you mean 'nodes'?"));
    CHECK(model.open("{}") == "");
    CHECK(model.populations().empty());
  }
}
