// The report of a batch, for the commands that write one.
#include "cli/batch_report.hpp"

#include <fstream>

#include "base/atomic_file.hpp"
#include "base/read_to_end.hpp"
#include "cli/text_file.hpp"

namespace stimgen::cli {

std::string producer() {
  return std::string("stimgen ") + STIMGEN_VERSION;
}

Report report_of_plan(const Plan& plan, const std::vector<std::string>& sets) {
  return Report::of_batch(plan, producer(), sets);
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
