// A result that a pool makes, or its owner if no thread has begun.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "stimgen/worker_pool.hpp"

namespace stimgen {

// take() returns the result; if no thread has begun, the caller makes it itself, so a pool whose threads all wait for
// results cannot come to a standstill. One that is dropped without take() is cancelled or, if a thread has begun,
// waited for: what `make` refers to may go away afterwards.
template <typename Result>
class Deferred {
 public:
  // Requires: `pool` lives longer.
  Deferred(WorkerPool& pool, std::function<Result()> make) : pool_(&pool), state_(std::make_shared<State>()) {
    state_->make = std::move(make);
    pool.submit([state = state_] { state->run_unless_claimed(); });
  }
  Deferred(Deferred&&) noexcept = default;
  Deferred& operator=(Deferred&&) = delete;
  ~Deferred() {
    if (!state_) return;
    int expected = waiting;
    if (!state_->stage.compare_exchange_strong(expected, done)) state_->wait();
  }

  bool is_made() const { return state_->stage == done; }

  // Waits for the result, and helps the pool meanwhile; rethrows what making it threw. Once.
  Result take() {
    state_->run_unless_claimed();
    while (state_->stage != done) {
      if (!pool_->run_one()) state_->wait();
    }
    const auto state = std::move(state_);
    if (state->failure) std::rethrow_exception(state->failure);
    return std::move(*state->result);
  }

 private:
  enum Stage : int { waiting, claimed, done };

  // Shared with the closure in the pool, which may come to run long after the owner is gone and then finds it claimed.
  struct State {
    std::atomic<int> stage{waiting};
    std::function<Result()> make;
    std::optional<Result> result;
    std::exception_ptr failure;

    void run_unless_claimed() {
      int expected = waiting;
      if (!stage.compare_exchange_strong(expected, claimed)) return;
      try {
        result = make();
      } catch (...) {
        failure = std::current_exception();
      }
      make = nullptr;
      stage = done;
      stage.notify_all();
    }
    void wait() {
      for (int now = stage; now != done; now = stage) stage.wait(now);
    }
  };

  WorkerPool* pool_;
  std::shared_ptr<State> state_;
};

}  // namespace stimgen
