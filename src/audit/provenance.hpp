// Writing the record that goes into a spike file.
#pragma once

#include <string>

#include "stimgen/audit.hpp"

namespace stimgen {

// `lock`: the entries of the task, which is complete but for its size in bytes, and of all it needs. The text depends
// on the task alone, not on the rest of the recipe, so that files of two recipes with the same task are the same.
std::string provenance_text(const Plan& plan, const Task& task, const Lock& lock);

}  // namespace stimgen
