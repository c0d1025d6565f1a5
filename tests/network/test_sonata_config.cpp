// SONATA configs: manifests, configs that lead to configs, paths, and errors at their place in the JSON.
#include <doctest/doctest.h>

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
