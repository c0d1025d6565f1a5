// A recipe given as text, written to a folder of its own, planned and run as the command line would.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "stimgen/plan.hpp"
#include "stimgen/run.hpp"
#include "stimgen/store.hpp"
#include "support/temp_folder.hpp"

namespace stimgen::testing {

// Holds the output folder and runs the plan there, refused at once if another run has it.
RunSummary run_in_folder(const Plan& plan, const RunOptions& options, TaskLog& log, RunObserver& observer,
                         const std::atomic<bool>& stop);

class PlannedRecipe {
 public:
  explicit PlannedRecipe(const std::string& yaml, const std::vector<std::string>& sets = {});

  // Rendered problems, with the path of the recipe cut to its name; empty if there are none.
  const std::string& problems() const { return problems_; }
  const Plan& plan() const { return plan_; }
  Plan& plan() { return plan_; }
  const TempFolder& folder() const { return folder_; }

  RunSummary run(unsigned threads = 2, const std::vector<std::string>& only = {});
  RunSummary run(unsigned threads, RunObserver& observer, const std::atomic<bool>& stop);
  RunSummary run(const RunOptions& options, RunObserver& observer);
  // All spikes of a made file by population.
  std::map<std::string, SpikeBlock> spikes(const std::string& task) const;
  std::string file_bytes(const std::string& task) const;

 private:
  TempFolder folder_;
  Plan plan_;
  std::string problems_;
};

class SilentObserver : public RunObserver {
 public:
  void progress(std::uint64_t, double) override {}
  void task_finished(const Task&, const TaskResult&) override {}
};

// The top of a small recipe: seeds, 1 s, a population `cells` of `nodes` nodes with kind A, B, C in turn.
std::string recipe_head(int nodes = 100, const std::string& output = "{directory: out}");

}  // namespace stimgen::testing
