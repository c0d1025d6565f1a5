// The spikes of one task, from its source into a sink: a run writes them to a file, verify holds them against one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "stimgen/diagnostic.hpp"
#include "stimgen/plan.hpp"
#include "stimgen/store.hpp"
#include "stimgen/worker_pool.hpp"

namespace stimgen {

// What a task needs of those who make it.
struct TaskContext {
  WorkerPool* pool = nullptr;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::uint64_t)> add_progress;  // spikes written since the last call; any thread

  // For those who only pass work on: nullptr if there is one thread, which then does it at once.
  WorkerPool* helpers() const { return pool->threads() > 1 ? pool : nullptr; }
  // Throws Interrupted if the user asked to stop.
  void check_stop() const {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) throw Interrupted();
  }
};

struct TaskCounts {
  std::uint64_t spikes = 0;
  std::uint64_t nodes = 0;  // of a combination: 0
};

// Opens the spikes of a needed task.
using TaskOpener = std::function<std::unique_ptr<SpikeReader>(TaskIndex)>;

// Writes every population of the task in alphabetical order, each in the order and on the grid of the recipe's output.
// The content depends on the plan alone, not on threads or blocks; memory is bounded by threads and nodes. Existing
// files must hold what they held when the plan was built. Errors: those of reader and sink, Interrupted.
TaskCounts write_task(const Plan& plan, TaskIndex task, SpikeSink& sink, const TaskContext& context,
                      const TaskOpener& open_task);

// The file of a task, which must hold what the task made. Errors: InputError, also by the last read() of a population
// that is another one [combine.changed-source].
std::unique_ptr<SpikeReader> open_task_file(const Plan& plan, TaskIndex task,
                                            const std::vector<PopulationContent>& made);

}  // namespace stimgen
