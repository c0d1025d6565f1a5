// The report of a batch, for the commands that write one.
#include "cli/batch_report.hpp"

#include "base/atomic_file.hpp"
#include "cli/text_file.hpp"

namespace stimgen::cli {

std::string producer() {
  return std::string("stimgen ") + STIMGEN_VERSION;
}

Report report_of_plan(const Plan& plan, const std::vector<std::string>& sets) {
  return Report::of_batch(plan, producer(), sets);
}

void write_batch_report(const Plan& plan, const std::vector<std::string>& sets, const std::filesystem::path& path) {
  const std::string page = report_of_plan(plan, sets).html();
  create_folders(path.parent_path());
  write_text_file(path, page);
}

}  // namespace stimgen::cli
