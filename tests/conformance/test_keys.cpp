// Every key of the language: another value makes another fingerprint, another spelling does not.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "grammar/declared.hpp"
#include "stimgen/language.hpp"
#include "stimgen/plan.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/recipe_parts.hpp"
#include "support/sonata_fixture.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using test::parse_yaml;

// A key at the place of a recipe that is given, "backgrounds.b.rate", and its value as YAML; an empty one takes it
// away.
struct Setting {
  std::string place;
  std::string yaml;
};
using Settings = std::vector<Setting>;

// One key of the language with two values. `reason`: why the other value changes nothing in the files.
struct Sample {
  std::string key;    // "combine.from.*.shift"; "*.where" stands for all sections that have no sample of their own
  std::string place;  // in the recipe; of an entry's key, in the entry; empty: the key's own name
  std::string yaml;
  std::string other;
  Settings besides = {};
  std::string reason = {};
};

// ---- recipes
// ---------------------------------------------------------------------------------------------------------

const Settings kHead = {
    {"stimgen", "1"},
    {"seeds.network", "1"},
    {"seeds.spikes", "2"},
    {"time.stop", "1 s"},
    {"networks.populations.cells",
     "{nodes: 24, properties: {kind: {cycle: [A, B]}, layer: {blocks: [1, 2, 3, 4]}, hz: {cycle: [5.5, 6.5]}, "
     "pos_x: {linspace: [0, 23]}, pos_y: {cycle: [0, 0, 1, 1]}}}"},
    {"networks.populations.twins",
     "{nodes: 24, properties: {kind: {cycle: [A, B]}, layer: {blocks: [1, 2, 3, 4]}, hz: {cycle: [5.5, 6.5]}, "
     "pos_x: {linspace: [0, 23]}, pos_y: {cycle: [0, 0, 1, 1]}}}"},
};
const Settings kBackground = {{"backgrounds.e.population", "cells"}, {"backgrounds.e.rate", "20 Hz"}};
const Settings kSet = {{"assemblies.layers.population", "cells"},
                       {"assemblies.layers.method", "property"},
                       {"assemblies.layers.property", "layer"}};
const Settings kOnSet = {{"patterns.p.type", "long"},
                         {"patterns.p.assemblies", "e"},
                         {"patterns.p.on_time", "100 ms"},
                         {"patterns.p.rates.burst", "50 Hz"}};

// The keys that one entry needs, by section and kind; the entry is called e.
const std::map<std::string, Settings> kEntries = {
    {"backgrounds", {{"population", "cells"}, {"rate", "20 Hz"}}},
    {"combine", {{"from", "[{file: one.h5}]"}}},
    {"assemblies.property", {{"population", "cells"}, {"property", "layer"}}},
    {"assemblies.all", {{"population", "cells"}}},
    {"assemblies.random", {{"population", "cells"}, {"count", "3"}}},
    {"assemblies.grid",
     {{"population", "cells"}, {"ids", "[[0, 1], [2, 3]]"}, {"bounds.x", "[0, 23]"}, {"bounds.y", "[0, 1]"}}},
    {"assemblies.divide", {{"of", "layers"}, {"into", "2"}}},
    {"assemblies.linked", {{"population", "twins"}, {"to", "layers"}}},
    {"assemblies.nodes", {{"population", "cells"}, {"groups", "[[0, 1, 2, 3], [4, 5, 6, 7]]"}}},
    {"patterns.long", {{"assemblies", "layers"}, {"on_time", "100 ms"}, {"rates.burst", "50 Hz"}}},
    {"patterns.short", {{"assemblies", "layers"}, {"on_time", "100 ms"}, {"rates.burst", "50 Hz"}}},
    {"patterns.ramp",
     {{"assemblies", "layers"}, {"on_time", "100 ms"}, {"rates.from", "10 Hz"}, {"rates.to", "50 Hz"}}},
    {"patterns.join", {{"assemblies", "layers"}, {"on_time", "100 ms"}, {"rates.on", "50 Hz"}}},
    {"patterns.fade",
     {{"assemblies", "layers"},
      {"on_time", "100 ms"},
      {"rates.out", "{from: 50 Hz, to: 0 Hz}"},
      {"rates.in", "{from: 0 Hz, to: 50 Hz}"}}},
    {"patterns.loop", {{"assemblies", "layers"}, {"points", "[{at: 0 s, rate: 10 Hz}, {at: 100 ms, rate: 50 Hz}]"}}},
};

// ---- samples
// ---------------------------------------------------------------------------------------------------------

const std::string kForPeople = "it names things for people";
const std::string kWhere = "where files are written is not in them";
const std::string kLimit = "it refuses a recipe, and shapes no file";
const Settings kNodeSets = {{"/networks.node_sets", "sets.json"}};
const Settings kByKind = {{"rate", ""}, {"group_by", "kind"}};
const Settings kByOneKind = {{"rate", ""}, {"group_by", "kind"}, {"rates.A", "5 Hz"}};

