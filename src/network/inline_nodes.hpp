// Populations declared in the recipe: {nodes: N, properties: {…}}.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "stimgen/network.hpp"

namespace stimgen {

// How a property is made, if it is not one value for every node; in the order of `Rule` (inline_nodes.cpp).
inline constexpr FieldDoc kPropertyFields[] = {
    {"blocks", "literals", "", "none", "Values of equal blocks of consecutive nodes", "[0, 1, 2, 3]"},
    {"cycle", "literals", "", "none", "Values that the nodes take in turn", "[L4, L5]"},
    {"values", "literals", "", "none", "One value for each node, in order", "[1.5, 2, 2.5]"},
    {"uniform", "range", "", "none", "Drawn evenly between low and high, from seeds.network", "[-300, 300]"},
    {"linspace", "range", "", "none", "Evenly spaced from the first node to the last", "[-300, 300]"},
};

inline constexpr FieldDoc kInlinePopulationFields[] = {
    {"nodes", "count", "", "", "Number of nodes; their ids are 0, 1, 2, …", "240"},
    {"properties", "node-properties", "", "none",
     "Node properties by name: one value for every node, or {blocks: […]}, {cycle: […]}, {values: […]}, "
     "{uniform: [lo, hi]} or {linspace: [lo, hi]}",
     "{pop_name: PN}", kPropertyFields},
};

// Node ids are 0 … N-1. A property is
//   a scalar, typed as in YAML (quotes make text)     {blocks: […]}     node i of N has value floor(i·k/N) of k
//   {cycle: […]}  node i has value i modulo k         {values: […]}     one value a node, in order
//   {uniform: [lo, hi]}  drawn: lo + (hi − lo)·u, u from the first word of stream (seed, "<population>/<property>")
//   {linspace: [lo, hi]}  lo + i·((hi − lo)/(N − 1)), the last exactly hi; a single node has lo
// A list is integer if all its values are, real if all are numbers, else text; `null` in a list is no value.
// nullptr after an error.
std::unique_ptr<NodePopulation> read_inline_population(const std::string& name, const Value& body, std::uint64_t seed,
                                                       Diagnostics& diagnostics);

}  // namespace stimgen
