// What proves a made file right: the lock file, the record in each spike file, and the checks against both.
//
// stimgen.lock stands beside the recipe and is made for review in a diff: JSON with sorted keys, one block a task.
//
//   {"lock_version": 1,
//    "recipes": {"tutorial.yaml": {
//      "files":      {"net/nodes.h5": {"bytes": …, "sha256": …}},     every input file, relative to the recipe
//      "format_version": 1, "recipe_digest": …, "stimgen": "0.1.0",
//      "networks":   {"shell": {entry}}, "assemblies": {"pair": {entry}},
//      "tasks":      {"long": {entry, "file": "long.h5", "bytes": …, "nodes": …,
//                              "populations": {"shell": {"spikes": …, "sha256": content digest}}}}}}}
//   entry: "fingerprint" (what the content depends on), "keys" (the recipe's words, canonical), "inputs" (digests of
//   node columns, files and spikes that were read), "needs" ("assembly pair"), "kind".
//
// It holds nothing of the machine: no times, hosts, absolute or output paths. What `run` knows of file stamps is in
// <output>/.stimgen/state.json, which may be deleted at any time.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stimgen/plan.hpp"
#include "stimgen/run.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

// Raised when an older stimgen could misread the lock; it then refuses.
inline constexpr int kLockVersion = 1;

struct LockedPopulation {
  std::uint64_t spikes = 0;
  std::string content;  // hexadecimal content digest
  bool operator==(const LockedPopulation&) const = default;
};

struct LockedTask {
  TaskKind kind = TaskKind::network;
  std::string name;
  std::string fingerprint;
  std::map<std::string, std::string> keys, inputs;
  std::vector<std::string> needs;  // "assembly pair", sorted
  // Of tasks that make a file:
  std::string file;
  std::uint64_t bytes = 0;
  std::uint64_t nodes = 0;
  std::map<std::string, LockedPopulation> populations;
};

struct LockedFile {
  std::uint64_t bytes = 0;
  std::string sha256;
  bool operator==(const LockedFile&) const = default;
};

// The block of one recipe.
struct Lock {
  int format_version = kFormatVersion;
  std::string stimgen;        // the version that changed it last
  std::string recipe_digest;  // over the fingerprints of all tasks, after a run that left all of them up to date
  std::map<std::string, LockedFile> files;
  std::map<std::pair<TaskKind, std::string>, LockedTask> tasks;
  bool outline = false;  // keys, inputs and needs were left out

  const LockedTask* find(TaskKind kind, const std::string& name) const;
};

// Where the lock of this recipe is: stimgen.lock beside the recipe; with --set the recipe is another one, and its lock
// is in the output folder.
std::filesystem::path lock_path(const Plan& plan, bool changed_by_options);
// An outline leaves out what is only needed to say what changed: a tenth of the time and memory.
enum class LockDetail : std::uint8_t { whole, outline };
// nullopt: no such file, or no block for this recipe. Errors: InputError at its place if it is damaged or of another
// version.
std::optional<Lock> read_lock(const std::filesystem::path& path, const std::string& recipe_name,
                              LockDetail detail = LockDetail::whole);
// Replaces the block of one recipe and keeps the others; the file appears whole, and not at all if nothing changed.
void write_lock(const std::filesystem::path& path, const std::string& recipe_name, const Lock& lock);
// The key of a recipe in the lock: its file name.
std::string recipe_key(const Plan& plan);

