// run_plan(): starts every task when what it needs is done, and keeps going around failures.
#include "stimgen/run.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/folder_lock.hpp"
#include "run/combine_task.hpp"
#include "run/executor.hpp"
#include "run/join_parts.hpp"
#include "run/parts.hpp"
#include "run/shards.hpp"
#include "run/spike_task.hpp"

namespace stimgen {
namespace {

class Scheduler {
 public:
  Scheduler(const Plan& plan, const RunOptions& options, TaskLog& log, RunObserver& observer,
            const std::atomic<bool>& stop)
      : plan_(plan), options_(options), log_(log), observer_(observer), stop_(stop), threads_(options.threads) {
    if (threads_ == 0) threads_ = default_thread_count();
    order_ = wanted_tasks(plan, options);
    for (const TaskIndex i : order_) {
      spikes_expected_ += plan.tasks[i].expected_spikes / (options.shard ? options.shard->count : 1);
    }
    results_.resize(plan.tasks.size());
    waiting_for_.resize(plan.tasks.size());
    needed_by_.resize(plan.tasks.size());
    for (const TaskIndex i : order_) {
      for (const TaskIndex need : plan.tasks[i].needs) {
        if (!plan.tasks[need].makes_file()) continue;
        ++waiting_for_[i];
        needed_by_[need].push_back(i);
      }
    }
  }

  RunSummary run() {
    if (!options_.shard) parts_.emplace(plan_);
    {
      Executor executor(threads_);
      executor_ = &executor;
      // Looked up before any runs: a task that is done counts down what waits for it.
      std::vector<TaskIndex> ready;
      for (const TaskIndex i : order_) {
        if (waiting_for_[i] == 0) ready.push_back(i);
      }
      if (const Diagnostics warnings = executor.warnings(); !warnings.items().empty()) observer_.warned(warnings);
      for (const TaskIndex i : ready) start(i);
      executor.help();
      std::unique_lock lock(mutex_);
      all_done_.wait(lock, [this] { return done_ == order_.size(); });
    }
    RunSummary summary;
    summary.interrupted = stop_.load();
    for (const TaskIndex i : order_) summary.results.emplace_back(i, results_[i]);
    return summary;
  }

 private:
  void start(TaskIndex i) {
    executor_->submit_task([this, i] {
      const TaskResult result = make(i);
      finish(i, result);
    });
  }

