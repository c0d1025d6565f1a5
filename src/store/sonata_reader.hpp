// Reads SONATA spike files, ours and other programs'.
#pragma once

#include <filesystem>
#include <memory>

#include "stimgen/store.hpp"

namespace stimgen {

std::unique_ptr<SpikeReader> open_sonata_file(const std::filesystem::path& path);

}  // namespace stimgen
