// One queue, one mutex: items are blocks of tens of thousands of spikes, so the lock is not contended.
#include "run/executor.hpp"

#include <system_error>

#include <fmt/format.h>

namespace stimgen {

Executor::Executor(unsigned threads) : wanted_(threads) {
  workers_.reserve(threads);
  try {
    for (unsigned i = 0; i < threads; ++i) workers_.emplace_back([this] { work_loop(); });
  } catch (const std::system_error&) {
    // As many as there are.
  }
}

Diagnostics Executor::warnings() const {
  Diagnostics diagnostics;
  if (workers_.size() < wanted_) {
    diagnostics.warning({}, "system.fewer-threads",
                        fmt::format("the system started {} of {} threads: the work takes longer, and is the same",
                                    workers_.size(), wanted_),
                        "ask for fewer with -j, or raise the limits (ulimit -u, ulimit -v)");
  }
  return diagnostics;
}

void Executor::help() {
  if (!workers_.empty()) return;
  for (;;) {
    while (run_one()) {
    }
    std::function<void()> work;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) return;
      work = std::move(tasks_.front());
      tasks_.pop_front();
    }
    work();
  }
}

Executor::~Executor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  workers_.clear();
}

void Executor::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(work));
  }
  ready_.notify_one();
}

void Executor::submit_task(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(work));
  }
  ready_.notify_one();
}

bool Executor::run_one() {
  std::unique_lock lock(mutex_);
  if (items_.empty()) return false;
  const std::function<void()> work = std::move(items_.front());
  items_.pop_front();
  lock.unlock();
  work();
  return true;
}

void Executor::work_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stopping_ || !items_.empty() || !tasks_.empty(); });
    if (stopping_) return;
    auto& queue = items_.empty() ? tasks_ : items_;
    std::function<void()> work = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace stimgen
