// The report of a batch, for the commands that write one.
#include "cli/batch_report.hpp"

#include <fmt/format.h>

#include "cli/text_file.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::cli {

std::string producer() {
  return std::string("stimgen ") + STIMGEN_VERSION;
}

Report report_of_plan(const Plan& plan, const std::vector<std::string>& sets) {
  return Report::of_batch(plan, producer(), sets);
}

void write_batch_report(const Plan& plan, const std::vector<std::string>& sets, const std::filesystem::path& path) {
  const std::string page = report_of_plan(plan, sets).html();
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    throw EnvironmentError("disk.cannot-write", fmt::format("{}: cannot make this folder: {}",
                                                            path.parent_path().string(), error.message()));
  }
  write_text_file(path, page);
}

}  // namespace stimgen::cli
