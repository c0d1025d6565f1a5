// A pool of threads that run work items and whole tasks.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "stimgen/diagnostic.hpp"
#include "stimgen/worker_pool.hpp"

namespace stimgen {

// Work items run in order of submission, small ones (submit) before whole tasks (submit_task). The destructor waits for
// the running items and drops the rest. Where the system starts fewer threads than wanted (limits on processes or on
// memory), those it has do the work; if it starts none, whoever waits does.
class Executor : public WorkerPool {
 public:
  explicit Executor(unsigned threads);
  ~Executor() override;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  unsigned threads() const override { return std::max(1U, static_cast<unsigned>(workers_.size())); }
  // One warning if fewer were started than wanted; else empty.
  Diagnostics warnings() const;
  // For the thread that waits for tasks: does them itself if nobody else does.
  void help();
  void submit(std::function<void()> work) override;
  bool run_one() override;
  void submit_task(std::function<void()> work);

 private:
  void work_loop();

  unsigned wanted_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> items_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::jthread> workers_;
};

}  // namespace stimgen
