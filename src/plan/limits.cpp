// Refuses work that could not end well, before anything is written.
#include <fmt/format.h>

#include "base/format_bytes.hpp"
#include "stimgen/plan.hpp"

namespace stimgen {
namespace {

// 1.2e9 → "1.2e+09"; exact below a million.
std::string about(double number) {
  return number < 1e6 ? fmt::format("{:.0f}", number) : fmt::format("{:.2g}", number);
}

}  // namespace

void check_limits(const Plan& plan, const std::vector<TaskIndex>& tasks, std::uint64_t free_bytes) {
  const OutputSettings& output = plan.recipe.output;
  double spikes = 0;
  double bytes = 0;
  const Task* largest = nullptr;
  for (const TaskIndex i : tasks) {
    const Task& task = plan.tasks[i];
    if (!task.makes_file()) continue;
    spikes += task.expected_spikes;
    bytes += 16 * task.expected_spikes + 4096;
    if (largest == nullptr || task.expected_spikes > largest->expected_spikes) largest = &task;
  }
  if (largest == nullptr) return;
  Diagnostics diagnostics;
  const std::string share = fmt::format("task '{}' alone would make about {} spikes ({})", largest->name,
                                        about(largest->expected_spikes), format_bytes(16 * largest->expected_spikes));
  if (output.max_spikes && spikes > static_cast<double>(*output.max_spikes)) {
    diagnostics.error(largest->loc, "run.too-many-spikes",
                      fmt::format("this would make about {} spikes, more than output.max_spikes = {}; {}",
                                  about(spikes), *output.max_spikes, share),
                      "lower the rates, the nodes or the window, or raise output.max_spikes");
  }
  const double max_bytes = static_cast<double>(output.max_bytes.value_or(free_bytes));
  if (bytes > max_bytes) {
    diagnostics.error(
        largest->loc, "run.too-many-bytes",
        fmt::format("this would make up to {} of files, more than {} ({}); {}", format_bytes(bytes),
                    output.max_bytes ? "output.max_bytes" : "the disk has free", format_bytes(max_bytes), share),
        output.max_bytes ? "lower the rates, the nodes or the window, or raise output.max_bytes"
                         : "lower the rates, the nodes or the window, or choose another output.directory");
  }
  diagnostics.throw_if_errors();
}

}  // namespace stimgen
