// Tasks side by side, each after those that it needs: a run makes them so, and verify makes them again.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "stimgen/diagnostic.hpp"
#include "stimgen/plan.hpp"
#include "stimgen/worker_pool.hpp"

namespace stimgen {

class Executor;  // run/executor.hpp

class Scheduler {
 public:
  explicit Scheduler(unsigned threads);  // 0: default_thread_count()
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // One warning if the system started fewer threads than wanted; else empty.
  Diagnostics warnings() const;
  // The threads, for pieces of a task: these come before tasks that have not begun.
  WorkerPool& pool();

  // Does one task; false: it is not done, and nothing that needs it can be.
  using Work = std::function<bool(TaskIndex)>;
  // Is told of a task that is left out, for it needs one that is not done.
  using LeaveOut = std::function<void(TaskIndex task, TaskIndex need)>;
  // Calls either of them once for each task, from any thread, several at a time: `work` when all is done that the task
  // needs among `tasks`, otherwise in the order given. Returns when all have ended. The first exception ends it: no
  // task begins any more, and it is thrown here when those at work have ended.
  void run(const Plan& plan, const std::vector<TaskIndex>& tasks, const Work& work, const LeaveOut& leave_out = {});

 private:
  std::unique_ptr<Executor> executor_;
};

}  // namespace stimgen
