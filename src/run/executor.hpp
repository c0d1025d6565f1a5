// A pool of threads that run work items and whole tasks.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "stimgen/worker_pool.hpp"

namespace stimgen {

// Work items run in order of submission, small ones (submit) before whole tasks (submit_task). The destructor waits for
// the running items and drops the rest.
class Executor : public WorkerPool {
 public:
  explicit Executor(unsigned threads);
  ~Executor() override;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  unsigned threads() const { return static_cast<unsigned>(workers_.size()); }
  void submit(std::function<void()> work) override;
  bool run_one() override;
  void submit_task(std::function<void()> work);

 private:
  void work_loop();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> items_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::jthread> workers_;
};

}  // namespace stimgen