// Digests of files that are taken again only if size, times or inode differ from the last look.
class FileStamps {
 public:
  // `folder`: the output folder; empty: remembers nothing beyond this object.
  explicit FileStamps(std::filesystem::path folder);
  ~FileStamps();
  FileStamps(const FileStamps&) = delete;
  FileStamps& operator=(const FileStamps&) = delete;
  // SHA-256 of a file's bytes. Errors: InputError.
  LockedFile digest(const std::filesystem::path& path);
  // What remember() was told of this file, if it is untouched since; else empty.
  std::string recall(const std::filesystem::path& path) const;
  void remember(const std::filesystem::path& path, const std::string& content);
  // Writes state.json if something is new. Failing is no error: the next run looks again.
  void save() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What the lock would say of a task now, without what only its file tells.
LockedTask describe_task(const Plan& plan, const Task& task, FileStamps& stamps);
// Whether an entry with the fingerprint of what it describes says something else than that: it was edited.
bool was_edited(const LockedTask& entry, const LockedTask& now);

// What differs between an entry of a lock and a task of the plan, for people: "rates.burst changed 50 Hz → 60 Hz",
// "network column pop_name of shell changed". `cause` is "recipe", "seed", "network", "input" or "version", or empty if
// nothing that a person wrote differs.
struct Changes {
  std::string cause;
  std::vector<std::string> texts;
  std::string text() const;  // at most three, then how many more
};
Changes find_changes(const Plan& plan, const Lock& lock, const LockedTask& entry, const Task& task, FileStamps& stamps);

struct TaskState {
  bool fresh = false;
  std::string why;                  // stale: why it would be made
  std::optional<LockedTask> entry;  // fresh: what is known of the file
  bool unlocked = false;            // fresh, but the lock has no entry for it, or a wrong one
};

// State of every task that makes a file, by index. Of the whole lock every entry is compared with what its fingerprint
// stands for; an outline does not have that.
std::map<TaskIndex, TaskState> judge_tasks(const Plan& plan, const std::optional<Lock>& lock, FileStamps& stamps);

// Tells run_plan() what is up to date, and keeps the record.
class LockLog : public TaskLog {
 public:
  // With `force` nothing is current.
  LockLog(const Plan& plan, std::optional<Lock> lock, std::map<TaskIndex, TaskState> states, FileStamps& stamps,
          bool force);
  bool is_current(const Plan& plan, const Task& task, TaskResult& result) override;
  std::string provenance(const Plan& plan, const Task& task, const TaskResult& result) const override;
  void finished(const Plan& plan, const Task& task, const TaskResult& result) override;
  // The lock as it is now. A whole run drops tasks that the recipe no longer has.
  Lock result(bool whole_run) const;
  // Something was made or found that the lock does not say, or a whole run would drop something.
  bool has_news(bool whole_run) const;
  // What of the lock is not as a run would have written it, though all is up to date: "the entry of bg".
  std::vector<std::string> wrong_entries() const;
  // Names of tasks that are up to date, but have no entry in the lock.
  std::vector<std::string> missing_entries() const;
  // Names of tasks in the lock that the recipe no longer has.
  std::vector<std::string> dropped() const;
  // Tasks that were made of what the lock says, and hold other spikes than it says.
  const std::vector<std::string>& contradicted() const { return contradicted_; }

 private:
  bool has_entry(const Task& task) const;

  const Plan& plan_;
  std::optional<Lock> before_;
  std::map<TaskIndex, TaskState> states_;
  std::map<TaskIndex, LockedTask> descriptions_;  // of every task, if one has to be made
  std::map<TaskIndex, LockedTask> made_;
  std::vector<std::string> contradicted_;
  std::vector<std::string> wrong_groundwork_;  // entries of networks and assemblies
  FileStamps& stamps_;
  bool force_;
};

// ---- verify and audit -----------------------------------------------------------------------------------------------

struct Verdict {
  std::string task;
  std::string file;
  bool same = false;
  std::uint64_t spikes = 0;  // expected
  // If different: "recipe", "seed", "network", "input", "version", "missing", "truncated", "damaged", "swapped",
  // "lock", "unlocked" (no entry) or "unknown"; and one sentence. If the same, a sentence says which input changed
  // without effect.
  std::string cause, message;
  // Where the first difference is, if the file could be read.
  std::string population;
  std::optional<SpikeDifference> first;  // left: expected, right: in the file
  std::optional<std::uint64_t> expected_count, file_count;
};

struct VerifyOptions {
  unsigned threads = 0;
  std::vector<std::string> only;  // with all they need; empty: all
  bool files_only = false;        // compare files with the lock, regenerate nothing
};

// Regenerates in memory and compares with the lock and the files; writes nothing. In plan order.
std::vector<Verdict> verify_plan(const Plan& plan, const std::optional<Lock>& lock, const VerifyOptions& options,
                                 const std::atomic<bool>& stop);

// The record inside a spike file.
struct Provenance {
  Lock lock;  // of the task and all it needs
  std::string task;
  std::string recipe_text;  // a recipe of just this task, as JSON; empty if it was too long to keep
};
// Errors: InputError if the file is none of stimgen's or its record is damaged.
Provenance read_provenance(const std::filesystem::path& file);
// Compares one file with what its own record and `plan` say.
Verdict audit_file(const Plan& plan, const Provenance& provenance, const std::filesystem::path& file, unsigned threads,
                   const std::atomic<bool>& stop);

std::string stimgen_version();

}  // namespace stimgen
