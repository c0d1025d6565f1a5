// Where a command's words go: results to stdout, everything else to stderr, colour and progress only on a terminal.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "stimgen/diagnostic.hpp"

namespace spdlog {
class logger;
}

namespace stimgen::cli {

// stdout could not be written. `reader_left`: the other end of a pipe was closed (as `| head` does).
class OutputError : public EnvironmentError {
 public:
  OutputError(const std::string& message, bool reader_left)
      : EnvironmentError("disk.cannot-write", message), reader_left_(reader_left) {}
  bool reader_left() const { return reader_left_; }

 private:
  bool reader_left_;
};

// One object a process, used by one thread at a time.
class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void configure(bool quiet, bool verbose);
  bool quiet() const { return quiet_; }
  // stderr is a terminal that can redraw a line.
  bool interactive() const { return interactive_; }
  bool colour() const { return colour_; }

  // Results. Throws OutputError.
  void out(std::string_view text);
  // Everything said so far has reached the operating system. Throws OutputError.
  void flush();

  // To stderr: always, unless quiet, only with -v. Messages may hold names as they are: they are escaped here.
  void error(ErrorCode code, const std::string& message, const std::string& help = {});
  // The same for the text of an exception, which has its code and is escaped already, in lines of its own perhaps.
  void caught_error(const std::string& text, const std::string& help = {});
  void raw_error(std::string_view text);
  void note(const std::string& message);
  void detail(const std::string& message);
  // The warnings among them, each as it would be shown with errors.
  void warnings(const Diagnostics& diagnostics);
  // One line of progress that is drawn over; empty removes it.
  void redraw(const std::string& line);

 private:
  bool quiet_ = false;
  bool interactive_ = false;
  bool colour_ = false;
  bool line_drawn_ = false;
  std::shared_ptr<spdlog::logger> log_;
};

}  // namespace stimgen::cli