// Nodes of a file, which the pattern drives by their layer.
Settings on_filed() {
  return {{"backgrounds", ""},
          {"assemblies", ""},
          {"patterns", ""},
          {"assemblies.e", "{population: filed, method: property, property: layer}"},
          {"patterns.p", "{type: long, assemblies: e, on_time: 100 ms, rates: {burst: 5 Hz}}"}};
}
// Nodes of the recipe, by a property `p`.
Settings on_property() {
  return {{"backgrounds", ""},
          {"assemblies", ""},
          {"patterns", ""},
          {"networks.populations.cells", "{nodes: 24}"},
          {"assemblies.e", "{population: cells, method: property, property: p}"},
          {"patterns.p", "{type: long, assemblies: e, on_time: 5 ms, rates: {burst: 5 Hz}}"}};
}
Settings with(Settings settings, Setting more) {
  settings.push_back(std::move(more));
  return settings;
}

const std::vector<Sample> kSamples = {
    {"stimgen", "", "1", "1", {}, "there is one format"},
    {"name", "", "one", "other", {}, kForPeople},
    {"vars", "", "{x: 20 Hz}", "{x: 30 Hz}", {{"backgrounds.e.rate", "${x}"}}},
    {"defaults", "", "{backgrounds: {rate: 20 Hz}}", "{backgrounds: {rate: 30 Hz}}", {{"backgrounds.e.rate", ""}}},
    {"defaults.backgrounds", "", "{rate: 20 Hz}", "{rate: 30 Hz}", {{"backgrounds.e.rate", ""}}},
    {"defaults.assemblies", "", "{fraction: 0.5}", "{fraction: 0.6}"},
    {"defaults.patterns", "", "{off_time: 10 ms}", "{off_time: 20 ms}"},
    {"defaults.combine", "", "{from: [e]}", "{from: [p]}", {{"combine.c", "{}"}}},
    {"include", "", "more.yaml", "[other.yaml]"},
    {"seeds", "", "1", "2"},
    {"seeds.network", "", "1", "2", {{"backgrounds.e.rate", "{mean: 5 Hz, stdev: 1 Hz}"}}},
    {"seeds.spikes", "", "1", "2"},
    {"time", "", "{stop: 1 s}", "{stop: 2 s}"},
    {"time.start", "", "0 s", "100 ms"},
    {"time.stop", "", "1 s", "2 s"},
    {"networks",
     "",
     "{populations: {cells: {nodes: 24}}}",
     "{populations: {cells: {nodes: 25}}}",
     {{"assemblies", ""}, {"patterns", ""}}},
    {"backgrounds", "", "{e: {population: cells, rate: 5 Hz}}", "{e: {population: cells, rate: 6 Hz}}"},
    {"assemblies", "", "{layers: {population: cells, method: random, count: 3}}",
     "{layers: {population: cells, method: random, count: 4}}"},
    {"patterns", "", "{p: {type: long, assemblies: layers, on_time: 100 ms, rates: {burst: 5 Hz}}}",
     "{p: {type: long, assemblies: layers, on_time: 100 ms, rates: {burst: 6 Hz}}}"},
    {"combine", "", "{c: {from: [e]}}", "{c: {from: [p]}}"},
    {"alternatives", "", "[e, p]", "[p, e]", {}, "what is used together in a simulation changes no file"},
    {"output", "", "{sort: by_id}", "{sort: by_time}"},
    {"output.directory", "", "here", "there", {}, kWhere},
    {"output.sort", "", "by_id", "by_time"},
    {"output.compression", "", "gzip", "none"},
    {"output.level", "", "5", "6", {{"output.compression", "gzip"}}},
    {"output.resolution", "", "0.1 ms", "0.2 ms"},
    {"output.max_spikes", "", "1000000", "2000000", {}, kLimit},
    {"output.max_bytes", "", "1000000000", "2000000000", {}, kLimit},
    {"report", "", "true", "false", {}, "a report is made from the files"},
    {"report.path", "", "one.html", "other.html", {}, "a report is made from the files"},

    {"networks.from", "", "circuit24.json", "circuit30.json", on_filed()},
    {"networks.files", "", "[{nodes: nodes24.h5, node_types: types_a.csv}]",
     "[{nodes: nodes30.h5, node_types: types_a.csv}]", on_filed()},
    {"networks.files.*.nodes", "networks.files", "[{nodes: nodes24.h5, node_types: types_a.csv}]",
     "[{nodes: nodes30.h5, node_types: types_a.csv}]", on_filed()},
    {"networks.files.*.node_types", "networks.files", "[{nodes: nodes24.h5, node_types: types_a.csv}]",
     "[{nodes: nodes24.h5, node_types: types_b.csv}]", on_filed()},
    {"networks.node_sets", "", "sets.json", "other_sets.json", {{"backgrounds.e.node_set", "some"}}},
    {"networks.populations", "", "{cells: {nodes: 24, properties: {p: 1}}}", "{cells: {nodes: 25, properties: {p: 1}}}",
     on_property()},
    {"networks.populations.*.nodes", "networks.populations.cells.nodes", "24", "25",
     with(on_property(), {"networks.populations.cells.properties.p", "1"})},
    {"networks.populations.*.properties", "networks.populations.cells.properties", "{p: 1}", "{p: 2}", on_property()},
    {"networks.populations.*.properties.*.blocks", "networks.populations.cells.properties.p.blocks", "[a, b]", "[a, c]",
     on_property()},
    {"networks.populations.*.properties.*.cycle", "networks.populations.cells.properties.p.cycle", "[1, 2]", "[1, 3]",
     on_property()},
    {"networks.populations.*.properties.*.values", "networks.populations.cells.properties.p.values",
     "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]",
     "[2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]", on_property()},
    {"networks.populations.*.properties.*.uniform", "networks.populations.cells.properties.p.uniform", "[0, 1]",
     "[0, 2]", on_property()},
    {"networks.populations.*.properties.*.linspace", "networks.populations.cells.properties.p.linspace", "[0, 1]",
     "[0, 2]", on_property()},

    {"*.population", "", "cells", "twins"},
    {"*.where", "", "{kind: A}", "{kind: B}"},
    {"*.where.*.$eq", "where.kind.$eq", "A", "B"},
    {"*.where.*.$neq", "where.kind.$neq", "A", "B"},
    {"*.where.*.$gt", "where.hz.$gt", "6", "5"},
    {"*.where.*.$gte", "where.hz.$gte", "6", "5"},
    {"*.where.*.$lt", "where.hz.$lt", "6", "7"},
    {"*.where.*.$lte", "where.hz.$lte", "6", "7"},
    {"*.where.*.$in", "where.kind.$in", "[A]", "[B]"},
    {"*.where.*.$regex", "where.kind.$regex", "^A", "^B"},
    {"*.node_set", "", "some", "more", kNodeSets},
    {"*.connected_to", "", "{edges: edges_a.h5, population: e}", "{edges: edges_b.h5, population: e}"},
    {"*.connected_to.edges", "", "edges_a.h5", "edges_b.h5", {{"connected_to.population", "e"}}},
    {"*.connected_to.population", "", "e", "f", {{"connected_to.edges", "edges_a.h5"}}},
    {"*.stream", "", "one", "other"},
    {"*.process", "", "poisson", "{gamma: {shape: 4}}"},
    {"process.gamma.shape", "backgrounds.e.process.gamma.shape", "2", "4"},
    {"process.refractory.absolute", "backgrounds.e.process.refractory.absolute", "2 ms", "3 ms"},
    {"process.refractory.relative", "backgrounds.e.process.refractory.relative", "2 ms", "3 ms"},
    {"process.correlated.c", "backgrounds.e.process.correlated.c", "0.1", "0.2"},
    {"process.correlated.jitter",
     "backgrounds.e.process.correlated.jitter",
     "2 ms",
     "3 ms",
     {{"backgrounds.e.process.correlated.c", "0.1"}}},
    {"process.correlated.kernel",
     "backgrounds.e.process.correlated.kernel",
     "gaussian",
     "exponential",
     {{"backgrounds.e.process.correlated.c", "0.1"}, {"backgrounds.e.process.correlated.jitter", "2 ms"}}},
    {"process.correlated.copy",
     "backgrounds.e.process.correlated.copy",
     "0.3",
     "0.4",
     {{"backgrounds.e.process.correlated.c", "0.1"}}},
    {"process.correlated.reference",
     "backgrounds.e.process.correlated.reference",
     "4 Hz",
     "5 Hz",
     {{"backgrounds.e.process.correlated.c", "0.1"}}},
    {"process.regular.phase", "backgrounds.e.process.regular.phase", "0.5", "random"},
    {"process.regular.jitter", "backgrounds.e.process.regular.jitter", "0.2", "0.3"},
    {"process.lognormal.cv", "backgrounds.e.process.lognormal.cv", "0.5", "0.8"},
    {"process.inverse_gaussian.cv", "backgrounds.e.process.inverse_gaussian.cv", "0.5", "0.8"},
    {"*.start", "", "10 ms", "20 ms"},
    {"*.stop", "", "900 ms", "950 ms"},

    {"backgrounds.rate", "", "20 Hz", "30 Hz"},
    {"backgrounds.rate.mean", "", "5 Hz", "6 Hz", {{"rate.stdev", "1 Hz"}}},
    {"backgrounds.rate.stdev", "", "1 Hz", "2 Hz", {{"rate.mean", "5 Hz"}}},
    {"backgrounds.rate.distribution", "", "normal", "gamma", {{"rate.mean", "5 Hz"}, {"rate.stdev", "1 Hz"}}},
    {"backgrounds.rate.uniform", "", "[1 Hz, 2 Hz]", "[1 Hz, 3 Hz]"},
    {"backgrounds.rate.exponential", "", "5 Hz", "6 Hz"},
    {"backgrounds.rate.values", "", "{property: hz}", "{property: layer}"},
    {"backgrounds.rate.values.property", "", "hz", "layer"},
    {"backgrounds.rate.values.csv", "", "rates_a.csv", "rates_b.csv"},
    {"backgrounds.group_by",
     "",
     "kind",
     "kind_too",
     {{"rate", ""},
      {"rates", "{A: 5 Hz, B: 6 Hz}"},
      {"/networks.populations.cells.properties.kind_too", "{cycle: [A, B]}"}}},
    {"backgrounds.rates", "", "{A: 5 Hz, B: 6 Hz}", "{A: 6 Hz, B: 5 Hz}", kByKind},
    {"backgrounds.rates.*.mean", "rates", "{A: 5 Hz, B: {mean: 5 Hz, stdev: 1 Hz}}",
     "{A: 5 Hz, B: {mean: 6 Hz, stdev: 1 Hz}}", kByKind},
    {"backgrounds.rates.*.stdev", "rates", "{A: 5 Hz, B: {mean: 5 Hz, stdev: 1 Hz}}",
     "{A: 5 Hz, B: {mean: 5 Hz, stdev: 2 Hz}}", kByKind},
    {"backgrounds.rates.*.distribution", "rates", "{A: 5 Hz, B: {mean: 5 Hz, stdev: 1 Hz, distribution: normal}}",
     "{A: 5 Hz, B: {mean: 5 Hz, stdev: 1 Hz, distribution: gamma}}", kByKind},
    {"backgrounds.rates.*.uniform", "rates", "{A: 5 Hz, B: {uniform: [1 Hz, 2 Hz]}}",
     "{A: 5 Hz, B: {uniform: [1 Hz, 3 Hz]}}", kByKind},
    {"backgrounds.rates.*.exponential", "rates", "{A: 5 Hz, B: {exponential: 5 Hz}}",
     "{A: 5 Hz, B: {exponential: 6 Hz}}", kByKind},
    {"backgrounds.rates.*.values", "rates", "{A: 5 Hz, B: {values: {property: hz}}}",
     "{A: 5 Hz, B: {values: {property: layer}}}", kByKind},
    {"backgrounds.rates.*.values.property", "rates", "{A: 5 Hz, B: {values: {property: hz}}}",
     "{A: 5 Hz, B: {values: {property: layer}}}", kByKind},
    {"backgrounds.rates.*.values.csv", "rates", "{A: 5 Hz, B: {values: {csv: rates_a.csv}}}",
     "{A: 5 Hz, B: {values: {csv: rates_b.csv}}}", kByKind},
    {"backgrounds.distribution", "", "normal", "gamma", {{"rate", "[5 Hz, 1 Hz]"}}},
    {"backgrounds.others", "", "silent", "5 Hz", kByOneKind},
    {"backgrounds.others.mean", "", "5 Hz", "6 Hz", with(kByOneKind, {"others.stdev", "1 Hz"})},
    {"backgrounds.others.stdev", "", "1 Hz", "2 Hz", with(kByOneKind, {"others.mean", "5 Hz"})},
    {"backgrounds.others.distribution", "", "normal", "gamma",
     with(with(kByOneKind, {"others.mean", "5 Hz"}), {"others.stdev", "1 Hz"})},
    {"backgrounds.others.uniform", "", "[1 Hz, 2 Hz]", "[1 Hz, 3 Hz]", kByOneKind},
    {"backgrounds.others.exponential", "", "5 Hz", "6 Hz", kByOneKind},
    {"backgrounds.others.values", "", "{property: hz}", "{property: layer}", kByOneKind},
    {"backgrounds.others.values.property", "", "hz", "layer", kByOneKind},
    {"backgrounds.others.values.csv", "", "rates_a.csv", "rates_b.csv", kByOneKind},

    {"assemblies.*.method", "method", "another kind", "", {}, "see the case on kinds"},
    {"assemblies.*.fraction", "", "0.5", "0.75"},
    {"assemblies.divide.population", "", "cells", ""},
    {"assemblies.property.property", "", "layer", "kind"},
    {"assemblies.random.count", "", "3", "4"},
    {"assemblies.grid.ids", "", "[[0, 1], [2, 3]]", "[[0, 1], [3, 2]]"},
    {"assemblies.grid.bounds.x", "", "[0, 23]", "[0, 24]"},
    {"assemblies.grid.bounds.y", "", "[0, 1]", "[0, 1.5]"},
    {"assemblies.grid.x",
     "",
     "pos_x",
     "pos_x_too",
     {{"/networks.populations.cells.properties.pos_x_too", "{linspace: [0, 23]}"}}},
    {"assemblies.grid.y",
     "",
     "pos_y",
     "pos_y_too",
     {{"/networks.populations.cells.properties.pos_y_too", "{cycle: [0, 0, 1, 1]}"}}},
    {"assemblies.grid.outside", "", "error", "drop"},
    {"assemblies.divide.of",
     "",
     "layers",
     "kinds",
     {{"/assemblies.kinds", "{population: cells, method: property, property: kind}"}}},
    {"assemblies.divide.into", "", "2", "3"},
    {"assemblies.divide.sequence", "", "[0, 1, 2, 3]", "[3, 2, 1, 0]", {{"into", ""}}},
    {"assemblies.linked.to",
     "",
     "layers",
     "kinds",
     {{"/assemblies.kinds", "{population: cells, method: property, property: kind}"}}},
    {"assemblies.nodes.groups", "", "[[0, 1, 2, 3], [4, 5, 6, 7]]", "[[0, 1, 2, 3], [4, 5, 6, 8]]"},
    {"assemblies.nodes.csv", "", "groups_a.csv", "groups_b.csv", {{"groups", ""}}},

    {"patterns.*.type", "type", "another kind", "", {}, "see the case on kinds"},
    {"patterns.*.assemblies",
     "",
     "layers",
     "kinds",
     {{"/assemblies.kinds", "{population: cells, method: property, property: kind}"}}},
    {"patterns.*.off_time", "", "10 ms", "20 ms"},
    {"patterns.*.cycles", "", "2", "3"},
    {"patterns.*.select", "", "[0, 1]", "[1, 0]"},
    {"patterns.*.rates.off", "", "1 Hz", "2 Hz"},
    {"patterns.*.rates.silent", "", "1 Hz", "2 Hz"},
    {"patterns.*.on_time", "", "100 ms", "120 ms"},
    {"patterns.*.fit", "", "cycle", "on_time"},
    {"patterns.*.rates.burst", "", "50 Hz", "60 Hz"},
    {"patterns.*.ramp.start", "", "10 ms", "20 ms"},
    {"patterns.*.ramp.stop", "", "80 ms", "90 ms"},
    {"patterns.short.rounds", "", "1.5", "2"},
    {"patterns.ramp.rates.from", "", "10 Hz", "20 Hz"},
    {"patterns.ramp.rates.to", "", "50 Hz", "60 Hz"},
    {"patterns.join.rates.on", "", "50 Hz", "60 Hz"},
    {"patterns.join.rates.waiting", "", "1 Hz", "2 Hz"},
    {"patterns.join.steps", "", "3", "4"},
    {"patterns.join.direction", "", "join", "quit"},
    {"patterns.join.low", "", "0.1", "0.2"},
    {"patterns.join.high", "", "0.8", "0.9"},
    {"patterns.join.order", "", "random", "node_id"},
    {"patterns.fade.rates.out.from", "", "50 Hz", "60 Hz"},
    {"patterns.fade.rates.out.to", "", "0 Hz", "1 Hz"},
    {"patterns.fade.rates.in.from", "", "0 Hz", "1 Hz"},
    {"patterns.fade.rates.in.to", "", "50 Hz", "60 Hz"},
    {"patterns.loop.points", "", "[{at: 0 s, rate: 10 Hz}, {at: 100 ms, rate: 50 Hz}]",
     "[{at: 0 s, rate: 10 Hz}, {at: 50 ms, rate: 20 Hz}, {at: 100 ms, rate: 50 Hz}]"},
    {"patterns.loop.points.*.at", "points", "[{at: 0 s, rate: 10 Hz}, {at: 100 ms, rate: 50 Hz}]",
     "[{at: 0 s, rate: 10 Hz}, {at: 120 ms, rate: 50 Hz}]"},
    {"patterns.loop.points.*.rate", "points", "[{at: 0 s, rate: 10 Hz}, {at: 100 ms, rate: 50 Hz}]",
     "[{at: 0 s, rate: 10 Hz}, {at: 100 ms, rate: 60 Hz}]"},

    {"combine.from", "", "[{file: one.h5}]", "[{file: one.h5}, {file: other.h5}]"},
    {"combine.from.*.file", "from", "[{file: one.h5}]", "[{file: other.h5}]"},
    {"combine.from.*.population", "from", "[{file: both.h5, population: cells}]",
     "[{file: both.h5, population: twins}]"},
    {"combine.from.*.shift", "from", "[{file: one.h5, shift: 10 ms}]", "[{file: one.h5, shift: 20 ms}]"},
    {"combine.from.*.where", "from", "[{file: one.h5, where: {kind: A}}]", "[{file: one.h5, where: {kind: B}}]"},
    {"combine.from.*.where.*.$eq", "from", "[{file: one.h5, where: {kind: {$eq: A}}}]",
     "[{file: one.h5, where: {kind: {$eq: B}}}]"},
    {"combine.from.*.where.*.$neq", "from", "[{file: one.h5, where: {kind: {$neq: A}}}]",
     "[{file: one.h5, where: {kind: {$neq: B}}}]"},
    {"combine.from.*.where.*.$gt", "from", "[{file: one.h5, where: {hz: {$gt: 6}}}]",
     "[{file: one.h5, where: {hz: {$gt: 5}}}]"},
    {"combine.from.*.where.*.$gte", "from", "[{file: one.h5, where: {hz: {$gte: 6}}}]",
     "[{file: one.h5, where: {hz: {$gte: 5}}}]"},
    {"combine.from.*.where.*.$lt", "from", "[{file: one.h5, where: {hz: {$lt: 6}}}]",
     "[{file: one.h5, where: {hz: {$lt: 7}}}]"},
    {"combine.from.*.where.*.$lte", "from", "[{file: one.h5, where: {hz: {$lte: 6}}}]",
     "[{file: one.h5, where: {hz: {$lte: 7}}}]"},
    {"combine.from.*.where.*.$in", "from", "[{file: one.h5, where: {kind: {$in: [A]}}}]",
     "[{file: one.h5, where: {kind: {$in: [B]}}}]"},
    {"combine.from.*.where.*.$regex", "from", "[{file: one.h5, where: {kind: {$regex: ^A}}}]",
     "[{file: one.h5, where: {kind: {$regex: ^B}}}]"},
};

