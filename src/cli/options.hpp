// From the words of the command line to a command's arguments, and what is said when they are wrong.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::cli {

// The command line is wrong: exit code 2.
class UsageError : public std::runtime_error {
 public:
  // `command`: whose help to point at; empty for stimgen itself.
  UsageError(ErrorCode code, const std::string& message, std::string help, std::string command = {})
      : std::runtime_error(with_code(escaped(message), code)), help_(std::move(help)), command_(std::move(command)) {}
  const std::string& help() const { return help_; }
  const std::string& command() const { return command_; }

 private:
  std::string help_;
  std::string command_;
};

// The words of one command, sorted by option and positional name. Immutable.
class Arguments {
 public:
  explicit Arguments(const Command& command) : command_(&command) {}
  // Of an option: whether it was given; of a positional: whether it has a word.
  bool has(std::string_view name) const { return values_.contains(name); }
  // The first word, empty if absent.
  std::string text(std::string_view name) const;
  // All words; those of list options are cut at commas by list(), which throws UsageError if the option was given and
  // names nothing.
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  const Command& command() const { return *command_; }

 private:
  friend Arguments parse_arguments(const Command& command, const std::vector<std::string>& words);
  const Command* command_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// Throws UsageError. With --help among the words nothing else is required.
Arguments parse_arguments(const Command& command, const std::vector<std::string>& words);

}  // namespace stimgen::cli