  // The worker loop's catch: everything a task can throw becomes its result.
  TaskResult make(TaskIndex i) {
    const Task& task = plan_.tasks[i];
    const auto begin = std::chrono::steady_clock::now();
    TaskResult result;
    try {
      if (stop_.load()) throw Interrupted();
      {
        const std::lock_guard lock(mutex_);
        if (log_.is_current(plan_, task, result)) {
          result.status = TaskStatus::current;
          remove_parts(task);
          return result;
        }
        observer_.task_started(task);
      }
      write_file(i, result);
      result.status = TaskStatus::made;
      remove_parts(task);
    } catch (const Interrupted&) {
      result.status = TaskStatus::interrupted;
    } catch (const InputError& error) {
      fail(result, 3, error.what());
    } catch (const EnvironmentError& error) {
      fail(result, 4, error.what());
    } catch (const std::bad_alloc&) {
      fail(result, 4, "out of memory");
    } catch (const std::exception& error) {
      fail(result, 70, "this is a bug in stimgen, please report it: " + escaped(error.what()));
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
  }

  void write_file(TaskIndex i, TaskResult& result) {
    const Task& task = plan_.tasks[i];
    const OutputSettings& output = plan_.recipe.output;
    const std::filesystem::path path =
        options_.shard ? part_path(plan_, task, *options_.shard) : plan_.output_path(task);
    TaskContext context;
    context.executor = executor_;
    context.stop = &stop_;
    context.add_progress = [this](std::uint64_t spikes) {
      const std::lock_guard lock(mutex_);
      spikes_done_ += spikes;
      observer_.progress(spikes_done_, spikes_expected_);
    };
    FileOptions file_options{output.compression, output.level};
    // A part is read once and goes.
    if (options_.shard) file_options.compression = Compression::none;
    WorkerPool* const pool = executor_->threads() > 1 ? executor_ : nullptr;
    const auto file = create_spike_file(path, file_options, pool);
    const auto input = plan_.spike_inputs.find(i);
    const TaskCounts counts = write_content(i, *file, context, result);
    context.check_stop();
    result.spikes = counts.spikes;
    result.nodes = counts.nodes;
    result.populations = file->contents();
    if (std::string provenance = log_.provenance(plan_, task, result); !provenance.empty()) {
      file->set_provenance(provenance);
    }
    file->finish();
    if (input != plan_.spike_inputs.end() && counts.nodes > 0) {
      const double seconds = input->second.window.duration_ms() / 1000;
      result.mean_rate_hz = static_cast<double>(counts.spikes) / static_cast<double>(counts.nodes) / seconds;
    }
    result.bytes = std::filesystem::file_size(path);
  }

  TaskCounts write_content(TaskIndex i, SpikeSink& sink, const TaskContext& context, TaskResult& result) {
    const auto found = plan_.spike_inputs.find(i);
    if (found == plan_.spike_inputs.end()) return write_combination(plan_, i, sink, context, task_opener());
    const Plan::SpikeInput& input = found->second;
    const OutputSettings& output = plan_.recipe.output;
    if (options_.shard) {
      const NodeRates rates = make_node_rates(input, context.executor);
      return write_spikes(input, take_shard(rates, *options_.shard), output, sink, context);
    }
    if (const auto parts = whole_set(i, context)) {
      result.parts = static_cast<unsigned>(parts->size());
      return write_joined(*parts, input.population->name(), output.sort, sink, context);
    }
    return write_spikes(input, output, sink, context);
  }

  TaskOpener task_opener() {
    return [this](TaskIndex needed) {
      std::vector<PopulationContent> made;
      {
        const std::lock_guard lock(mutex_);
        made = results_[needed].populations;
      }
      return open_task_file(plan_, needed, made);
    };
  }

  std::optional<std::vector<Part>> whole_set(TaskIndex i, const TaskContext& context) {
    if (options_.force) return std::nullopt;
    Diagnostics warnings;
    auto parts = parts_->whole_set(i, context, warnings);
    if (!warnings.items().empty()) {
      const std::lock_guard lock(mutex_);
      observer_.warned(warnings);
    }
    return parts;
  }

  void remove_parts(const Task& task) {
    if (parts_ && options_.remove_parts) parts_->remove(task);
  }

  static void fail(TaskResult& result, int exit_code, std::string problem) {
    result.status = TaskStatus::failed;
    result.exit_code = exit_code;
    result.problem = std::move(problem);
  }

  void finish(TaskIndex i, const TaskResult& result) {
    std::vector<TaskIndex> ready;
    {
      const std::lock_guard lock(mutex_);
      settle(i, result, ready);
    }
    for (const TaskIndex next : ready) start(next);
  }

  // Records a result, tells everyone, and settles what can no longer run. Requires: mutex_ held.
  void settle(TaskIndex first, const TaskResult& first_result, std::vector<TaskIndex>& ready) {
    std::vector<std::pair<TaskIndex, TaskResult>> settled{{first, first_result}};
    while (!settled.empty()) {
      auto [i, result] = std::move(settled.back());
      settled.pop_back();
      results_[i] = result;
      if (result.status == TaskStatus::made) log_.finished(plan_, plan_.tasks[i], result);
      observer_.task_finished(plan_.tasks[i], result);
      const bool usable = result.status == TaskStatus::made || result.status == TaskStatus::current;
      for (const TaskIndex next : needed_by_[i]) {
        if (given_up_.contains(next)) continue;
        if (usable) {
          if (--waiting_for_[next] == 0) ready.push_back(next);
          continue;
        }
        given_up_.insert(next);
        TaskResult skipped;
        skipped.status = result.status == TaskStatus::interrupted ? TaskStatus::interrupted : TaskStatus::not_run;
        skipped.problem = fmt::format("needs '{}', which was not made", plan_.tasks[i].name);
        settled.emplace_back(next, std::move(skipped));
      }
      ++done_;
    }
    if (done_ == order_.size()) all_done_.notify_all();
  }

  const Plan& plan_;
  const RunOptions& options_;
  TaskLog& log_;
  RunObserver& observer_;
  const std::atomic<bool>& stop_;
  unsigned threads_;
  Executor* executor_ = nullptr;
  std::vector<TaskIndex> order_;
  double spikes_expected_ = 0;
  std::optional<PartsOnDisk> parts_;  // absent in a run of a shard

  std::mutex mutex_;  // guards all below
  std::condition_variable all_done_;
  std::vector<TaskResult> results_;
  std::vector<std::size_t> waiting_for_;
  std::vector<std::vector<TaskIndex>> needed_by_;
  std::set<TaskIndex> given_up_;
  std::uint64_t spikes_done_ = 0;
  std::size_t done_ = 0;
};

// Folders in which runs leave unfinished files when they are killed, and whether the output folder's lock is theirs,
// too.
std::vector<std::pair<std::filesystem::path, bool>> swept_folders(const Plan& plan) {
  const std::filesystem::path& folder = plan.recipe.output.directory;
  std::vector<std::pair<std::filesystem::path, bool>> folders{
      {folder, true},
      {parts_folder(plan), true},
      {folder / ".stimgen", true},
      // The lock file is written beside the recipe.
      {std::filesystem::absolute(plan.recipe.path).parent_path(), false}};
  if (plan.recipe.report) folders.emplace_back(std::filesystem::absolute(*plan.recipe.report).parent_path(), false);
  return folders;
}

void sweep(const Plan& plan) {
  for (const auto& [folder, held] : swept_folders(plan)) sweep_stale_temporaries(folder, held);
}

// Free bytes where the folder is or would be.
std::uint64_t free_bytes_near(std::filesystem::path folder) {
  std::error_code error;
  folder = std::filesystem::absolute(folder, error);
  while (!std::filesystem::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  const auto space = std::filesystem::space(folder, error);
  if (error)
    throw EnvironmentError("disk.cannot-read",
                           fmt::format("cannot tell the free space of '{}': {}", folder.string(), error.message()));
  return space.available;
}

// Joining by time keeps every part open, and a combination every source; many systems begin with 1024 files.
void allow_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 65536));
  setrlimit(RLIMIT_NOFILE, &limit);  // else it stays as it is
}

}  // namespace