// ---- files that the samples name
// -------------------------------------------------------------------------------------

void write_nodes(const std::filesystem::path& path, int count) {
  const auto nodes = static_cast<std::uint64_t>(count);
  auto datasets = testing::plain_population("filed", nodes);
  testing::Integers types;
  for (int i = 0; i < count; ++i) types.push_back(i % 2);
  for (auto& dataset : datasets) {
    if (dataset.name == "/nodes/filed/node_type_id") dataset.values = types;
  }
  testing::write_sonata(path, datasets);
}

void write_spikes(const std::filesystem::path& path, const std::vector<std::string>& populations, double first_ms) {
  testing::ForeignFile file;
  for (const std::string& name : populations) {
    testing::ForeignPopulation spikes;
    spikes.name = name;
    spikes.group = "/spikes/" + name;
    for (int i = 0; i < 24; ++i) {
      spikes.node_ids.push_back(i);
      spikes.timestamps.push_back(first_ms + i);
    }
    file.populations.push_back(spikes);
  }
  testing::write_spikes_foreign(path, file);
}

class Files {
 public:
  Files() {
    write_nodes(folder_ / "nodes24.h5", 24);
    write_nodes(folder_ / "nodes30.h5", 30);
    write("types_a.csv", "node_type_id layer\n0 1\n1 2\n");
    write("types_b.csv", "node_type_id layer\n0 1\n1 3\n");
    for (const char* count : {"24", "30"}) {
      write(fmt::format("circuit{}.json", count),
            fmt::format(R"({{"networks": {{"nodes": [{{"nodes_file": "./nodes{}.h5", )"
                        R"("node_types_file": "./types_a.csv"}}]}}}})",
                        count));
    }
    write("sets.json", R"({"some": {"kind": "A"}, "more": {"kind": "B"}})");
    write("other_sets.json", R"({"some": {"kind": "B"}})");
    write("more.yaml", "backgrounds: {included: {population: cells, rate: 5 Hz}}\n");
    write("other.yaml", "backgrounds: {included: {population: cells, rate: 6 Hz}}\n");
    std::string a = "node_id,rate\n", b = a, groups_a = "node_id,group\n", groups_b = groups_a;
    for (int node = 0; node < 24; ++node) {
      a += fmt::format("{},{}\n", node, 5 + node);
      b += fmt::format("{},{}\n", node, 6 + node);
      if (node < 16) groups_a += fmt::format("{},{}\n", node, node / 8);
      if (node < 16) groups_b += fmt::format("{},{}\n", node, node / 6);
    }
    write("rates_a.csv", a);
    write("rates_b.csv", b);
    write("groups_a.csv", groups_a);
    write("groups_b.csv", groups_b);
    const testing::Integers even{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22},
        odd{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23};
    testing::write_sonata(folder_ / "edges_a.h5",
                          {{"/edges/e/source_node_id", even}, {"/edges/f/source_node_id", odd}});
    testing::write_sonata(folder_ / "edges_b.h5",
                          {{"/edges/e/source_node_id", odd}, {"/edges/f/source_node_id", even}});
    write_spikes(folder_ / "one.h5", {"cells"}, 1);
    write_spikes(folder_ / "other.h5", {"cells"}, 2);
    write_spikes(folder_ / "both.h5", {"cells", "twins"}, 1);
  }

