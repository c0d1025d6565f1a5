// A pool of threads that run work items, and blocks whose owner runs them if no thread has begun.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "stimgen/store.hpp"

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

// A result being made by the pool. take() returns it; if no thread has begun, the caller makes it itself, so a pool
// whose threads all wait for results cannot come to a standstill. One that is dropped without take() is cancelled or,
// if a thread has begun, waited for: what `make` refers to may go away afterwards.
template <typename Result>
class Deferred {
 public:
  Deferred(WorkerPool& pool, std::function<Result()> make) : state_(std::make_shared<State>()) {
    state_->make = std::move(make);
    pool.submit([state = state_] { state->run(); });
  }
  Deferred(Deferred&&) noexcept = default;
  Deferred& operator=(Deferred&&) = delete;
  ~Deferred() {
    if (!state_) return;
    if (!state_->claimed.exchange(true)) return;
    std::unique_lock lock(state_->mutex);
    state_->done.wait(lock, [this] { return state_->finished; });
  }

  // Waits for the result; rethrows what making it threw. Once.
  Result take() {
    state_->run();
    std::unique_lock lock(state_->mutex);
    state_->done.wait(lock, [this] { return state_->finished; });
    if (state_->failure) std::rethrow_exception(state_->failure);
    return std::move(*state_->result);
  }

 private:
  struct State {
    std::function<Result()> make;
    std::atomic<bool> claimed = false;
    std::mutex mutex;
    std::condition_variable done;
    bool finished = false;
    std::optional<Result> result;
    std::exception_ptr failure;

    void run() {
      if (claimed.exchange(true)) return;
      std::optional<Result> made;
      std::exception_ptr thrown;
      try {
        made = make();
      } catch (...) {
        thrown = std::current_exception();
      }
      make = nullptr;
      const std::lock_guard lock(mutex);
      result = std::move(made);
      failure = thrown;
      finished = true;
      done.notify_all();
    }
  };

  std::shared_ptr<State> state_;
};

}  // namespace stimgen
