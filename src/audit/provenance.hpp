// Writing the record that goes into a spike file, and holding record and form against what the file is taken for.
#pragma once

#include <string>

#include "stimgen/audit.hpp"

namespace stimgen {

// `lock`: the entries of the task and of all it needs. The text depends
// on the task alone, not on the rest of the recipe, so that files of two recipes with the same task are the same.
std::string provenance_text(const Plan& plan, const Task& task, const Lock& lock);

// Errors: as read_provenance() of a path.
Provenance read_provenance(const SpikeReader& file);

// Which objects and attributes of a file are not as a run wrote them for this entry: the end of a sentence, as
// SpikeReader::form_problem(). Empty: none.
std::string form_problem(const SpikeReader& file, const LockedTask& entry, const Plan& plan);

// Of a file that holds the spikes of this entry: what else a reader would act on is not as stimgen wrote it.
struct FileProblem {
  Cause cause = Cause::none;
  std::string text;  // "its record was edited"
};
FileProblem made_file_problem(const SpikeReader& file, const LockedTask& entry, const Plan& plan);

}  // namespace stimgen
