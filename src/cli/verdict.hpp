// How the outcome of verify and audit is printed.
#pragma once

#include <vector>

#include "cli/format.hpp"
#include "stimgen/audit.hpp"

namespace stimgen::cli {

// One line a task; those that differ with where and the likely cause.
std::string verdict_lines(const std::vector<Verdict>& verdicts);
// {"same": …, "tasks": […]}: the keys are a contract.
std::string verdict_json(const std::vector<Verdict>& verdicts);
bool all_same(const std::vector<Verdict>& verdicts);

}  // namespace stimgen::cli
