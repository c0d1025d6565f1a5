// Running a plan: what is made, in which order, on which threads, and who is told.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "stimgen/plan.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

struct RunOptions {
  unsigned threads = 0;           // 0: default_thread_count()
  std::vector<std::string> only;  // empty: all
};

// SLURM_CPUS_PER_TASK if set, else the number of CPUs this process may use.
unsigned default_thread_count();

enum class TaskStatus : std::uint8_t {
  made,
  current,  // the log proves it up to date
  failed,
  not_run,  // something it needs failed
  interrupted
};

struct TaskResult {
  TaskStatus status = TaskStatus::not_run;
  std::uint64_t spikes = 0;
  std::uint64_t nodes = 0;                     // that could fire: driven nodes (combine: 0)
  double mean_rate_hz = 0;                     // spikes / nodes / duration (combine: 0)
  std::uint64_t bytes = 0;                     // of the file
  std::vector<PopulationContent> populations;  // in the file's order
  double seconds = 0;
  std::string problem;  // of a failed task, rendered
  int exit_code = 0;    // 3 input, 4 environment, 70 our bug
};

// "Is this task's file up to date?", what is kept in it, and "this task is done". Called from one thread at a time.
class TaskLog {
 public:
  virtual ~TaskLog() = default;
  // True: the file is not made again. Then fills in what the log knows of it: spikes, nodes, rate, bytes, populations.
  virtual bool is_current(const Plan& plan, const Task& task, TaskResult& result) = 0;
  // What goes into the file beside its spikes (SpikeSink::set_provenance); empty: nothing. Unlike the others it is
  // called from any thread.
  virtual std::string provenance(const Plan&, const Task&, const TaskResult&) const { return {}; }
  virtual void finished(const Plan& plan, const Task& task, const TaskResult& result) = 0;
};

// Remembers nothing: every task is stale.
class NoTaskLog : public TaskLog {
 public:
  bool is_current(const Plan&, const Task&, TaskResult&) override { return false; }
  void finished(const Plan&, const Task&, const TaskResult&) override {}
};

// Is told what happens. Called under a lock, from any thread.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void task_started(const Task&) {}
  // Spikes written so far over all tasks; called a few times a second at most for each task.
  virtual void progress(std::uint64_t spikes_done, double spikes_expected) = 0;
  virtual void task_finished(const Task& task, const TaskResult& result) = 0;
};

struct RunSummary {
  std::vector<std::pair<TaskIndex, TaskResult>> results;  // tasks that make files, in plan order
  bool interrupted = false;
  // 0 if all were made or current; else 130 if interrupted, else the largest exit code of the failed tasks.
  int exit_code() const;
};

// Makes the files. `stop` becomes true when the user asks to stop: within a moment unfinished files are removed,
// finished ones stay. Checks limits and the output folder before anything is written (InputError, EnvironmentError).
RunSummary run_plan(const Plan& plan, const RunOptions& options, TaskLog& log, RunObserver& observer,
                    const std::atomic<bool>& stop);

}  // namespace stimgen
