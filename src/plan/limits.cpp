// Refuses work that could not end well, before anything is written.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <numeric>

#include "base/format_bytes.hpp"
#include "plan/build.hpp"
#include "stimgen/plan.hpp"

namespace stimgen {
namespace {

// 1.2e9 → "1.2e+09"; exact below a million.
std::string about(double number) {
  return number < 1e6 ? fmt::format("{:.0f}", number) : fmt::format("{:.2g}", number);
}

// `plan` shows the other number.
std::string unlike(double spikes, double by_mean) {
  if (std::abs(spikes - by_mean) <= 0.1 * by_mean) return {};
  return fmt::format(" with the rates that are drawn, {} by the means of their distributions", about(by_mean));
}

// What tasks are expected to make with the rates that a run will draw: the sum of a few may be far from their mean.
class DrawnSpikes {
 public:
  explicit DrawnSpikes(const Plan& plan) : plan_(plan) {}

  double of(TaskIndex index) {
    const auto [known, added] = drawn_.try_emplace(index, plan_.tasks[index].expected_spikes);
    if (!added) return known->second;
    double spikes = known->second;
    const SampledSource* source = plan_.tasks[index].sampled();
    if (source != nullptr && source->streams.key_if_used(Purpose::rate) != StreamKey{}) spikes = draw(*source);
    for (const TaskIndex need : plan_.tasks[index].needs) spikes += of(need) - plan_.tasks[need].expected_spikes;
    return drawn_[index] = spikes;
  }

 private:
  static double draw(const SampledSource& source) {
    const NodeRates rates = source.node_rates();
    return expected_spikes(std::accumulate(rates.constant_hz.begin(), rates.constant_hz.end(), 0.0),
                           rates.window.duration_ms());
  }

  const Plan& plan_;
  std::map<TaskIndex, double> drawn_;
};

}  // namespace

void check_limits(const Plan& plan, const std::vector<TaskIndex>& tasks, std::uint64_t free_bytes) {
  const OutputSettings& output = plan.recipe.output;
  double by_mean = 0;
  for (const TaskIndex i : tasks) by_mean += plan.tasks[i].expected_spikes;
  // Drawing takes time where there are many nodes: of a disk that is nowhere near full nobody asks.
  const bool draw = output.max_spikes || output.max_bytes || 160 * by_mean > static_cast<double>(free_bytes);
  DrawnSpikes drawn(plan);
  double spikes = 0;
  double bytes = 0;
  double most_own = 0;
  double most = 0;
  const Task* largest = nullptr;
  for (const TaskIndex i : tasks) {
    const Task& task = plan.tasks[i];
    if (!task.makes_file()) continue;
    const double expected = draw ? drawn.of(i) : task.expected_spikes;
    spikes += expected;
    bytes += file_bytes_at_most(plan, i, expected);
    // What a combination takes from a task is too much there, not here.
    double own = expected;
    for (const TaskIndex need : task.needs) own -= draw ? drawn.of(need) : plan.tasks[need].expected_spikes;
    if (largest != nullptr && own <= most_own) continue;
    largest = &task;
    most_own = own;
    most = expected;
  }
  if (largest == nullptr) return;
  Diagnostics diagnostics;
  const std::string share = fmt::format("task '{}' alone would make about {} spikes ({})", largest->name, about(most),
                                        format_bytes(16 * most));
  if (output.max_spikes && spikes > static_cast<double>(*output.max_spikes)) {
    diagnostics.error(largest->loc, "run.too-many-spikes",
                      fmt::format("this would make about {} spikes{}, more than output.max_spikes = {}; {}",
                                  about(spikes), unlike(spikes, by_mean), *output.max_spikes, share),
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
