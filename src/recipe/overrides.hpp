// `--set key.path=value`: changes to the tree from the command line.
#pragma once

#include "stimgen/grammar.hpp"

namespace stimgen {

// Applies one setting. Relative paths in its value start at `directory`. Problems are placed in the setting's text.
void apply_override(Value& root, const std::string& setting, const std::string& directory, Diagnostics& diagnostics);

}  // namespace stimgen
