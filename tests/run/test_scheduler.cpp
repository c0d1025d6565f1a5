// The scheduler that run and verify share: who goes first, and what becomes of those that need what is not there.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <vector>

#include "stimgen/scheduler.hpp"

using namespace stimgen;

namespace {

// Tasks that do nothing but need others.
Plan plan_of(const std::vector<std::vector<TaskIndex>>& needs) {
  Plan plan;
  for (const auto& of_task : needs) {
    Task task;
    task.needs = of_task;
    plan.tasks.push_back(std::move(task));
  }
  return plan;
}

std::vector<TaskIndex> all_of(const Plan& plan) {
  std::vector<TaskIndex> tasks(plan.tasks.size());
  std::iota(tasks.begin(), tasks.end(), TaskIndex{0});
  return tasks;
}

// What a scheduler called for, in order of the end.
class Calls {
 public:
  void worked(TaskIndex task) {
    const std::lock_guard lock(mutex_);
    worked_.push_back(task);
  }
  void left_out(TaskIndex task, TaskIndex need) {
    const std::lock_guard lock(mutex_);
    CHECK(left_out_.emplace(task, need).second);
  }
  bool all_ended(const std::vector<TaskIndex>& tasks) {
    const std::lock_guard lock(mutex_);
    return std::all_of(tasks.begin(), tasks.end(),
                       [&](TaskIndex i) { return std::find(worked_.begin(), worked_.end(), i) != worked_.end(); });
  }
  const std::vector<TaskIndex>& worked() const { return worked_; }
  const std::map<TaskIndex, TaskIndex>& left_out() const { return left_out_; }

 private:
  std::mutex mutex_;
  std::vector<TaskIndex> worked_;
  std::map<TaskIndex, TaskIndex> left_out_;
};

}  // namespace

TEST_SUITE("run") {
  TEST_CASE("scheduler: every task is done once, after all that it needs, on any number of threads") {
    std::vector<std::vector<TaskIndex>> needs(120);
    for (TaskIndex i = 1; i < needs.size(); ++i) {
      for (TaskIndex k = 1; k <= i; k = k * 3 + i % 2) needs[i].push_back(i - k);
    }
    const Plan plan = plan_of(needs);
    for (const unsigned threads : {1U, 2U, 7U}) {
      Scheduler scheduler(threads);
      Calls calls;
      scheduler.run(plan, all_of(plan), [&](TaskIndex i) {
        CHECK(calls.all_ended(plan.tasks[i].needs));
        calls.worked(i);
        return true;
      });
      CHECK(std::set<TaskIndex>(calls.worked().begin(), calls.worked().end()).size() == needs.size());
      CHECK(calls.worked().size() == needs.size());
    }
  }

  TEST_CASE("scheduler: what is not among the tasks is not waited for, and what is ready keeps its order") {
    const Plan plan = plan_of({{}, {0}, {}, {1}, {2, 0}});
    Scheduler scheduler(1);
    Calls calls;
    scheduler.run(plan, {4, 3, 1}, [&](TaskIndex i) {
      calls.worked(i);
      return true;
    });
    CHECK(calls.worked() == std::vector<TaskIndex>{4, 1, 3});
  }

  TEST_CASE("scheduler: what needs a failed task is left out once, all else is done") {
    //  0 fails: 2 and 3 need it, 4 needs both of these, 6 needs 4 and the sound 5; 5 needs the sound 1.
    const Plan plan = plan_of({{}, {}, {0}, {0, 1}, {2, 3}, {1}, {4, 5}});
    for (const unsigned threads : {1U, 3U}) {
      Scheduler scheduler(threads);
      Calls calls;
      const auto leave_out = [&](TaskIndex task, TaskIndex need) { calls.left_out(task, need); };
      scheduler.run(
          plan, all_of(plan),
          [&](TaskIndex i) {
            calls.worked(i);
            return i != 0;
          },
          leave_out);
      CHECK(std::set<TaskIndex>(calls.worked().begin(), calls.worked().end()) == std::set<TaskIndex>{0, 1, 5});
      CHECK(calls.worked().size() == 3);
      REQUIRE(calls.left_out().size() == 4);
      CHECK(calls.left_out().at(2) == 0);
      CHECK(calls.left_out().at(3) == 0);
      CHECK((calls.left_out().at(4) == 2 || calls.left_out().at(4) == 3));
      CHECK(calls.left_out().at(6) == 4);
    }
  }

  TEST_CASE(
      "scheduler: after an interruption no task begins, it reaches the caller, and the threads can be used again") {
    const Plan plan = plan_of({{}, {}, {}, {}, {1}});
    Scheduler scheduler(1);
    Calls calls;
    const auto leave_out = [&](TaskIndex task, TaskIndex need) { calls.left_out(task, need); };
    const auto interrupted_at_1 = [&](TaskIndex i) {
      if (i == 1) throw Interrupted();
      calls.worked(i);
      return true;
    };
    CHECK_THROWS_AS(scheduler.run(plan, all_of(plan), interrupted_at_1, leave_out), Interrupted);
    CHECK(calls.worked() == std::vector<TaskIndex>{0});
    CHECK(calls.left_out().empty());
    scheduler.run(plan, {4}, [&](TaskIndex i) {
      calls.worked(i);
      return true;
    });
    CHECK(calls.worked() == std::vector<TaskIndex>{0, 4});
  }
}
