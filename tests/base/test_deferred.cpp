// Results made by a pool: who makes them, and what becomes of those that nobody takes.
#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <latch>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/deferred.hpp"

namespace stimgen {
namespace {

// Work waits until somebody asks for it.
class LazyPool final : public WorkerPool {
 public:
  void submit(std::function<void()> work) override { waiting_.push_back(std::move(work)); }
  bool run_one() override {
    if (waiting_.empty()) return false;
    const auto work = std::move(waiting_.front());
    waiting_.pop_front();
    work();
    return true;
  }

 private:
  std::deque<std::function<void()>> waiting_;
};

TEST_SUITE("base") {
  TEST_CASE("a result that no thread has begun is made by its owner, once") {
    LazyPool pool;
    int made = 0;
    Deferred<int> result(pool, [&] { return ++made; });
    CHECK_FALSE(result.is_made());
    CHECK(result.take() == 1);
    while (pool.run_one()) {
    }
    CHECK(made == 1);
  }

  TEST_CASE("a result that a thread has made is ready") {
    LazyPool pool;
    Deferred<int> result(pool, [] { return 7; });
    pool.run_one();
    CHECK(result.is_made());
    CHECK(result.take() == 7);
  }

  TEST_CASE("who waits for a thread runs what no thread has begun") {
    LazyPool pool;
    std::latch begun(1), second_done(1);
    Deferred<int> first(pool, [&] {
      begun.count_down();
      second_done.wait();  // for ever, if the one who waits for this does not help
      return 1;
    });
    std::thread thread([&] { pool.run_one(); });
    begun.wait();
    Deferred<int> second(pool, [&] {
      second_done.count_down();
      return 2;
    });
    CHECK(first.take() == 1);
    CHECK(second.is_made());
    thread.join();
  }

  TEST_CASE("what is dropped is cancelled or waited for") {
    LazyPool pool;
    bool made = false;
    {
      const Deferred<int> dropped(pool, [&] { return made = true; });
    }
    CHECK(pool.run_one());
    CHECK_FALSE(made);

    std::latch begun(1), go_on(1);
    std::atomic<bool> finished = false;
    std::thread thread, helper;
    {
      const Deferred<int> running(pool, [&] {
        begun.count_down();
        go_on.wait();
        finished = true;
        return 0;
      });
      thread = std::thread([&] { pool.run_one(); });
      begun.wait();
      helper = std::thread([&] { go_on.count_down(); });
    }
    CHECK(finished);
    thread.join();
    helper.join();
  }

  TEST_CASE("take() throws what making the result threw") {
    LazyPool pool;
    Deferred<int> result(pool, []() -> int { throw std::runtime_error("no luck"); });
    pool.run_one();
    CHECK_THROWS_WITH(result.take(), "no luck");
  }
}

}  // namespace
}  // namespace stimgen
