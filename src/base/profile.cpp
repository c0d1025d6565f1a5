// Nanoseconds of threads, charged to the stage that each thread is in whenever one begins or ends.
#include "base/profile.hpp"

#include <sys/resource.h>

#include <atomic>
#include <ctime>

namespace stimgen {
namespace {

constexpr int kNoStage = -1;

bool is_on = false;  // set before there are other threads
std::array<std::atomic<std::int64_t>, kStages.size()> spent_ns;

thread_local int current_stage = kNoStage;
thread_local std::int64_t since_ns = 0;

std::int64_t thread_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
}

// The thread's time until now belongs to its stage; from now on to another one.
void enter(int stage) {
  const std::int64_t now_ns = thread_ns();
  if (current_stage != kNoStage) spent_ns[static_cast<std::size_t>(current_stage)] += now_ns - since_ns;
  current_stage = stage;
  since_ns = now_ns;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

void start_profile() {
  is_on = true;
}

Profile read_profile() {
  Profile profile;
  for (std::size_t i = 0; i < kStages.size(); ++i) profile.stages_s[i] = 1e-9 * static_cast<double>(spent_ns[i].load());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  profile.process_s = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  return profile;
}

ProfiledStage::ProfiledStage(Stage stage) {
  if (!is_on) return;
  outer_ = current_stage;
  enter(static_cast<int>(stage));
}

ProfiledStage::~ProfiledStage() {
  if (is_on) enter(outer_);
}

}  // namespace stimgen
