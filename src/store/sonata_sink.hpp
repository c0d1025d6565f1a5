// What create_spike_file() makes, on a disk that a test may let fail.
#pragma once

#include <filesystem>
#include <memory>

#include "base/atomic_file.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

// `disk` makes the file visible.
std::unique_ptr<SpikeSink> create_sonata_file(const std::filesystem::path& path, const FileOptions& options,
                                              WorkerPool* pool, Disk& disk);

}  // namespace stimgen