  std::filesystem::path folder() const { return folder_.path(); }

 private:
  void write(const std::string& name, const std::string& text) const { testing::write_text(folder_ / name, text); }

  testing::TempFolder folder_;
};

// ---- building recipes
// ------------------------------------------------------------------------------------------------

// Sets a value at a dotted place of a tree; an empty text removes what is there.
void set(Value& tree, const std::string& place, const std::string& yaml) {
  Value* at = &tree;
  std::string_view rest = place;
  while (true) {
    if (!at->is_mapping()) *at = parse_yaml("{}");
    const std::string key(rest.substr(0, rest.find('.')));
    const bool last = key.size() == rest.size();
    auto member = std::find_if(at->members.begin(), at->members.end(), [&](const auto& m) { return m.key == key; });
    if (last && yaml.empty()) {
      if (member != at->members.end()) at->members.erase(member);
      return;
    }
    if (member == at->members.end()) {
      at->members.push_back({key, {}, {}});
      member = at->members.end() - 1;
    }
    if (last) {
      member->value = parse_yaml("v: " + yaml).members.front().value;
      return;
    }
    at = &member->value;
    rest.remove_prefix(key.size() + 1);
  }
}

// "50 Hz" → "50e-3 kHz", "1 s" → "1e3 ms", "5 ms" → "5e-3 s".
std::string other_unit(const std::string& text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string::npos || text.find_first_not_of("0123456789.") != blank) return text;
  const std::string number = text.substr(0, blank), unit = text.substr(blank + 1);
  if (unit == "Hz") return number + "e-3 kHz";
  if (unit == "s") return number + "e3 ms";
  return unit == "ms" ? number + "e-3 s" : text;
}

