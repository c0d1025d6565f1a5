// `--profile`: which stages of the work took the CPU time.
#pragma once

#include <string>

namespace stimgen::cli {

// One line a stage, the longest first, and all of the process. Requires: start_profile() was called.
std::string profile_table();

}  // namespace stimgen::cli
