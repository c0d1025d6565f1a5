// SONATA nodes files: every population of an HDF5 file as a lazily read table.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "network/node_types.hpp"
#include "stimgen/network.hpp"

namespace stimgen {

// How the columns come about (SONATA guide, "Representing nodes"):
// * each dataset of a node group is a column; `dynamics_params/x` is the column "dynamics_params.x"; an N×2 or
//   N×3 dataset `positions` is pos_x, pos_y and perhaps pos_z; an integer dataset with a text table of its name under
//   `@library` is text;
// * each column of the node types file is one; where a node's group has a dataset of the same name, that one counts,
//   even if its value is NaN;
// * a node whose group and type both lack it has no value;
// * node groups and types that disagree in type make text if one is text, else real numbers; named integers (booleans
//   of h5py) are integers;
// * node_type_id is a column.
// Other datasets with several values a node, and all else that is not as it should be, are refused when used: a column,
// or a population of which not even its number of nodes is sure. Populations behind links are followed if those stay in
// `config_folder`, that of the config that names the file, or in that of the file where this is elsewhere.
struct SonataNodes {
  std::vector<std::unique_ptr<NodePopulation>> populations;
  std::map<std::string, std::string> unusable;  // populations: name → why, as a sentence that names the file
};
// `types` may be null. A file that is no nodes file is reported at `loc`, where it is named.
SonataNodes open_sonata_nodes(const std::filesystem::path& path, const std::shared_ptr<const NodeTypeTable>& types,
                              const std::filesystem::path& config_folder, const SourceLoc& loc,
                              Diagnostics& diagnostics);

}  // namespace stimgen