std::string in_quotes(const std::string& text) {
  return '"' + text + '"';
}

// As one may write it: on one line, or in lines with keys the other way round, other units, and texts in quotes.
std::string written(const Value& value, bool respelled, int indent = 0) {
  const std::string margin = "\n" + std::string(static_cast<std::size_t>(indent), ' ');
  std::string text;
  if (value.is_scalar()) {
    const bool plain = !value.quoted && (value.text.find_first_not_of("+-.0123456789e") == std::string::npos ||
                                         value.text == "true" || value.text == "false");
    return plain ? value.text : in_quotes(respelled ? other_unit(value.text) : value.text);
  }
  if (value.is_sequence()) {
    for (const Value& item : value.items) {
      text += respelled ? margin + "- " + written(item, true, indent + 2)
                        : (text.empty() ? "" : ", ") + written(item, false);
    }
    return respelled && !text.empty() ? text : "[" + text + "]";
  }
  if (!respelled) {
    for (const auto& member : value.members) {
      text += (text.empty() ? "" : ", ") + in_quotes(member.key) + ": " + written(member.value, false);
    }
    return "{" + text + "}";
  }
  for (auto member = value.members.rbegin(); member != value.members.rend(); ++member) {
    text += margin + in_quotes(member->key) + ": " + written(member->value, true, indent + 2);
  }
  return text.empty() ? "{}" : text;
}

