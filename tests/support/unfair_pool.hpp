// Threads that take work in any order, late, or never.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "stimgen/worker_pool.hpp"

namespace stimgen::testing {

class UnfairPool final : public WorkerPool {
 public:
  UnfairPool(int threads, std::uint64_t seed) : generator_(seed) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~UnfairPool() override {
    stop_ = true;
    for (auto& thread : threads_) thread.join();
  }
  void submit(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  bool run_one() override {
    std::function<void()> next;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) return false;
      const auto at = static_cast<std::ptrdiff_t>(generator_() % waiting_.size());
      next = std::move(waiting_[static_cast<std::size_t>(at)]);
      waiting_.erase(waiting_.begin() + at);
    }
    next();
    return true;
  }

 private:
  void work() {
    while (!stop_) {
      if (!run_one()) std::this_thread::yield();
    }
  }
  std::mt19937_64 generator_;
  std::mutex mutex_;
  std::deque<std::function<void()>> waiting_;
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stimgen::testing
