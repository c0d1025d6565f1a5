// External sorting of spikes with a memory limit that a test can lower.
#pragma once

#include <cstddef>

#include "stimgen/store.hpp"

namespace stimgen {

// Spikes sorted in memory at once: 64 MiB.
inline constexpr std::size_t kRunSpikes = std::size_t{1} << 22;

// open_sorted with runs of `run_spikes`.
std::unique_ptr<SpikeSource> open_sorted_in_runs(const SpikeReader& reader, const ReadSelection& selection,
                                                 SpikeOrder order, const std::filesystem::path& spill_dir,
                                                 std::size_t run_spikes);

}  // namespace stimgen
