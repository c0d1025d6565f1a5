// Populations declared in the recipe: {nodes: N, properties: {…}}.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "stimgen/network.hpp"

namespace stimgen {

// Node ids are 0 … N-1. A property is
//   a scalar, typed as in YAML (quotes make text)     {blocks: […]}     node i of N has value floor(i·k/N) of k
//   {cycle: […]}  node i has value i modulo k         {values: […]}     one value a node, in order
//   {uniform: [lo, hi]}  drawn: lo + (hi − lo)·u, u from the first word of stream (seed, "<population>.<property>")
//   {linspace: [lo, hi]}  lo + i·((hi − lo)/(N − 1)), the last exactly hi; a single node has lo
// A list is integer if all its values are, real if all are numbers, else text; `null` in a list is no value.
// nullptr after an error.
std::unique_ptr<NodePopulation> read_inline_population(const std::string& name, const Value& body, std::uint64_t seed,
                                                       Diagnostics& diagnostics);

std::span<const FieldDoc> inline_population_fields();

}  // namespace stimgen
