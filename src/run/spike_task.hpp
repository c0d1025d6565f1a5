// Makes the spikes of one task: pattern or background → point process → sink. Read this first.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "run/executor.hpp"
#include "stimgen/plan.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

// What a task needs from the run around it.
struct TaskContext {
  Executor* executor = nullptr;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::uint64_t)> add_progress;  // spikes written since the last call; any thread

  // Throws Interrupted if the user asked to stop.
  void check_stop() const {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) throw Interrupted();
  }
};

struct TaskCounts {
  std::uint64_t spikes = 0;
  std::uint64_t nodes = 0;
};

// Writes every spike of `source` into one population of `sink`, in `output.sort` order, rounded to output.resolution.
// The content depends on the source and the output settings alone, not on threads or blocks; memory is bounded by
// threads and nodes.
TaskCounts write_spikes(const SampledSource& source, const OutputSettings& output, SpikeSink& sink,
                        const TaskContext& context);
// The same of these nodes of it alone.
TaskCounts write_spikes(const SampledSource& source, const NodeRates& rates, const OutputSettings& output,
                        SpikeSink& sink, const TaskContext& context);

}  // namespace stimgen
