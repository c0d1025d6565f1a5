// Plans and runs recipes for tests.
#include "support/planned_recipe.hpp"

#include <fmt/format.h>

#include "base/folder_lock.hpp"

namespace stimgen::testing {

PlannedRecipe::PlannedRecipe(const std::string& yaml, const std::vector<std::string>& sets) {
  const std::filesystem::path path = folder_ / "recipe.yaml";
  write_text(path, yaml);
  Diagnostics diagnostics;
  LoadOptions options;
  options.sets = sets;
  try {
    plan_ = build_plan(load_recipe(path, options, diagnostics), diagnostics);
    problems_ = diagnostics.items().empty() ? std::string() : render(diagnostics);
  } catch (const InputError& error) {
    problems_ = error.what();
  }
  const std::string prefix = folder_.path().string() + "/";
  for (std::size_t at = problems_.find(prefix); at != std::string::npos; at = problems_.find(prefix)) {
    problems_.erase(at, prefix.size());
  }
}

RunSummary run_in_folder(const Plan& plan, const RunOptions& options, TaskLog& log, RunObserver& observer,
                         const std::atomic<bool>& stop) {
  const HeldOutput held(plan, options, log, Patience{});
  return run_plan(held, plan, options, log, observer, stop);
}

RunSummary PlannedRecipe::run(unsigned threads, const std::vector<std::string>& only) {
  NoTaskLog log;
  SilentObserver observer;
  const std::atomic<bool> stop = false;
  return run_in_folder(plan_, {threads, only}, log, observer, stop);
}

RunSummary PlannedRecipe::run(unsigned threads, RunObserver& observer, const std::atomic<bool>& stop) {
  NoTaskLog log;
  return run_in_folder(plan_, {threads, {}}, log, observer, stop);
}

RunSummary PlannedRecipe::run(const RunOptions& options, RunObserver& observer) {
  NoTaskLog log;
  const std::atomic<bool> stop = false;
  return run_in_folder(plan_, options, log, observer, stop);
}

std::map<std::string, SpikeBlock> PlannedRecipe::spikes(const std::string& task) const {
  const auto reader = open_spike_file(plan_.output_path(*plan_.find(task)));
  std::map<std::string, SpikeBlock> result;
  for (const PopulationInfo& population : reader->populations()) {
    result[population.name] = reader->read(population.name, 0, population.count);
  }
  return result;
}

std::string PlannedRecipe::file_bytes(const std::string& task) const {
  return read_text(plan_.output_path(*plan_.find(task)));
}

std::string recipe_head(int nodes, const std::string& output) {
  return fmt::format(
      "stimgen: 1\n"
      "seeds: {{network: 123, spikes: 2}}\n"
      "time: {{stop: 1 s}}\n"
      "networks:\n"
      "  populations:\n"
      "    cells:\n"
      "      nodes: {}\n"
      "      properties: {{kind: {{cycle: [A, B, C]}}, rate_hz: {{linspace: [0, 10]}}}}\n"
      "output: {}\n",
      nodes, output);
}

}  // namespace stimgen::testing
