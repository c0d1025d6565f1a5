// CPU time by stage: a stage without those inside it, all of them no more than the process.
#include <doctest/doctest.h>

#include <ctime>
#include <numeric>
#include <thread>

#include "base/profile.hpp"

using namespace stimgen;

namespace {

double thread_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void work(double seconds) {
  for (const double end_s = thread_s() + seconds; thread_s() < end_s;) {
  }
}

double of(const Profile& profile, Stage stage) {
  return profile.stages_s[static_cast<std::size_t>(stage)];
}

}  // namespace

TEST_SUITE("base") {
  TEST_CASE("a stage counts the CPU time of its thread without the stages inside it") {
    start_profile();
    const Profile before = read_profile();
    const auto both = [] {
      const ProfiledStage outer(Stage::checking);
      work(0.01);
      {
        const ProfiledStage inner(Stage::digest);
        work(0.03);
      }
      work(0.01);
    };
    std::thread other(both);
    both();
    other.join();
    work(0.02);  // in no stage
    const Profile after = read_profile();
    const double outer_s = of(after, Stage::checking) - of(before, Stage::checking);
    const double inner_s = of(after, Stage::digest) - of(before, Stage::digest);
    CHECK(outer_s >= 0.04);
    CHECK(inner_s >= 0.06);
    CHECK(outer_s < inner_s);  // with the inner one it would be more
    CHECK(of(after, Stage::sampling) == of(before, Stage::sampling));
    CHECK(std::accumulate(after.stages_s.begin(), after.stages_s.end(), 0.0) <= after.process_s);
    CHECK(after.process_s - before.process_s >= 0.11);
  }
}
