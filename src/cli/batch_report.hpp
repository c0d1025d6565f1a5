// The report of a batch: what `report` and, by the recipe's key, `run` write.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stimgen/report.hpp"

namespace stimgen::cli {

// "stimgen 0.1.0"
std::string producer();
// Reads every file of the plan. `sets`: the values of --set.
Report report_of_plan(const Plan& plan, const std::vector<std::string>& sets, const ReportOptions& options = {});
// Refuses the page of a run that could not be written, or not replace what is there, and one that could not show the
// spikes of a recording. Errors: InputError at its place in the recipe.
void refuse_report(const Plan& plan);
// Whether the page at `path` is what write_batch_report() would write.
bool is_batch_report(const Plan& plan, const std::vector<std::string>& sets, const std::filesystem::path& path);
void write_batch_report(const Plan& plan, const std::vector<std::string>& sets, const std::filesystem::path& path);

}  // namespace stimgen::cli
