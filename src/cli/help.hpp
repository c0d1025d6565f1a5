// Help texts, made from the command and option tables.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/options.hpp"

namespace stimgen::cli {

std::string general_help();
std::string command_help(const Command& command);
// "stimgen run RECIPE [options]" and "-j, --threads N".
std::string usage_line(const Command& command);
std::string option_word(const Option& option);
// With the nearest command as a suggestion.
UsageError no_such_command(const std::string& word);

}  // namespace stimgen::cli
