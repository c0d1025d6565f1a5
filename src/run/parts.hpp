// Parts of spike tasks on disk: made by several processes, joined by one.
//
// Part K of N of a task is the spike file <output>/shards/<task>.K-of-N.h5, not compressed, with a record of its own in
// place of the task's provenance:
//   {"part_version": 2, "task": "long", "fingerprint": …, "shard": K, "of": N, "nodes": …, "blake3": content digest,
//    "recipe": "../a.yaml"}
// so that a part of another version of the recipe is never used. "recipe" is the one that made it, as seen from the
// output folder: a part of this recipe goes when its task's file is there, and so does one that could be used. What
// else is called so stays.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "run/spike_task.hpp"
#include "stimgen/run.hpp"

namespace stimgen {

// A part, looked at.
struct Part {
  std::filesystem::path path;
  std::string problem;  // empty: it can be used
  std::uint64_t nodes = 0;
  std::uint64_t spikes = 0;
  std::string content;  // digest of its spikes, as its record says
  std::string recipe;   // that made it, as its record says; empty: there is no record
};

std::filesystem::path parts_folder(const Plan& plan);
// Reads every spike.
Part look_at_part(const Plan& plan, const Task& task, Shard shard);
// What is kept in the part with this result.
std::string part_record(const Plan& plan, const Task& task, Shard shard, const TaskResult& result);

// Those of the tasks of a plan that lie in its output folder.
class PartsOnDisk {
 public:
  // Lists the folder; reads no file.
  explicit PartsOnDisk(const Plan& plan);
  // The parts of a spike task in order, if a whole set of the task as it is now lies there; reads every spike of it.
  // Else nullopt, and a warning says which parts are missing or no use, if there is any part. Any thread.
  std::optional<std::vector<Part>> whole_set(TaskIndex task, const TaskContext& context,
                                             Diagnostics& diagnostics) const;
  // Whether there is any part of it.
  bool has(const Task& task) const { return found_.contains(task.name); }
  // Those of a task that neither this recipe made nor could use. `index`: of the task.
  std::vector<OtherPart> of_others(TaskIndex index) const;
  // Removes the parts of a task, those of others only with `force`; a file that cannot be removed stays for the next
  // run. Any thread.
  void remove(const Task& task, bool force) const noexcept;

 private:
  // Calls visit(path) for each part of it.
  template <typename Visit>
  void for_each(const Task& task, Visit visit) const;

  const Plan& plan_;
  std::map<std::string, std::map<unsigned, std::vector<unsigned>>> found_;  // task, N, every K
};

}  // namespace stimgen
