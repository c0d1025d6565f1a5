// Telling how a run is getting on: one redrawn line on a terminal, else a line a finished task and a sign of life.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/terminal.hpp"
#include "stimgen/run.hpp"

namespace stimgen::cli {

class Progress : public RunObserver {
 public:
  // `tasks`: how many make files.
  Progress(Terminal& terminal, std::size_t tasks);
  ~Progress() override;
  void task_started(const Task& task) override;
  void warned(const Diagnostics& warnings) override;
  void progress(std::uint64_t spikes_done, double spikes_expected) override;
  void task_finished(const Task& task, const TaskResult& result) override;

 private:
  using Clock = std::chrono::steady_clock;
  std::string line() const;

  Terminal* terminal_;
  std::size_t tasks_;
  std::size_t finished_ = 0;
  std::uint64_t spikes_done_ = 0;
  double spikes_expected_ = 0;
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_line_ = Clock::now();
};

}  // namespace stimgen::cli
