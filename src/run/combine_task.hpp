// Merges tasks and existing files into one file.
#pragma once

#include <functional>
#include <memory>

#include "run/spike_task.hpp"

namespace stimgen {

// Opens what a source names; the default looks for the needed tasks' files under their final names.
using SourceOpener = std::function<std::unique_ptr<SpikeReader>(const CombineSource&)>;

// Writes every population of the sources, in alphabetical order; spikes of one population are merged in the file's
// order.
TaskCounts write_combination(const Plan& plan, TaskIndex task, SpikeSink& sink, const TaskContext& context,
                             const SourceOpener& open_source = {});

}  // namespace stimgen
