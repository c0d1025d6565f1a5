// What a spike file on disk holds, as the lock would say it.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "stimgen/audit.hpp"

namespace stimgen {

using Contents = std::map<std::string, LockedPopulation>;

// Digests every population. Errors: InputError if it cannot be read; Interrupted when `stop` becomes true.
Contents digest_file(const SpikeReader& reader, const std::atomic<bool>* stop = nullptr);
Contents contents_of(const std::vector<PopulationContent>& populations);
// One text for all populations: what FileStamps remembers of a spike file.
std::string content_text(const Contents& contents);

}  // namespace stimgen
