// SONATA nodes files: every population of an HDF5 file as a lazily read table.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "network/node_types.hpp"
#include "stimgen/network.hpp"

namespace stimgen {

// How the columns come about (SONATA guide, "Representing nodes"):
// * each dataset of a node group is a column; `dynamics_params/x` is the column "dynamics_params.x"; an N×3 dataset
//   `positions` is pos_x, pos_y, pos_z; an integer dataset with a text table of its name under `@library` is text;
// * each column of the node types file is one; where a node's group has a dataset of the same name, that one counts,
//   even if its value is NaN;
// * a node whose group and type both lack it has no value;
// * node groups and types that disagree in type make text if one is text, else real numbers; named integers (booleans
//   of h5py) are integers;
// * node_type_id is a column.
// Other datasets with several values a node are refused when used. `types` may be null. Structural problems are
// reported at `loc`, where the file is named.
std::vector<std::unique_ptr<NodePopulation>> open_sonata_nodes(const std::filesystem::path& path,
                                                               std::shared_ptr<const NodeTypeTable> types,
                                                               const SourceLoc& loc, Diagnostics& diagnostics);

}  // namespace stimgen