std::vector<TaskIndex> wanted_tasks(const Plan& plan, const RunOptions& options) {
  std::vector<TaskIndex> wanted = plan.closure(options.only.empty() ? plan.file_task_names() : options.only);
  std::erase_if(wanted, [&](TaskIndex i) {
    return !plan.tasks[i].makes_file() || (options.shard && !plan.spike_inputs.contains(i));
  });
  return wanted;
}

unsigned default_thread_count() {
  if (const char* slurm = std::getenv("SLURM_CPUS_PER_TASK")) {
    unsigned count = 0;
    const auto [end, status] = std::from_chars(slurm, slurm + std::strlen(slurm), count);
    if (status == std::errc() && *end == '\0' && count > 0) return std::min(count, kMostThreads);
  }
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) == 0) {
    const int count = CPU_COUNT(&usable);
    if (count > 0) return static_cast<unsigned>(count);
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

int RunSummary::exit_code() const {
  int code = 0;
  for (const auto& [index, result] : results) code = std::max(code, result.exit_code);
  return interrupted ? 130 : code;
}

HeldOutput::HeldOutput(const Plan& plan, const RunOptions& options, TaskLog& task_log, const Patience& patience) {
  const std::filesystem::path& folder = plan.recipe.output.directory;
  std::optional<ShardLog> shard_log;
  if (options.shard) shard_log.emplace(*options.shard, task_log, options.force);
  TaskLog& log = shard_log ? *shard_log : task_log;
  std::vector<TaskIndex> to_make = wanted_tasks(plan, options);
  std::erase_if(to_make, [&](TaskIndex i) {
    TaskResult ignored;
    return log.is_current(plan, plan.tasks[i], ignored);
  });
  // A shard takes its share of the disk.
  const std::uint64_t shares = options.shard ? options.shard->count : 1;
  const std::uint64_t free_bytes = free_bytes_near(folder);
  check_limits(plan, to_make, free_bytes > UINT64_MAX / shares ? UINT64_MAX : free_bytes * shares);
  create_folders(folder);
  lock_ =
      std::make_unique<FolderLock>(folder, options.shard ? FolderLock::Use::shared : FolderLock::Use::alone, patience);
  if (options.shard) {
    // Nothing is swept: other shards are being written, maybe from machines whose processes are not seen here.
    if (!to_make.empty()) create_folders(parts_folder(plan));
  } else {
    sweep(plan);
  }
}

HeldOutput::~HeldOutput() = default;

RunSummary run_plan(const HeldOutput&, const Plan& plan, const RunOptions& options, TaskLog& task_log,
                    RunObserver& observer, const std::atomic<bool>& stop) {
  std::optional<ShardLog> shard_log;
  if (options.shard) shard_log.emplace(*options.shard, task_log, options.force);
  Scheduler scheduler(plan, options, shard_log ? *shard_log : task_log, observer, stop);
  allow_open_files();
  RunSummary summary = scheduler.run();
  std::error_code ignored;
  if (!options.shard && options.remove_parts) std::filesystem::remove(parts_folder(plan), ignored);  // if empty
  return summary;
}

RunSummary current_summary(const Plan& plan, const RunOptions& options, TaskLog& log) {
  RunSummary summary;
  for (const TaskIndex i : wanted_tasks(plan, options)) {
    TaskResult result;
    if (!log.is_current(plan, plan.tasks[i], result)) throw std::logic_error("a task is not current");
    result.status = TaskStatus::current;
    summary.results.emplace_back(i, std::move(result));
  }
  return summary;
}

void tidy_output(const Plan& plan, const RunOptions& options) noexcept {
  try {
    const PartsOnDisk parts(plan);
    const auto wanted = wanted_tasks(plan, options);
    const bool has_parts =
        std::any_of(wanted.begin(), wanted.end(), [&](TaskIndex i) { return parts.has(plan.tasks[i]); });
    bool has_litter = FolderLock::is_left_over(plan.recipe.output.directory);
    for (const auto& [folder, held] : swept_folders(plan)) has_litter = has_litter || has_stale_temporaries(folder);
    if (!has_parts && !has_litter) return;
    const FolderLock held(plan.recipe.output.directory);
    sweep(plan);
    for (const TaskIndex i : wanted) parts.remove(plan.tasks[i]);
    std::error_code ignored;
    std::filesystem::remove(parts_folder(plan), ignored);  // if empty
  } catch (const std::exception&) {
    // A folder that another run holds or that cannot be written to.
  }
}

}  // namespace stimgen
