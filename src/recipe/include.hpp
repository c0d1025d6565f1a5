// `include`: the sections of other files, merged into one tree.
#pragma once

#include <vector>

#include "stimgen/grammar.hpp"

namespace stimgen {

// Reads the files that `root`'s `include` names, and theirs, and merges their sections into `root`; a key in two files
// is an error at both places. Takes the keys `include` and (of included files) `stimgen` out. Returns the files that
// were read.
std::vector<NamedFile> merge_includes(Value& root, const std::shared_ptr<const SourceFile>& file,
                                      Diagnostics& diagnostics);

// The keys of the top level under which entries of two files are merged one level deeper.
bool merges_two_levels(std::string_view section);

// Checks a `stimgen` key: a newer version is reported so that nothing else need be. False after an error.
bool check_format_version(const Value& version, Diagnostics& diagnostics);

}  // namespace stimgen
