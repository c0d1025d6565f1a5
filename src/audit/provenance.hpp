// Writing the record that goes into a spike file, and holding it against what the file is taken for.
#pragma once

#include <string>

#include "stimgen/audit.hpp"

namespace stimgen {

// `lock`: the entries of the task and of all it needs. The text depends
// on the task alone, not on the rest of the recipe, so that files of two recipes with the same task are the same.
std::string provenance_text(const Plan& plan, const Task& task, const Lock& lock);

// Errors: as read_provenance() of a path.
Provenance read_provenance(const SpikeReader& file);

// What is wrong with the record of a file that holds the spikes of this entry: "its record was edited". Empty: nothing.
std::string record_problem(const SpikeReader& file, const LockedTask& entry);

}  // namespace stimgen
