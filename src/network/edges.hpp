// The nodes that edges of a SONATA edges file start from.
#pragma once

#include <filesystem>
#include <string>

#include "network/condition.hpp"
#include "stimgen/network.hpp"

namespace stimgen {

// `edge_population` may be empty if the file has only one. Memory: a byte a node and a block of edges.
NodeMask mark_sources(const NodePopulation& population, const std::filesystem::path& edges_file,
                      const std::string& edge_population, const SourceLoc& loc, Diagnostics& diagnostics);

}  // namespace stimgen
