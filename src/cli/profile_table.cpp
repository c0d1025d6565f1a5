// The stages of the profile as a table.
#include "cli/profile_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/profile.hpp"
#include "cli/format.hpp"

namespace stimgen::cli {

std::string profile_table() {
  struct Row {
    double seconds;
    StageInfo stage;
  };
  const Profile profile = read_profile();
  std::vector<Row> rows;
  double rest_s = profile.process_s;
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    rows.push_back({profile.stages_s[i], kStages[i]});
    rest_s -= profile.stages_s[i];
  }
  rows.push_back({std::max(0.0, rest_s), {"rest", "start, threads, hand-over between them"}});
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.seconds > b.seconds; });
  rows.push_back({profile.process_s, {"all", ""}});
  using enum Table::Align;
  Table table({left, right, right, left});
  table.add({"STAGE", "CPU", "SHARE", "OF"});
  for (const Row& row : rows) {
    const double share = profile.process_s > 0 ? row.seconds / profile.process_s : 0;
    table.add({std::string(row.stage.name), fmt::format("{:.3f} s", row.seconds), fmt::format("{:.1f} %", 100 * share),
               std::string(row.stage.what)});
  }
  return table.text();
}

}  // namespace stimgen::cli
