// Finds the command, runs it, and turns every way it can end into a message and an exit code.
#include "cli/cli.hpp"

#include <cxxabi.h>

#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/help.hpp"
#include "cli/options.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"

namespace stimgen::cli {

namespace {

constexpr int kUsage = 2, kInput = 3, kEnvironment = 4, kBug = 70, kInterrupted = 130;

std::string quoted(const std::string& word) {
  const bool plain = word.find_first_of(" \t'\"$&|;<>(){}[]*?#~`!\\") == std::string::npos && !word.empty();
  return plain ? word : fmt::format("'{}'", word);
}

// A command that is advised keeps what the user wrote, without which it would be about other files.
InputError with_flags(const InputError& error, const Arguments& arguments) {
  const std::vector<Diagnostic>& items = error.diagnostics().items();
  if (items.size() != 1 || items.front().code != "stats.not-made") return error;
  std::string flags;
  if (arguments.has("output")) flags += " --output " + quoted(arguments.text("output"));
  for (const std::string& setting : arguments.texts("set")) flags += " --set " + quoted(setting);
  return {"stats.not-made", items.front().message, items.front().help + printable(flags, 500)};
}

int run_words(const std::vector<std::string>& words, Terminal& terminal) {
  if (words.empty()) {
    terminal.raw_error(general_help());
    return kUsage;
  }
  std::string first = words.front();
  if (first == "--help" || first == "-h") first = "help";
  if (first == "--version") first = "version";
  if (first.starts_with('-')) {
    throw UsageError("usage.unknown-command", fmt::format("'{}' stands before any command", printable(first)),
                     "options follow the command: stimgen run RECIPE -q");
  }
  const Command* command = find_command(first);
  if (command == nullptr) throw no_such_command(first);
  const Arguments arguments = parse_arguments(*command, {words.begin() + 1, words.end()});
  if (arguments.has("help")) {
    terminal.out(command_help(*command));
    return 0;
  }
  terminal.configure(arguments.has("quiet"), arguments.has("verbose"));
  try {
    return command->run(arguments, terminal);
  } catch (const InputError& error) {
    throw with_flags(error, arguments);
  }
}

int report_bug(Terminal& terminal, const std::string& what) {
  terminal.error("system.bug", fmt::format("this is a bug in stimgen: {}, please report", what),
                 "send the recipe and the output of 'stimgen --version'");
  return kBug;
}

// Requires: called inside a catch block.
int report_current_exception(Terminal& terminal) {
  try {
    throw;
  } catch (const UsageError& error) {
    terminal.caught_error(error.what(), error.help());
    terminal.raw_error(error.command().empty() ? "  'stimgen help' lists the commands"
                                               : fmt::format("  see 'stimgen {} --help'", error.command()));
    return kUsage;
  } catch (const InputError& error) {
    terminal.raw_error(render(error.diagnostics(), terminal.colour()));
    return kInput;
  } catch (const OutputError& error) {
    if (!error.reader_left()) terminal.caught_error(error.what());
    return kEnvironment;
  } catch (const EnvironmentError& error) {
    terminal.caught_error(error.what());
    return kEnvironment;
  } catch (const std::filesystem::filesystem_error& error) {
    terminal.error("disk.refused", fmt::format("{}: {}", error.path1().string(), error.code().message()));
    return kEnvironment;
  } catch (const std::bad_alloc&) {
    terminal.error("system.no-memory", "not enough memory");
    return kEnvironment;
  } catch (const Interrupted&) {
    terminal.error("system.interrupted", "interrupted");
    return kInterrupted;
  } catch (const std::exception& error) {
    return report_bug(terminal, error.what());
  } catch (...) {
    return report_bug(terminal, "an unknown exception");
  }
}

}  // namespace

int run_command_line(const std::vector<std::string>& words) noexcept {
  install_signal_handlers();
  Terminal terminal;
  int exit_code = kBug;
  try {
    try {
      exit_code = run_words(words, terminal);
      terminal.flush();
    } catch (...) {
      exit_code = report_current_exception(terminal);
    }
  } catch (...) {
    exit_code = kBug;  // even the report failed
  }
  return exit_code;
}

}  // namespace stimgen::cli
