// Merges tasks and existing files into one file.
#pragma once

#include <functional>
#include <memory>

#include "run/spike_task.hpp"

namespace stimgen {

// Opens the spikes of a needed task.
using TaskOpener = std::function<std::unique_ptr<SpikeReader>(TaskIndex)>;

// The file of a task, which must hold what the task made. Errors: open_checked().
std::unique_ptr<SpikeReader> open_task_file(const Plan& plan, TaskIndex task,
                                            const std::vector<PopulationContent>& made);

// Writes every population of the sources, in alphabetical order; spikes of one population are merged in the file's
// order. Existing files must hold what they held when the plan was built.
TaskCounts write_combination(const Plan& plan, TaskIndex task, SpikeSink& sink, const TaskContext& context,
                             const TaskOpener& open_task);

}  // namespace stimgen
