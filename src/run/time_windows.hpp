// by_time output: all nodes advance together through windows of time, so memory does not grow with the number of
// spikes.
#pragma once

#include "run/spike_task.hpp"

namespace stimgen {

// Spikes in order of time, then node id.
TaskCounts write_by_time(const PreparedProcess& process, const NodeRates& rates, double resolution_ms, SpikeSink& sink,
                         const TaskContext& context);

// Ends of windows that hold about `spikes_per_window` expected spikes each, ascending; the last is the end of all.
std::vector<double> window_ends_ms(const NodeRates& rates, double spikes_per_window);

}  // namespace stimgen