// Fingerprints of all files that a recipe makes; what is wrong with it under "problems".
std::map<std::string, std::string> fingerprints(const std::string& text, const Files& files) {
  auto source = std::make_shared<SourceFile>();
  source->path = "recipe.yaml";
  source->text = text;
  source->directory = files.folder().string();
  Diagnostics diagnostics;
  const Plan plan =
      build_plan(load_recipe(std::move(source), files.folder() / "recipe.yaml", {}, diagnostics), diagnostics);
  std::map<std::string, std::string> result;
  if (diagnostics.has_errors()) result["problems"] = render(diagnostics) + text;
  for (const Task& task : plan.tasks) {
    if (task.makes_file()) result[task.name] = to_hex(task.fingerprint);
  }
  return result;
}

// ---- keys of the language
// --------------------------------------------------------------------------------------------

struct Key {
  std::string entry;  // "patterns.long", "combine"; empty: no key of an entry
  std::string name;   // "patterns.long.rates.burst"
  std::string own;    // "rates.burst"
};

std::vector<Key> all_keys() {
  std::vector<Key> keys;
  const auto add = [&](const std::string& entry, const std::string& prefix, const FieldDoc& doc) {
    keys.push_back({entry, prefix + std::string(doc.name), std::string(doc.name)});
    for (const KeyInside& inside : keys_inside(doc)) keys.push_back({entry, prefix + inside.way, inside.way});
  };
  const SchemaTables& tables = language_tables();
  for (const auto& sections : {tables.top_level, tables.networks}) {
    for (const SectionDoc& section : sections) {
      const std::string prefix = section.name == "recipe" ? "" : std::string(section.name) + ".";
      for (const FieldDoc& doc : section.fields) add("", prefix, doc);
    }
  }
  for (const SchemaSection& section : tables.sections) {
    for (const SchemaKind& kind : section.kinds) {
      const std::string entry =
          std::string(section.name) + (kind.info == nullptr ? "" : "." + std::string(kind.info->name));
      for (const auto& table : kind.tables) {
        for (const FieldDoc& doc : table) add(entry, entry + ".", doc);
      }
    }
  }
  for (const KindInfo* process : tables.processes) {
    for (const FieldDoc& doc : process->fields) add("", "process." + std::string(process->name) + ".", doc);
  }
  return keys;
}

