// The report of a batch, for the commands that write one.
#include "cli/batch_report.hpp"

#include <fmt/format.h>

#include <fstream>

#include "base/atomic_file.hpp"
#include "base/read_to_end.hpp"
#include "cli/text_file.hpp"

namespace stimgen::cli {

std::string producer() {
  return std::string("stimgen ") + STIMGEN_VERSION;
}

Report report_of_plan(const Plan& plan, const std::vector<std::string>& sets, const ReportOptions& options) {
  return Report::of_batch(plan, producer(), sets, options);
}

void refuse_report(const Plan& plan) {
  if (!plan.recipe.report) return;
  const std::filesystem::path& page = *plan.recipe.report;
  const std::string shown = printable(page.lexically_normal().string());
  Diagnostics diagnostics;
  std::error_code ignored;
  // A pipe or device is written into.
  if (const std::string problem = folder_problem(page.parent_path()); !problem.empty()) {
    diagnostics.error(plan.recipe.report_loc, "run.in-the-way", problem + ", but the report would be in it",
                      "move it away, or name another report.path");
  } else if (const std::string in_place = file_problem(page);
             !in_place.empty() && !std::filesystem::is_other(page, ignored)) {
    diagnostics.error(plan.recipe.report_loc, "run.in-the-way", in_place + ", but the report would be there",
                      "move it away, or name another report.path");
  } else if (std::filesystem::is_regular_file(page, ignored) && holds_something_else(page, "<!DOCTYPE html>")) {
    diagnostics.error(plan.recipe.report_loc, "disk.not-replaced",
                      fmt::format("'{}' is no page that stimgen made, and the report would replace it", shown),
                      "move it away, or name another report.path");
  }
  for (const Task& task : plan.tasks) {
    if (task.combined() == nullptr) continue;
    for (const CombineSource& source : task.combined()->sources) {
      if (source.unknown_spikes == 0) continue;
      diagnostics.error(source.loc, "spikes.unknown-nodes",
                        fmt::format("the report of a run cannot show the {} of nodes that the networks do not have",
                                    counted(source.unknown_spikes, "spike")),
                        "choose nodes with 'where', or write 'report: false'");
    }
  }
  diagnostics.throw_if_errors();
}

bool is_batch_report(const Plan& plan, const std::vector<std::string>& sets, const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  return read_to_end(file) == report_of_plan(plan, sets).html();
}

void write_batch_report(const Plan& plan, const std::vector<std::string>& sets, const std::filesystem::path& path) {
  const std::string page = report_of_plan(plan, sets).html();
  create_folders(path.parent_path());
  write_text_file(path, page);
}

}  // namespace stimgen::cli
