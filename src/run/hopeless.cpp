// What stands in the way of a run, found before it begins.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "run/parts.hpp"
#include "stimgen/run.hpp"

namespace stimgen {
namespace {

namespace fs = std::filesystem;

// The folder, or the nearest above it that is there.
fs::path nearest_folder(const fs::path& folder) {
  std::error_code error;
  fs::path nearest = fs::absolute(folder.empty() ? "." : folder, error);
  while (!fs::exists(nearest, error) && nearest.has_relative_path()) nearest = nearest.parent_path();
  return nearest;
}

std::uint64_t free_bytes_near(const fs::path& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(nearest_folder(folder), error);
  if (error)
    throw EnvironmentError("disk.cannot-read",
                           fmt::format("cannot tell the free space of '{}': {}", folder.string(), error.message()));
  return space.available;
}

void refuse_unwritable(const fs::path& folder) {
  const fs::path nearest = nearest_folder(folder);
  // Read, too: a folder whose entry of a new file is to be on disk is opened.
  if (::access(nearest.c_str(), R_OK | W_OK | X_OK) == 0) return;
  throw EnvironmentError("disk.cannot-write", fmt::format("cannot write in folder '{}': {}",
                                                          printable(nearest.string()), std::strerror(errno)));
}

constexpr const char* kMoveIt = "move it away, or choose another output.directory";

// Parts that this one would replace are those of the other finders, but for files that nobody made.
void add_files(const Plan& plan, const RunOptions& options, const std::vector<TaskIndex>& to_make,
               Diagnostics& diagnostics) {
  std::set<fs::path> nobodys;
  if (options.shard && !options.force) {
    for (const OtherPart& part : find_other_parts(plan, to_make)) {
      if (part.recipe.empty()) nobodys.insert(part.file);
    }
  }
  for (const TaskIndex index : to_make) {
    const Task& task = plan.tasks[index];
    if (!task.makes_file()) continue;
    const fs::path file = options.shard ? part_path(plan, task, *options.shard) : plan.output_path(task);
    if (const std::string problem = file_problem(file); !problem.empty()) {
      diagnostics.error(task.loc, "run.in-the-way",
                        fmt::format("{}, but a run writes task '{}' there", problem, task.name), kMoveIt);
    } else if (nobodys.contains(file)) {
      diagnostics.error(task.loc, "run.foreign-file",
                        fmt::format("'{}' is damaged, or none that stimgen made, and would be replaced",
                                    printable(file.lexically_normal().string())),
                        "move it away; --force replaces it");
    }
  }
}

}  // namespace

void refuse_hopeless(const Plan& plan, const RunOptions& options, const std::vector<TaskIndex>& to_make) {
  if (to_make.empty()) return;
  const fs::path& folder = plan.recipe.output.directory;
  Diagnostics diagnostics;
  const auto need_folder = [&](const fs::path& needed, const SourceLoc& loc) {
    const std::string problem = folder_problem(needed);
    if (!problem.empty()) diagnostics.error(loc, "run.in-the-way", problem + ", but a run writes there", kMoveIt);
    return problem.empty();
  };
  const SourceLoc& directory_loc = plan.recipe.output.directory_loc;
  if (need_folder(folder, directory_loc)) {
    need_folder(folder / kStateFolder, directory_loc);
    if (options.shard) need_folder(folder / kPartsFolder, directory_loc);
    add_files(plan, options, to_make, diagnostics);
  }
  diagnostics.throw_if_errors();
  refuse_unwritable(options.shard ? folder / kPartsFolder : folder);
  if (!options.shard) {
    refuse_unwritable(folder / kStateFolder);
    refuse_unwritable(lock_path(plan.recipe).parent_path());
    if (plan.recipe.report && options.only.empty()) refuse_unwritable(plan.recipe.report->parent_path());
  }
  // A shard takes its share of the disk.
  const std::uint64_t shares = options.shard ? options.shard->count : 1;
  const std::uint64_t free_bytes = free_bytes_near(folder);
  check_limits(plan, to_make, free_bytes > UINT64_MAX / shares ? UINT64_MAX : free_bytes * shares);
}

}  // namespace stimgen
