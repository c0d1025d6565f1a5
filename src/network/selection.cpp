// The keys that pick nodes (population, where, node_set, connected_to), shared by backgrounds and assemblies.
#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "network/condition.hpp"
#include "network/population.hpp"

namespace stimgen {
namespace {

constexpr std::array kConnectedFields = {
    FieldDoc{"edges", "path", "", "", "SONATA edges file", "net/thalamus_cortex_edges.h5"},
    FieldDoc{"population", "text", "", "<the only edge population of the file>", "Edge population in the file",
             "thalamus_to_cortex"},
};

constexpr std::array kSelectionFields = {
    FieldDoc{"population", "text", "", "<the only population, if there is one>",
             "Node population that the nodes are taken from", "thalamus"},
    FieldDoc{
        "where", "where", "", "none",
        "Only nodes for which all of this holds (SONATA node-set syntax: a value, a list, or $gt, $gte, $lt, $lte, "
        "$eq, $neq, $in, $regex)",
        "{pop_name: [PN, PV], layer: {$gt: 4}}", kConditionFields},
    FieldDoc{"node_set", "text", "", "none", "Only nodes of this set of the node-set files", "excitatory"},
    FieldDoc{"connected_to", "connected", "", "none", "Only nodes that are the source of at least one edge",
             "{edges: net/thalamus_cortex_edges.h5}", kConnectedFields},
};

NodeSelection intersect(const NodeSelection& a, const NodeSelection& b) {
  NodeSelection both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

const NodePopulation* find_population(Fields& fields, const Network& network) {
  const auto names = network.population_names();
  if (!fields.has("population")) {
    fields.value("population");
    if (!network.damaged().empty()) return nullptr;  // it may be meant
    if (names.size() == 1) return network.population(names.front());
    fields.error("population", "network.unknown-population", fmt::format("{} needs 'population'", fields.owner()),
                 names.empty() ? "the recipe's networks have no population" : suggest("", names));
    return nullptr;
  }
  const auto name = fields.optional_text("population");
  if (!name) return nullptr;
  const NodePopulation* population = network.population(*name);
  const auto follows_from_a_file = [&] {
    return !network.complete() &&
           fields.diagnostics().error_again("file.unreadable", fields.loc("population"),
                                            fmt::format("population '{}' may be in it", printable(*name, 60)));
  };
  if (population == nullptr && !network.damaged().contains(*name) && !follows_from_a_file()) {
    fields.diagnostics().add(unknown_population(network, *name), fields.loc("population"));
  }
  return population;
}

}  // namespace

std::span<const FieldDoc> selection_fields() {
  return kSelectionFields;
}

PopulationSelection read_selection(Fields& fields, const Network& network) {
  Diagnostics& diagnostics = fields.diagnostics();
  const auto errors_before = diagnostics.error_count();
  PopulationSelection result;
  result.population = find_population(fields, network);
  const Value* where = fields.value("where");
  const auto node_set = fields.optional_text("node_set");
  const Value* connected = fields.value("connected_to");
  std::filesystem::path edges;
  std::string edge_population;
  SourceLoc edges_loc;
  if (connected != nullptr) {
    Fields inner(*connected, "'connected_to'", {kConnectedFields}, diagnostics);
    edges = inner.path("edges");
    edge_population = inner.text("population");
    edges_loc = inner.loc("edges");
  }
  if (result.population == nullptr) return {};
  const NodePopulation& population = *result.population;

  if (where != nullptr) {
    result.rows = network.select(population, *where, diagnostics);
  } else {
    result.rows = counted_ids(population.size());
  }
  if (node_set) {
    result.rows =
        intersect(result.rows, network.select_node_set(population, *node_set, fields.loc("node_set"), diagnostics));
  }
  if (!edges.empty()) {
    result.rows =
        intersect(result.rows, network.select_connected(population, edges, edge_population, edges_loc, diagnostics));
  }
  if (diagnostics.error_count() != errors_before) return {};
  if (result.rows.empty()) {
    const char* key = where != nullptr       ? "where"
                      : node_set             ? "node_set"
                      : connected != nullptr ? "connected_to"
                                             : "population";
    fields.error(key, "network.empty-selection",
                 population.size() == 0 ? fmt::format("population '{}' has no nodes", population.name())
                                        : fmt::format("this selects none of the {} nodes of population '{}'",
                                                      population.size(), population.name()));
    return {};
  }
  return result;
}

}  // namespace stimgen
