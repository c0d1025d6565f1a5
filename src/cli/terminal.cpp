// Writing to stdout with every failure noticed, and to stderr through spdlog with the level -q and -v choose.
#include "cli/terminal.hpp"

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/warnings_text.hpp"

namespace stimgen::cli {

namespace {

// A file opened while stdout is closed would get its number and be overwritten by what is printed. The stand-in is
// read-only, so that printing fails and is reported.
void occupy_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
      const int opened = open("/dev/null", O_RDONLY);
      if (opened != fd && opened >= 0) close(opened);
    }
  }
}

bool is_capable_terminal(int fd) {
  const char* term = std::getenv("TERM");
  return isatty(fd) == 1 && term != nullptr && std::strcmp(term, "dumb") != 0;
}

[[noreturn]] void output_failed(int error) {
  throw OutputError(fmt::format("cannot write to standard output: {}", std::strerror(error)), error == EPIPE);
}

}  // namespace

Terminal::Terminal() {
  occupy_standard_streams();
  interactive_ = is_capable_terminal(STDERR_FILENO);
  const char* no_colour = std::getenv("NO_COLOR");
  colour_ = interactive_ && (no_colour == nullptr || *no_colour == '\0');
  log_ = std::make_shared<spdlog::logger>("stimgen", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log_->set_pattern("%v");
  log_->set_error_handler([](const std::string&) {});  // stderr is gone: nowhere left to say so
}

Terminal::~Terminal() = default;

void Terminal::configure(bool quiet, bool verbose) {
  quiet_ = quiet;
  log_->set_level(quiet ? spdlog::level::warn : verbose ? spdlog::level::debug : spdlog::level::info);
}

void Terminal::out(std::string_view text) {
  if (text.empty()) return;
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) output_failed(errno);
}

void Terminal::flush() {
  errno = 0;
  if (std::fflush(stdout) != 0) output_failed(errno);
}

void Terminal::error(ErrorCode code, const std::string& message, const std::string& help) {
  caught_error(with_code(escaped(message), code), help);
}

void Terminal::caught_error(const std::string& text, const std::string& help) {
  redraw({});
  const std::string_view start = colour_ ? "\x1b[1;31merror:\x1b[0m" : "error:";
  log_->error("{} {}{}", start, text, help.empty() ? std::string() : fmt::format("\n  = help: {}", escaped(help)));
}

void Terminal::raw_error(std::string_view text) {
  redraw({});
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (!text.empty()) log_->error("{}", text);
}

void Terminal::note(const std::string& message) {
  if (quiet_) return;
  redraw({});
  log_->info("note: {}", escaped(message));
}

void Terminal::detail(const std::string& message) {
  if (log_->should_log(spdlog::level::debug)) redraw({});
  log_->debug("{}", escaped(message));
}

void Terminal::warnings(const Diagnostics& diagnostics) {
  raw_error(warnings_text(diagnostics, colour_));
}

void Terminal::redraw(const std::string& line) {
  if (!interactive_ || (line.empty() && !line_drawn_)) return;
  const std::string text = "\r\x1b[2K" + line;
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  line_drawn_ = !line.empty();
}

}  // namespace stimgen::cli
