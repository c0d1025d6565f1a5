// Joins the parts of a task.
#pragma once

#include "run/parts.hpp"

namespace stimgen {

// Writes a whole set as the task's population. by_id: one part is open at a time; by_time: all are, with about 2 MB of
// memory each. Errors: InputError if a part can no longer be read, or is not the one that was looked at: another
// program may have replaced it meanwhile, where the file system knows no locks.
TaskCounts write_joined(const std::vector<Part>& parts, const std::string& population, SpikeOrder order,
                        SpikeSink& sink, const TaskContext& context);

}  // namespace stimgen
