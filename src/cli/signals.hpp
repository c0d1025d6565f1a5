// Ctrl-C and its relatives: what a signal does depends on whether there is something to clean up.
#pragma once

#include <atomic>

namespace stimgen::cli {

// SIGINT, SIGTERM, SIGHUP (unless it is ignored, as under nohup), SIGXCPU and SIGUSR1 end the program at once with exit
// code 130; a closed pipe and a file-size limit become errors of the write that meets them.
void install_signal_handlers();

// While it lives, the first of these signals only sets the flag, so that unfinished files can be removed. What comes
// within a second of it is the same wish (`timeout` of coreutils sends SIGTERM twice); a later one ends the program.
// One object at a time.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;
  const std::atomic<bool>& flag() const;
};

}  // namespace stimgen::cli
