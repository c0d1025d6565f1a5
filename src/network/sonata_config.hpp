// SONATA simulation and circuit configs: which nodes files and node sets a model has.
//
// Paths as libsonata resolves them: relative to the folder of the config that names them (BMTK takes the working
// folder, which is the same for a model run in its own folder). `manifest` entries ($NAME, used as $NAME or ${NAME})
// may use each other; ${configdir}, ${configfname} and ${workingdir} are there as in BMTK. The keys `network` and
// `simulation` lead to further configs, each with its own manifest. Only what is needed is resolved: an unknown
// variable elsewhere (in `output`, say) does not matter.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "stimgen/grammar.hpp"

namespace stimgen {

struct NodesFile {
  std::filesystem::path nodes;
  std::optional<std::filesystem::path> node_types;
  SourceLoc nodes_loc;  // where they are named
  SourceLoc types_loc;
};

struct SonataConfig {
  std::vector<NamedFile> configs;  // the configs themselves
  std::vector<NodesFile> nodes;
  std::vector<NamedFile> node_set_files;
  std::vector<Value> node_sets;  // written in the config itself, as BMTK allows
};

// Adds what `path` and the configs it leads to name. `loc`: where the path stands.
void read_sonata_config(const std::filesystem::path& path, const SourceLoc& loc, SonataConfig& config,
                        Diagnostics& diagnostics);

// Reports a file that is not there or a folder, at the place where it is named; false then.
bool require_file(const std::filesystem::path& path, const std::string& role, const SourceLoc& loc,
                  Diagnostics& diagnostics);

}  // namespace stimgen
