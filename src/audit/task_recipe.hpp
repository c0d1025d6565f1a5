// A recipe of one task alone.
#pragma once

#include <string>

#include "stimgen/plan.hpp"

namespace stimgen {

// The task and all it needs, as JSON with sorted keys, which the recipe reader takes: seeds, output settings, inline
// populations; populations of files are left for whoever reads it to add. Paths are as written; of absolute ones only
// the name.
std::string task_recipe(const Plan& plan, const Task& task);

}  // namespace stimgen
