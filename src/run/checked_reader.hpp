// Reading a spike file that must still be the one that was planned or made.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "stimgen/store.hpp"

namespace stimgen {

// Content digest of each population, hexadecimal.
using ExpectedContents = std::map<std::string, std::string>;

// Opens a file whose populations in `expected` are digested as they are read; others are read unseen. Requires: each is
// read from its first spike to its last, in order, maybe several times. `origin` ends a message: "that of task 'bg'".
// Errors: InputError [combine.changed-source] by the read() that gives the last spike of a population that is another
// one, and at once if it is not there or empty against expectation.
std::unique_ptr<SpikeReader> open_checked(const std::filesystem::path& file, ExpectedContents expected,
                                          std::string origin, const SpikeFileView& view = {});

}  // namespace stimgen
