// Running a plan: what is made, in which order, on which threads, and who is told.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stimgen/plan.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

class FolderLock;  // base/folder_lock.hpp
struct Patience;

inline constexpr unsigned kMostThreads = 1024;
inline constexpr unsigned kMostShards = 1000;  // a join by time opens all parts at once

// Part `index` of `count` of every spike task; 1 ≤ index ≤ count ≤ kMostShards. src/run/shards.hpp gives the form.
struct Shard {
  unsigned index = 1;
  unsigned count = 1;
};

struct RunOptions {
  unsigned threads = 0;             // 0: default_thread_count()
  std::vector<std::string> only{};  // empty: all
  std::optional<Shard> shard{};     // make this part of every spike task, and nothing else
  bool force = false;               // of parts: neither take one that is there for made, nor join any
  bool remove_parts = true;         // of tasks whose file is made or up to date
};

// SLURM_CPUS_PER_TASK if set, at most kMostThreads, else the number of CPUs this process may use.
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
  unsigned parts = 0;   // that the file was joined from; 0: it was sampled or combined
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
  virtual void warned(const Diagnostics&) {}
  // Spikes written so far over all tasks; called a few times a second at most for each task.
  virtual void progress(std::uint64_t spikes_done, double spikes_expected) = 0;
  virtual void task_finished(const Task& task, const TaskResult& result) = 0;
};

struct RunSummary {
  std::vector<std::pair<TaskIndex, TaskResult>> results;  // tasks that make files (a shard: spike tasks), in plan order
  bool interrupted = false;
  // 0 if all were made or current; else 130 if interrupted, else the largest exit code of the failed tasks.
  int exit_code() const;
};

// Where a shard of a spike task is written.
std::filesystem::path part_path(const Plan& plan, const Task& task, Shard shard);
// Why a part would be made: "missing", "damaged", …; empty if it is there and right. Reads all of it.
std::string part_problem(const Plan& plan, const Task& task, Shard shard);

// A file that is called like a part of a task, and that neither this recipe made nor could use.
struct OtherPart {
  TaskIndex task = 0;
  std::filesystem::path file;
  std::string recipe;  // that made it, as seen from the output folder; empty: damaged, or none of stimgen's
};
// Those of these tasks in the output folder.
std::vector<OtherPart> find_other_parts(const Plan& plan, const std::vector<TaskIndex>& tasks);

// Refuses a run that could not end well, before anything is written: for what stands where it would write these tasks
// (or parts of them), for folders that cannot be written in, and for limits. Errors: InputError, EnvironmentError.
void refuse_hopeless(const Plan& plan, const RunOptions& options, const std::vector<TaskIndex>& to_make);

// The output folder of a plan, held while it lives: alone, or with others that make shards too. What is concluded from
// files in it before it is held may be wrong by then.
class HeldOutput {
 public:
  // Refuses what is hopeless, then makes the folder, takes its lock and removes what killed runs left
  // in it and beside the recipe. `log` says which of the tasks would be made. Errors: InputError, EnvironmentError,
  // Interrupted (as FolderLock).
  HeldOutput(const Plan& plan, const RunOptions& options, TaskLog& log, const Patience& patience);
  ~HeldOutput();
  HeldOutput(const HeldOutput&) = delete;
  HeldOutput& operator=(const HeldOutput&) = delete;

 private:
  std::unique_ptr<FolderLock> lock_;
};

// Makes the files in the folder that is held; a task of which a whole set of parts is there is joined from them. `stop`
// becomes true when the user asks to stop: within a moment unfinished files are removed, finished ones stay.
RunSummary run_plan(const HeldOutput& held, const Plan& plan, const RunOptions& options, TaskLog& log,
                    RunObserver& observer, const std::atomic<bool>& stop);

// The tasks that a run makes files of, or parts of files: in plan order. Errors: InputError, as Plan::closure().
std::vector<TaskIndex> wanted_tasks(const Plan& plan, const RunOptions& options);
// What run_plan() would say if all of the wanted tasks are current. Reads and writes nothing.
RunSummary current_summary(const Plan& plan, const RunOptions& options, TaskLog& log);
// Removes unfinished files of killed runs and parts of tasks that are current, if there are any and nobody holds the
// folder; else leaves them for the next time.
void tidy_output(const Plan& plan, const RunOptions& options) noexcept;

}  // namespace stimgen