const Sample* sample_of(const Key& key) {
  const std::string section = key.entry.substr(0, key.entry.find('.'));
  for (const std::string& name : {key.name, section + ".*." + key.own, "*." + key.own}) {
    for (const Sample& sample : kSamples) {
      if (sample.key == name && (name == key.name || !key.entry.empty())) return &sample;
    }
  }
  return nullptr;
}

// A recipe with one entry of a kind, and what it needs.
Value recipe_of(const std::string& entry) {
  Value tree = parse_yaml("{}");
  const auto apply = [&](const Settings& settings) {
    for (const Setting& setting : settings) set(tree, setting.place, setting.yaml);
  };
  apply(kHead);
  if (entry.empty()) {
    apply(kBackground);
    apply(kSet);
    set(tree, "patterns.p", "{type: long, assemblies: layers, on_time: 100 ms, rates: {burst: 50 Hz}}");
    return tree;
  }
  if (entry.starts_with("assemblies") || entry.starts_with("patterns")) apply(kSet);
  const std::size_t dot = std::min(entry.find('.'), entry.size());
  const std::string section = entry.substr(0, dot);
  if (dot < entry.size())
    set(tree, section + ".e." + (section == "patterns" ? "type" : "method"), entry.substr(dot + 1));
  REQUIRE_MESSAGE(kEntries.contains(entry), "no row in kEntries for ", entry);
  for (const Setting& setting : kEntries.at(entry)) set(tree, section + ".e." + setting.place, setting.yaml);
  if (section == "assemblies") apply(kOnSet);
  return tree;
}

