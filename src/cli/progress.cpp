// Progress of a run on stderr.
#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stimgen::cli {

namespace {

constexpr std::chrono::milliseconds kRedrawEvery{100};
constexpr std::chrono::seconds kHeartbeatEvery{30};

}  // namespace

Progress::Progress(Terminal& terminal, std::size_t tasks) : terminal_(&terminal), tasks_(tasks) {}

Progress::~Progress() {
  terminal_->redraw({});
}

void Progress::task_started(const Task& task) {
  terminal_->detail(fmt::format("{}: started", task.name));
}

void Progress::warned(const Diagnostics& warnings) {
  terminal_->warnings(warnings);
}

void Progress::progress(std::uint64_t spikes_done, double spikes_expected) {
  spikes_done_ = spikes_done;
  spikes_expected_ = spikes_expected;
  if (terminal_->quiet()) return;
  const Clock::time_point now = Clock::now();
  if (terminal_->interactive()) {
    if (now - last_line_ < kRedrawEvery) return;
    terminal_->redraw(line());
  } else {
    if (now - last_line_ < kHeartbeatEvery) return;
    terminal_->note(line());
  }
  last_line_ = now;
}

void Progress::task_finished(const Task& task, const TaskResult& result) {
  ++finished_;
  if (result.status == TaskStatus::failed) {
    // A problem with a place in a recipe has lines of its own.
    const bool has_lines = result.problem.find('\n') != std::string::npos;
    terminal_->caught_error(fmt::format("task '{}' failed:{}{}", task.name, has_lines ? "\n" : " ", result.problem));
  } else if (result.status == TaskStatus::made && !terminal_->interactive() && !terminal_->quiet()) {
    const std::string how = result.parts > 0 ? fmt::format(", joined from {} parts", result.parts) : std::string();
    terminal_->raw_error(fmt::format("[{}/{}] {}{}", finished_, tasks_, task.name, how));
    last_line_ = Clock::now();
  }
}

std::string Progress::line() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  const double share = spikes_expected_ > 0 ? std::min(1.0, static_cast<double>(spikes_done_) / spikes_expected_) : 0;
  std::string text = fmt::format("{:3.0f} %  {}/{} tasks  {:.1f} million spikes  {:.0f} s", share * 100, finished_,
                                 tasks_, static_cast<double>(spikes_done_) / 1e6, seconds);
  if (share > 0.01 && seconds > 1) text += fmt::format(", {:.0f} s to go", seconds / share - seconds);
  return text;
}

}  // namespace stimgen::cli
