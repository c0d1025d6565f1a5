// run_plan(): makes every task that is not up to date, and keeps going around failures.
#include "stimgen/run.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/profile.hpp"
#include "run/join_parts.hpp"
#include "run/parts.hpp"
#include "run/shards.hpp"
#include "run/spike_task.hpp"
#include "stimgen/scheduler.hpp"
#include "stimgen/task_spikes.hpp"

namespace stimgen {
namespace {

// The tasks of one run, each made as the scheduler calls for it, and who is told.
class TaskMaker {
 public:
  TaskMaker(const Plan& plan, const RunOptions& options, TaskLog& log, RunObserver& observer,
            const std::atomic<bool>& stop)
      : plan_(plan),
        options_(options),
        log_(log),
        observer_(observer),
        stop_(stop),
        order_(wanted_tasks(plan, options)),
        results_(plan.tasks.size()),
        scheduler_(options.threads) {
    for (const TaskIndex i : order_) {
      spikes_expected_ += plan.tasks[i].expected_spikes / (options.shard ? options.shard->count : 1);
    }
    if (!options.shard) parts_.emplace(plan);
    context_.pool = &scheduler_.pool();
    context_.stop = &stop_;
    context_.add_progress = [this](std::uint64_t spikes) {
      const std::lock_guard lock(mutex_);
      spikes_done_ += spikes;
      observer_.progress(spikes_done_, spikes_expected_);
    };
  }

  RunSummary run() {
    if (const Diagnostics warnings = scheduler_.warnings(); !warnings.items().empty()) observer_.warned(warnings);
    scheduler_.run(
        plan_, order_, [this](TaskIndex i) { return settle(i, make(i)); },
        [this](TaskIndex i, TaskIndex need) { leave_out(i, need); });
    RunSummary summary;
    summary.interrupted = stop_.load();
    for (const TaskIndex i : order_) summary.results.emplace_back(i, results_[i]);
    return summary;
  }

 private:
  // Everything a task can throw becomes its result.
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
    FileOptions file_options{output.compression, output.level};
    // A part is read once and goes.
    if (options_.shard) file_options.compression = Compression::none;
    const auto file = create_spike_file(path, file_options, context_.helpers());
    const TaskCounts counts = write_content(i, *file, result);
    context_.check_stop();
    result.spikes = counts.spikes;
    result.nodes = counts.nodes;
    result.populations = file->contents();
    {
      const ProfiledStage stage(Stage::recording);
      if (std::string provenance = log_.provenance(plan_, task, result); !provenance.empty()) {
        file->set_provenance(provenance);
      }
    }
    file->finish();
    if (const SampledSource* const source = task.sampled(); source != nullptr && counts.nodes > 0) {
      const double seconds = source->window.duration_ms() / 1000;
      result.mean_rate_hz = static_cast<double>(counts.spikes) / static_cast<double>(counts.nodes) / seconds;
    }
    result.bytes = std::filesystem::file_size(path);
  }

  TaskCounts write_content(TaskIndex i, SpikeSink& sink, TaskResult& result) {
    const SampledSource* const source = plan_.tasks[i].sampled();
    const OutputSettings& output = plan_.recipe.output;
    if (source != nullptr && options_.shard) {
      const NodeRates rates = source->node_rates(context_.pool);
      return write_spikes(*source, take_shard(rates, *options_.shard), output, sink, context_);
    }
    if (const auto parts = whole_set(i)) {
      result.parts = static_cast<unsigned>(parts->size());
      return write_joined(*parts, source->population->name(), output.sort, sink, context_);
    }
    return write_task(plan_, i, sink, context_, task_opener());
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

  // Of the parts of a sampled task, if they lie there.
  std::optional<std::vector<Part>> whole_set(TaskIndex i) {
    if (options_.force || plan_.tasks[i].sampled() == nullptr) return std::nullopt;
    Diagnostics warnings;
    auto parts = parts_->whole_set(i, context_, warnings);
    if (!warnings.items().empty()) {
      const std::lock_guard lock(mutex_);
      observer_.warned(warnings);
    }
    return parts;
  }

  void remove_parts(const Task& task) {
    if (parts_ && options_.remove_parts) parts_->remove(task, options_.force);
  }

  static void fail(TaskResult& result, int exit_code, std::string problem) {
    result.status = TaskStatus::failed;
    result.exit_code = exit_code;
    result.problem = std::move(problem);
  }

  // Records a result and tells everyone; whether what needs the task can be made.
  bool settle(TaskIndex i, TaskResult result) {
    const std::lock_guard lock(mutex_);
    results_[i] = std::move(result);
    const TaskStatus status = results_[i].status;
    if (status == TaskStatus::made) log_.finished(plan_, plan_.tasks[i], results_[i]);
    observer_.task_finished(plan_.tasks[i], results_[i]);
    return status == TaskStatus::made || status == TaskStatus::current;
  }

  void leave_out(TaskIndex i, TaskIndex need) {
    TaskResult result;
    {
      const std::lock_guard lock(mutex_);
      const bool interrupted = results_[need].status == TaskStatus::interrupted;
      result.status = interrupted ? TaskStatus::interrupted : TaskStatus::not_run;
    }
    result.problem = fmt::format("needs '{}', which was not made", plan_.tasks[need].name);
    settle(i, std::move(result));
  }

  const Plan& plan_;
  const RunOptions& options_;
  TaskLog& log_;
  RunObserver& observer_;
  const std::atomic<bool>& stop_;
  std::vector<TaskIndex> order_;
  double spikes_expected_ = 0;
  TaskContext context_;
  std::optional<PartsOnDisk> parts_;  // absent in a run of a shard

  std::mutex mutex_;  // guards these
  std::vector<TaskResult> results_;
  std::uint64_t spikes_done_ = 0;

  Scheduler scheduler_;
};

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
    return !plan.tasks[i].makes_file() || (options.shard && plan.tasks[i].sampled() == nullptr);
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

RunSummary run_plan(const HeldOutput&, const Plan& plan, const RunOptions& options, TaskLog& task_log,
                    RunObserver& observer, const std::atomic<bool>& stop) {
  std::optional<ShardLog> shard_log;
  if (options.shard) shard_log.emplace(*options.shard, task_log, options.force);
  allow_open_files();
  RunSummary summary = TaskMaker(plan, options, shard_log ? *shard_log : task_log, observer, stop).run();
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

}  // namespace stimgen