Value with_sample(const Key& key, const Sample& sample, const std::string& yaml) {
  Value tree = recipe_of(key.entry);
  const std::string section = key.entry.substr(0, key.entry.find('.'));
  const auto place = [&](const std::string& in_entry) {
    if (in_entry.starts_with('/')) return in_entry.substr(1);
    return key.entry.empty() ? in_entry : section + ".e." + in_entry;
  };
  for (const Setting& setting : sample.besides) set(tree, place(setting.place), setting.yaml);
  const std::string own = key.entry.empty() ? key.name : key.own;
  set(tree, place(sample.place.empty() ? own : sample.place), yaml);
  return tree;
}

TEST_SUITE("conformance") {
  TEST_CASE("keys: another value makes another file or has a reason; another spelling makes the same") {
    const Files files;
    std::set<const Sample*> used;
    for (const Key& key : all_keys()) {
      CAPTURE(key.name);
      const Sample* sample = sample_of(key);
      CHECK_MESSAGE(sample != nullptr, "no sample in this file for the key ", key.name);
      used.insert(sample);
      if (sample == nullptr || (sample->other.empty() && !sample->reason.empty())) continue;
      const Value tree = with_sample(key, *sample, sample->yaml);
      const std::string respelled = written(tree, true);
      const auto one = fingerprints(written(tree, false), files);
      const auto other = fingerprints(written(with_sample(key, *sample, sample->other), false), files);
      const auto again = fingerprints(respelled, files);
      const auto sound = [](const auto& made) {
        const auto problems = made.find("problems");
        CHECK_MESSAGE(problems == made.end(), problems->second);
        return problems == made.end();
      };
      if (!sound(one) || !sound(other) || !sound(again)) continue;
      CHECK((one == other) == !sample->reason.empty());
      CHECK_MESSAGE(one == again, respelled);
    }
    for (const Sample& sample : kSamples) CHECK_MESSAGE(used.count(&sample) == 1, "a sample of no key: ", sample.key);
  }

  TEST_CASE("keys: another kind makes another file") {
    const Files files;
    for (const char* section : {"assemblies", "patterns"}) {
      std::map<std::string, std::string> kind_of;
      for (const auto& [entry, settings] : kEntries) {
        if (!entry.starts_with(section)) continue;
        auto made = fingerprints(written(recipe_of(entry), false), files);
        REQUIRE_MESSAGE(made.count("problems") == 0, made["problems"]);
        const auto [first, is_new] = kind_of.emplace(made[std::string(section) == "patterns" ? "e" : "p"], entry);
        CHECK_MESSAGE(is_new, first->second, " and ", entry);
      }
    }
  }
}

}  // namespace
}  // namespace stimgen
