// Makes the spikes of one background or pattern: rates → point process → sink. Read this first.
#pragma once

#include "stimgen/task_spikes.hpp"

namespace stimgen {

// Writes the spikes of these nodes of `source` into one population of `sink`, in `output.sort` order, rounded to
// output.resolution. The content depends on the source and the output settings alone, not on threads or blocks; memory
// is bounded by threads and nodes.
TaskCounts write_spikes(const SampledSource& source, const NodeRates& rates, const OutputSettings& output,
                        SpikeSink& sink, const TaskContext& context);

}  // namespace stimgen
