// Help texts, made from the command and option tables.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/options.hpp"

namespace stimgen::cli {

std::string general_help();
std::string command_help(const Command& command);
// With the nearest command as a suggestion.
UsageError no_such_command(const std::string& word);

}  // namespace stimgen::cli
