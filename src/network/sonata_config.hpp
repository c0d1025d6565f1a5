// SONATA simulation and circuit configs: which nodes files and node sets a model has.
//
// Paths as libsonata resolves them: relative to the folder of the config that names them (BMTK takes the working
// folder, which is the same for a model run in its own folder). `manifest` entries ($NAME, used as $NAME or ${NAME})
// may use each other; ${configdir}, ${configfname} and ${workingdir} are there as in BMTK. The keys `network` and
// `simulation` lead to further configs, each with its own manifest. Only what is needed is resolved: an unknown
// variable elsewhere (in `output`, say) does not matter.
// A simulation config that names no network is that of the circuit_config.json beside it, as for libsonata.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "stimgen/grammar.hpp"

namespace stimgen {

struct NodesFile {
  std::filesystem::path nodes;
  std::optional<std::filesystem::path> node_types;
  SourceLoc nodes_loc;  // where they are named
  SourceLoc types_loc;
};

// Whose node sets they are: of two with one name that of the simulation counts ("overriding"), those of a recipe and of
// a config exclude each other.
enum class NodeSetOwner : std::uint8_t { circuit, simulation, recipe };

struct NodeSetFile {
  NamedFile file;
  NodeSetOwner owner = NodeSetOwner::recipe;
};

struct SonataConfig {
  std::vector<NamedFile> configs;  // the configs themselves
  std::vector<NodesFile> nodes;
  std::vector<NodeSetFile> node_set_files;
  std::vector<std::pair<Value, NodeSetOwner>> node_sets;  // written in the config itself, as BMTK allows
  std::set<std::string, std::less<>> virtual_populations;
  std::optional<double> stop_ms;  // run.tstop
};

// Adds what `path` and the configs it leads to name. `loc`: where the path stands.
void read_sonata_config(const std::filesystem::path& path, const SourceLoc& loc, SonataConfig& config,
                        Diagnostics& diagnostics);

// Reports a file that is not there or a folder, at the place where it is named; false then.
bool require_file(const std::filesystem::path& path, const std::string& role, const SourceLoc& loc,
                  Diagnostics& diagnostics);

}  // namespace stimgen
