// The whole command line as one function.
#pragma once

#include <string>
#include <vector>

namespace stimgen::cli {

// Runs the command that `words` (without the program's name) ask for. Returns the exit code: 0 done, 1 different,
// 2 usage, 3 the recipe or an input file is wrong, 4 environment, 70 a bug of stimgen, 130 interrupted. Never throws.
int run_command_line(const std::vector<std::string>& words) noexcept;

}  // namespace stimgen::cli
