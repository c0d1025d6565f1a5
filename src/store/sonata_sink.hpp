// Writes SONATA spike files (store.hpp describes them).
#pragma once

#include <filesystem>
#include <memory>

#include "base/atomic_file.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

// The folder must exist. `disk` makes the file visible; a test may let it fail.
std::unique_ptr<SpikeSink> create_sonata_file(const std::filesystem::path& path, const FileOptions& options,
                                              WorkerPool* pool, Disk& disk = real_disk());

}  // namespace stimgen
