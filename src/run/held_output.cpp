// The output folder before and after a run: its lock, and what killed runs left there.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/folder_lock.hpp"
#include "run/parts.hpp"
#include "run/shards.hpp"
#include "stimgen/run.hpp"

namespace stimgen {
namespace {

// Folders in which runs leave unfinished files when they are killed, and whether the output folder's lock is theirs,
// too.
std::vector<std::pair<std::filesystem::path, bool>> swept_folders(const Plan& plan) {
  const std::filesystem::path& folder = plan.recipe.output.directory;
  std::vector<std::pair<std::filesystem::path, bool>> folders{
      {folder, true},
      {parts_folder(plan), true},
      {folder / kStateFolder, true},
      // The lock file is written beside the recipe.
      {std::filesystem::absolute(plan.recipe.path).parent_path(), false}};
  if (plan.recipe.report) folders.emplace_back(std::filesystem::absolute(*plan.recipe.report).parent_path(), false);
  return folders;
}

void sweep(const Plan& plan) {
  for (const auto& [folder, held] : swept_folders(plan)) sweep_stale_temporaries(folder, held);
}

}  // namespace

HeldOutput::HeldOutput(const Plan& plan, const RunOptions& options, TaskLog& task_log, const Patience& patience) {
  const std::filesystem::path& folder = plan.recipe.output.directory;
  std::optional<ShardLog> shard_log;
  if (options.shard) shard_log.emplace(*options.shard, task_log, options.force);
  TaskLog& log = shard_log ? *shard_log : task_log;
  std::vector<TaskIndex> to_make = wanted_tasks(plan, options);
  std::erase_if(to_make, [&](TaskIndex i) {
    TaskResult ignored;
    return log.is_current(plan, plan.tasks[i], ignored);
  });
  refuse_hopeless(plan, options, to_make);
  create_folders(folder);
  lock_ =
      std::make_unique<FolderLock>(folder, options.shard ? FolderLock::Use::shared : FolderLock::Use::alone, patience);
  if (options.shard) {
    // Nothing is swept: other shards are being written, maybe from machines whose processes are not seen here.
    if (!to_make.empty()) create_folders(parts_folder(plan));
  } else {
    sweep(plan);
  }
}

HeldOutput::~HeldOutput() = default;

void tidy_output(const Plan& plan, const RunOptions& options) noexcept {
  try {
    const PartsOnDisk parts(plan);
    const auto wanted = wanted_tasks(plan, options);
    const bool has_parts =
        std::any_of(wanted.begin(), wanted.end(), [&](TaskIndex i) { return parts.has(plan.tasks[i]); });
    bool has_litter = FolderLock::is_left_over(plan.recipe.output.directory);
    for (const auto& [folder, held] : swept_folders(plan)) has_litter = has_litter || has_stale_temporaries(folder);
    if (!has_parts && !has_litter) return;
    const FolderLock held(plan.recipe.output.directory);
    sweep(plan);
    for (const TaskIndex i : wanted) parts.remove(plan.tasks[i], false);
    std::error_code ignored;
    std::filesystem::remove(parts_folder(plan), ignored);  // if empty
  } catch (const std::exception&) {
    // A folder that another run holds or that cannot be written to.
  }
}

}  // namespace stimgen
