// Signal handlers that only set flags or end the process: nothing else is safe in them.
#include "cli/signals.hpp"

#include <signal.h>
#include <unistd.h>

namespace stimgen::cli {

namespace {

constexpr int kInterruptedExit = 130;

std::atomic<bool> stop_requested{false};
std::atomic<bool> cleanup_follows{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) {
  if (!cleanup_follows.load() || stop_requested.exchange(true)) _exit(kInterruptedExit);
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
  set_handler(SIGPIPE, SIG_IGN);
  set_handler(SIGXFSZ, SIG_IGN);
}

StopRequest::StopRequest() {
  stop_requested.store(false);
  cleanup_follows.store(true);
}

StopRequest::~StopRequest() {
  cleanup_follows.store(false);
}

const std::atomic<bool>& StopRequest::flag() const {
  return stop_requested;
}

}  // namespace stimgen::cli
