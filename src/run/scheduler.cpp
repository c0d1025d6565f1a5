// Counts for every task what it still waits for.
#include "stimgen/scheduler.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <utility>

#include "run/executor.hpp"
#include "stimgen/run.hpp"

namespace stimgen {
namespace {

// One call of Scheduler::run().
class Batch {
 public:
  Batch(const Plan& plan, const std::vector<TaskIndex>& tasks, const Scheduler::Work& work,
        const Scheduler::LeaveOut& leave_out, Executor& executor)
      : tasks_(tasks),
        work_(work),
        leave_out_(leave_out),
        executor_(executor),
        waiting_for_(plan.tasks.size()),
        needed_by_(plan.tasks.size()) {
    const std::set<TaskIndex> among(tasks.begin(), tasks.end());
    for (const TaskIndex i : tasks) {
      for (const TaskIndex need : plan.tasks[i].needs) {
        if (!among.contains(need)) continue;
        ++waiting_for_[i];
        needed_by_[need].push_back(i);
      }
    }
  }

  void run() {
    // Looked up before any runs: a task that is done counts down what waits for it.
    std::vector<TaskIndex> ready;
    for (const TaskIndex i : tasks_) {
      if (waiting_for_[i] == 0) ready.push_back(i);
    }
    for (const TaskIndex i : ready) start(i);
    executor_.help();
    std::unique_lock lock(mutex_);
    all_ended_.wait(lock, [this] { return ended_ == tasks_.size(); });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void start(TaskIndex i) {
    executor_.submit_task([this, i] { end(i, attempt([this, i] { return work_(i); })); });
  }

  // Whether it was called and returned true. What it throws is kept.
  bool attempt(const std::function<bool()>& call) {
    {
      const std::lock_guard lock(mutex_);
      if (failure_) return false;
    }
    try {
      return call();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      return false;
    }
  }

  // After the last task has ended, whoever waits may be gone with all that is here.
  void end(TaskIndex i, bool done) {
    std::size_t ended = 1;
    if (!done) ended += leave_out_all_that_need(i);
    std::vector<TaskIndex> ready;
    {
      const std::lock_guard lock(mutex_);
      for (const TaskIndex next : needed_by_[i]) {
        if (done && --waiting_for_[next] == 0) ready.push_back(next);
      }
      ended_ += ended;
      if (ended_ == tasks_.size()) all_ended_.notify_all();
    }
    for (const TaskIndex next : ready) start(next);
  }

  // How many were left out. What one of them waits for besides can no longer make it ready: its count stays above 0.
  std::size_t leave_out_all_that_need(TaskIndex first) {
    std::size_t count = 0;
    std::vector<TaskIndex> open{first};
    while (!open.empty()) {
      const TaskIndex need = open.back();
      open.pop_back();
      for (const TaskIndex next : needed_by_[need]) {
        {
          const std::lock_guard lock(mutex_);
          if (!left_out_.insert(next).second) continue;
        }
        ++count;
        attempt([&] {
          if (leave_out_) leave_out_(next, need);
          return true;
        });
        open.push_back(next);
      }
    }
    return count;
  }

  const std::vector<TaskIndex>& tasks_;
  const Scheduler::Work& work_;
  const Scheduler::LeaveOut& leave_out_;
  Executor& executor_;
  std::mutex mutex_;  // guards all below, but needed_by_, which stays as it is
  std::condition_variable all_ended_;
  std::vector<std::size_t> waiting_for_;
  std::vector<std::vector<TaskIndex>> needed_by_;
  std::set<TaskIndex> left_out_;
  std::size_t ended_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

Scheduler::Scheduler(unsigned threads)
    : executor_(std::make_unique<Executor>(threads == 0 ? default_thread_count() : threads)) {}

Scheduler::~Scheduler() = default;

Diagnostics Scheduler::warnings() const {
  return executor_->warnings();
}

WorkerPool& Scheduler::pool() {
  return *executor_;
}

void Scheduler::run(const Plan& plan, const std::vector<TaskIndex>& tasks, const Work& work,
                    const LeaveOut& leave_out) {
  Batch(plan, tasks, work, leave_out, *executor_).run();
}

}  // namespace stimgen
