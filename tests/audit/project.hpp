// A recipe in a folder of its own that is run, edited and checked as the command line does.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "stimgen/audit.hpp"
#include "support/planned_recipe.hpp"
#include "support/temp_folder.hpp"

namespace stimgen::testing {

// Two backgrounds, a pattern on an assembly set and a combination, over nodes of the recipe.
inline const std::string kProjectRecipe =
    "stimgen: 1\n"
    "seeds: {network: 123, spikes: 2}\n"
    "time: {stop: 1 s}\n"
    "networks:\n"
    "  populations:\n"
    "    cells:\n"
    "      nodes: 60\n"
    "      properties: {kind: {cycle: [A, B]}, other: {cycle: [1, 2, 3]}}\n"
    "backgrounds:\n"
    "  base: {population: cells, rate: 20 Hz}\n"
    "  kinds: {population: cells, group_by: kind, rates: {A: 5 Hz, B: [8, 2]}}\n"
    "assemblies:\n"
    "  pair: {population: cells, method: property, property: kind}\n"
    "patterns:\n"
    "  long: {type: long, assemblies: pair, on_time: 200 ms, rates: {burst: 50 Hz}}\n"
    "combine:\n"
    "  all: {from: [base, long]}\n"
    "output: {directory: out}\n";

class Project {
 public:
  explicit Project(std::string recipe = kProjectRecipe) : recipe_(std::move(recipe)) { write(); }

  const TempFolder& folder() const { return folder_; }
  std::filesystem::path file(const std::string& task) const { return folder_ / "out" / (task + ".h5"); }
  std::filesystem::path lock_file() const { return folder_ / "stimgen.lock"; }
  std::string lock_text() const { return read_text(lock_file()); }

  void edit(const std::string& from, const std::string& to) {
    const auto at = recipe_.find(from);
    if (at == std::string::npos) throw std::logic_error("not in the recipe: " + from);
    recipe_.replace(at, from.size(), to);
    write();
  }
  void edit_lock(const std::string& from, const std::string& to) {
    std::string text = lock_text();
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("not in the lock: " + from);
    text.replace(at, from.size(), to);
    write_text(lock_file(), text);
  }

  Plan plan() const {
    Diagnostics diagnostics;
    Plan plan = build_plan(load_recipe(folder_ / "recipe.yaml", {}, diagnostics), diagnostics);
    diagnostics.throw_if_errors();
    return plan;
  }
  std::optional<Lock> lock() const { return read_lock(lock_file(), "recipe.yaml"); }

  // "fresh", or why a task is stale, by name.
  std::map<std::string, std::string> states() const {
    const Plan made = plan();
    FileStamps stamps(made.recipe.output.directory);
    std::map<std::string, std::string> result;
    for (const auto& [index, state] : judge_tasks(made, lock(), stamps)) {
      result[made.tasks[index].name] = state.fresh ? "fresh" : state.why;
    }
    return result;
  }
  // Names of the tasks that are made, in plan order.
  std::vector<std::string> run(const std::vector<std::string>& only = {}, bool keep_record = true) {
    const Plan made = plan();
    const RunOptions options{2, only};
    Standing standing(made, lock_file(), wanted_tasks(made, options), only.empty(), false);
    standing.look();
    SilentObserver observer;
    const std::atomic<bool> stop = false;
    const RunSummary summary = run_in_folder(made, options, standing.log(), observer, stop);
    if (keep_record) {
      standing.record();
      standing.remember(summary.exit_code() == 0);
    }
    std::vector<std::string> names;
    for (const auto& [index, result] : summary.results) {
      if (result.status == TaskStatus::made) names.push_back(made.tasks[index].name);
    }
    return names;
  }
  // Cause of each task that differs; empty: all is well.
  std::map<std::string, std::string> causes(const VerifyOptions& options = {2, {}, false}) const {
    std::map<std::string, std::string> result;
    for (const Verdict& verdict : verdicts(options)) {
      if (!verdict.same) result[verdict.task] = cause_name(verdict.cause);
    }
    return result;
  }
  std::vector<Verdict> verdicts(const VerifyOptions& options = {2, {}, false}) const {
    const std::atomic<bool> stop = false;
    const Plan made = plan();
    return verify_plan(made, lock(), options, stop);
  }
  Verdict verdict(const std::string& task) const {
    for (Verdict& verdict : verdicts()) {
      if (verdict.task == task) return verdict;
    }
    throw std::logic_error("no verdict on " + task);
  }

 private:
  void write() { write_text(folder_ / "recipe.yaml", recipe_); }

  TempFolder folder_;
  std::string recipe_;
};

// What `stimgen audit` finds of a file by its record alone. Throws InputError as it does.
inline Verdict audit_by_record(const std::filesystem::path& file) {
  const Provenance provenance = read_provenance(file);
  auto source = std::make_shared<SourceFile>();
  source->path = "record";
  source->text = provenance.recipe_text;
  source->directory = ".";
  Diagnostics diagnostics;
  const Plan plan = build_plan(load_recipe(std::move(source), file, {}, diagnostics), diagnostics);
  diagnostics.throw_if_errors();
  const std::atomic<bool> stop = false;
  return audit_file(plan, provenance, file, {.threads = 2}, stop);
}

}  // namespace stimgen::testing
