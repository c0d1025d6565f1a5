// Merges tasks and existing files into one file.
#pragma once

#include "stimgen/task_spikes.hpp"

namespace stimgen {

// Writes every population of the sources, in alphabetical order; spikes of one population are merged in the file's
// order. Existing files must hold what they held when the plan was built. Requires: a combination.
TaskCounts write_combination(const Plan& plan, TaskIndex task, SpikeSink& sink, const TaskContext& context,
                             const TaskOpener& open_task);

}  // namespace stimgen
