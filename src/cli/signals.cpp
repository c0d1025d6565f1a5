// Signal handlers that only set flags or end the process: nothing else is safe in them.
#include "cli/signals.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

namespace stimgen::cli {

namespace {

constexpr int kInterruptedExit = 130;
constexpr std::int64_t kSameWishNanoseconds = 1'000'000'000;

std::atomic<bool> stop_requested{false};
std::atomic<bool> cleanup_follows{false};
std::atomic<std::int64_t> first_signal_ns{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);  // safe in a handler (POSIX)
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void on_signal(int) {
  if (!cleanup_follows.load()) _exit(kInterruptedExit);
  const std::int64_t now = now_ns();
  std::int64_t first = 0;
  if (first_signal_ns.compare_exchange_strong(first, now)) {
    stop_requested.store(true);
  } else if (now - first > kSameWishNanoseconds) {
    _exit(kInterruptedExit);
  }
}

void set_handler(int signal_number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(signal_number, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
  set_handler(SIGINT, on_signal);
  set_handler(SIGTERM, on_signal);
  set_handler(SIGXCPU, on_signal);
  set_handler(SIGUSR1, on_signal);  // Slurm's --signal
  struct sigaction as_started {};
  if (sigaction(SIGHUP, nullptr, &as_started) == 0 && as_started.sa_handler != SIG_IGN) set_handler(SIGHUP, on_signal);
  set_handler(SIGPIPE, SIG_IGN);
  set_handler(SIGXFSZ, SIG_IGN);
}

StopRequest::StopRequest() {
  stop_requested.store(false);
  first_signal_ns.store(0);
  cleanup_follows.store(true);
}

StopRequest::~StopRequest() {
  cleanup_follows.store(false);
}

const std::atomic<bool>& StopRequest::flag() const {
  return stop_requested;
}

}  // namespace stimgen::cli
