// Merges tasks and existing files into one file.
#pragma once

#include "run/spike_task.hpp"

namespace stimgen {

// Writes every population of the sources, in alphabetical order; spikes of one population are merged in the file's order.
// Requires: the needed tasks' files exist under their final names.
TaskCounts write_combination(const Plan& plan, TaskIndex task, SpikeSink& sink, const TaskContext& context);

}  // namespace stimgen
