// What proves a made file right: the lock file, the record in each spike file, and the checks against both.
//
// stimgen.lock stands beside the recipe and is made for review in a diff and for `git merge`: JSON with sorted keys, a
// block of lines a task, a line a file.
//
//   {"lock_version": 2,
//    "recipes": {"tutorial.yaml": {
//      "format_version": 2,
//      "networks":   {"shell": {entry, "content": {"fingerprint", "seal"}}},
//      "assemblies": {"pair": as networks},
//      "tasks":      {"long": {entry, "kind": "pattern", "files": {
//                       "long.h5": {"fingerprint", "populations": {"shell": {"blake3", "spikes"}}, "seal"}}}}}}}
//   entry: "keys" (what the recipe says, canonical), "words" (the same of paths and conditions, which count by what
//   they lead to and are not in the fingerprint), "inputs" (digests of node columns, files and spikes that were read),
//   "needs" ("assembly pair"). "fingerprint": what the content depends on. "blake3": the content digest. "seal": the
//   first 16 digits of BLAKE3 over the rest of the entry as JSON without blanks, keys sorted: so an edit by hand is
//   told from a recipe that says the same in other words.
//
// Nothing in it changes when stimgen is upgraded and makes the same spikes, or when another task is edited: so two
// people who edit different tasks can merge. It holds nothing of the machine either: no times, hosts, absolute or
// output paths. What `run` knows of file stamps is in <output>/.stimgen/state.json, which may be deleted at any time.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
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
inline constexpr int kLockVersion = 2;

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
  std::map<std::string, std::string> words;  // keys that count by what they lead to (Said::by_content)
  std::vector<std::string> needs;            // "assembly pair", sorted
  // Of tasks that make a file:
  std::string file;
  std::map<std::string, LockedPopulation> populations;
  // As read: what the entry says of itself (seal_of()); empty of an entry that was made here. An entry whose seal is
  // not that of its text was changed by something else than a run, and keeps it when it is written again.
  std::string seal;
};

// The block of one recipe.
struct Lock {
  int format_version = kFormatVersion;
  std::map<std::pair<TaskKind, std::string>, LockedTask> tasks;
  bool outline = false;  // keys, inputs and needs were left out

  const LockedTask* find(TaskKind kind, const std::string& name) const;
};

// An outline leaves out what is only needed to say what changed: a tenth of the time and memory.
enum class LockDetail : std::uint8_t { whole, outline };
// nullopt: no such file, or no block for this recipe. Errors: InputError at its place if it is damaged, has a key twice
// or one that is none of a lock's, or is of another version.
std::optional<Lock> read_lock(const std::filesystem::path& path, const std::string& recipe_name,
                              LockDetail detail = LockDetail::whole);
// Replaces the block of one recipe by what `change` makes of it as it is in the file now (nullopt: none yet), and keeps
// the others. Runs that do so at the same time come one after the other. The file appears whole, and not at all if
// nothing changed.
void update_lock(const std::filesystem::path& path, const std::string& recipe_name,
                 const std::function<Lock(std::optional<Lock>)>& change);
// The key of a recipe in a lock: its path from the lock's folder, beside which it is its file name. So two recipes
// never share a block.
std::string recipe_key(const Plan& plan, const std::filesystem::path& lock_file);

// The blocks of all recipes, by their keys. Errors: as read_lock().
std::map<std::string, Lock> read_all_locks(const std::filesystem::path& path);
// The keys of recipes that are not there any more: renamed, moved or removed. Errors: as read_lock().
std::vector<std::string> find_gone_recipes(const std::filesystem::path& lock_file);
// Removes the blocks of those among them that are still gone.
void drop_gone_recipes(const std::filesystem::path& lock_file);

struct FileDigest {
  std::uint64_t bytes = 0;
  std::string blake3;
};

// Digests of files that are taken again only if size, times or inode differ from the last look.
class FileStamps {
 public:
  // `folder`: the output folder; empty: remembers nothing beyond this object.
  explicit FileStamps(std::filesystem::path folder);
  ~FileStamps();
  FileStamps(const FileStamps&) = delete;
  FileStamps& operator=(const FileStamps&) = delete;
  // BLAKE3 of a file's bytes. Errors: InputError.
  FileDigest digest(const std::filesystem::path& path);
  // What is known of this file, if it is untouched since; else empty.
  std::string recall(const std::filesystem::path& path);
  // Whether `read`, which reads the file, finds what was expected, and the file stayed as it was meanwhile. Then that
  // is remembered.
  bool look(const std::filesystem::path& path, const std::string& expected, const std::function<std::string()>& read);
  // Of a file that nobody else writes to now.
  void remember(const std::filesystem::path& path, const std::string& content);
  // Whether every file that was recalled, looked at or digested is still the one it was then.
  bool untouched() const;
  // Size, times and inode of a file as one text; empty if it is no ordinary file.
  static std::string stamp(const std::filesystem::path& path);
  // Writes state.json if something is new. Failing is no error: the next run looks again.
  void save() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What the lock would say of a task now, without what only its file tells.
LockedTask describe_task(const Plan& plan, const Task& task, FileStamps& stamps);
// A digest of what describe_task() says of all tasks: the same digest, the same words.
std::string words_digest(const Plan& plan, FileStamps& stamps);
// How an entry of the lock stands to what a run would write of its task now.
enum class EntryState : std::uint8_t {
  as_written,
  missing,   // or it is of another version of the task
  reworded,  // a run wrote it, of a recipe that said the same in other words
  edited     // by hand, or by a merge: its seal is not that of its text
};
EntryState compare_entry(const LockedTask& entry, const LockedTask& now);

// Why a task is not what the lock says. In order of rank: where several differ, the first is the cause of the others.
enum class Cause : std::uint8_t {
  none,
  version,    // made by another version of stimgen or of the format
  seed,       // a seed was edited
  recipe,     // the recipe was edited
  network,    // a node column changed
  input,      // another input file changed
  missing,    // there is no file
  truncated,  // the file's end is missing
  damaged,    // or changed by another program
  form,       // the file has other attributes or objects than stimgen writes
  swapped,    // the file is that of another task, or of another version of this one
  lock,       // the lock was edited
  unlocked,   // the lock has no entry
  unknown
};
// As it stands in JSON, where it is a contract: "recipe". Of none: "".
std::string_view cause_name(Cause cause);

// What differs between an entry of a lock and a task of the plan, for people: "rates.burst changed 50 Hz → 60 Hz",
// "network column pop_name of shell changed". `cause`: none if nothing that a person wrote differs.
struct Changes {
  Cause cause = Cause::none;
  std::vector<std::string> texts;
  std::string text() const;  // at most three, then how many more
};
Changes find_changes(const Plan& plan, const Lock& lock, const LockedTask& entry, const Task& task, FileStamps& stamps);

struct TaskState {
  bool fresh = false;
  std::string why;                  // stale: why it would be made
  std::optional<LockedTask> entry;  // fresh: what is known of the file
  std::uint64_t bytes = 0;          // fresh: its size
  EntryState in_lock = EntryState::as_written;
};

// State of every task that makes a file, by index. Of the whole lock every entry is compared with what its fingerprint
// stands for; an outline does not have that.
// Errors: Interrupted when `stop` becomes true.
std::map<TaskIndex, TaskState> judge_tasks(const Plan& plan, const std::optional<Lock>& lock, FileStamps& stamps,
                                           const std::atomic<bool>* stop = nullptr);

// Tells run_plan() what is up to date, and keeps the record.
class LockLog : public TaskLog {
 public:
  // With `force` nothing is current. Of an outline only what is current can be asked.
  LockLog(const Plan& plan, std::optional<Lock> lock, std::map<TaskIndex, TaskState> states, FileStamps& stamps,
          bool force);
  bool is_current(const Plan& plan, const Task& task, TaskResult& result) override;
  std::string provenance(const Plan& plan, const Task& task, const TaskResult& result) const override;
  void finished(const Plan& plan, const Task& task, const TaskResult& result) override;
  // What becomes of the lock that is in the file now. A whole run drops tasks that the recipe no longer has.
  Lock result(std::optional<Lock> now, bool whole_run) const;
  // Something was made or found that the lock does not say, or a whole run would drop something.
  bool has_news(bool whole_run) const;
  // What of the lock is in this state, though all is up to date: "the entry of bg".
  std::vector<std::string> entries(EntryState state) const;
  // What the lock has and the recipe no longer: "bg", "assembly pair".
  std::vector<std::string> dropped() const;
  // Tasks that were made of what the lock says, and hold other spikes than it says; and whether its entry was edited.
  const std::map<std::string, bool>& contradicted() const { return contradicted_; }
  bool made(TaskIndex task) const { return made_.contains(task); }

 private:
  const Plan& plan_;
  std::optional<Lock> before_;
  std::map<TaskIndex, TaskState> states_;
  std::map<TaskIndex, LockedTask> descriptions_;  // of every task, unless the lock is an outline
  std::map<TaskIndex, EntryState> groundwork_;    // entries of networks and assemblies
  std::map<TaskIndex, LockedTask> made_;
  std::map<std::string, bool> contradicted_;
  FileStamps& stamps_;
  bool force_;
};

// What is known of a recipe's files at one moment, for a run: the lock, the stamps of files, the state of every task.
// A run looks before it takes the folder's lock, to see whether there is anything to do, and again while it holds it.
class Standing {
 public:
  // `tasks`: those that are wanted. `whole`: the run is of all tasks, and not of a shard.
  Standing(const Plan& plan, std::filesystem::path lock_file, std::vector<TaskIndex> tasks, bool whole, bool force);
  // Reads the lock and state.json, and judges every task. Errors: InputError, as read_lock(); Interrupted.
  void look(const std::atomic<bool>* stop = nullptr);
  // Of the last look:
  const std::map<TaskIndex, TaskState>& states() const { return states_; }
  const std::vector<TaskIndex>& tasks() const { return tasks_; }
  LockLog& log() { return *log_; }
  // Wanted tasks that would be made, and why.
  using ToMake = std::vector<std::pair<TaskIndex, std::string>>;
  ToMake to_make() const;
  // Whether a run would neither make a file nor change the lock.
  bool idle() const;
  // Whether the lock and all files that were looked at are still the same.
  bool untouched() const;
  // After a run in the held folder: the lock follows it, and the list of who made what. Not after one of a shard:
  // whoever joins them does that.
  void record();
  // Keeps what was learnt of files. `complete`: all tasks are up to date.
  void remember(bool complete);

 private:
  const Plan& plan_;
  std::filesystem::path lock_file_;
  std::vector<TaskIndex> tasks_;
  bool whole_, force_;
  bool lock_follows_ = false;
  std::unique_ptr<FileStamps> stamps_;
  std::string lock_stamp_;
  std::map<TaskIndex, TaskState> states_;
  std::unique_ptr<LockLog> log_;
};

// A file of a task, or a part of it, that a run would replace or remove, though another recipe made it and still has a
// task that makes it, or stimgen did not make it.
struct ForeignFile {
  std::filesystem::path file;
  std::filesystem::path recipe;  // empty: neither record, nor lock, nor the list of makers knows the file
};
// Of these tasks of the plan. Where nobody is known to have made a file, its record and the other recipes of the lock
// beside the recipe say whose it is.
std::vector<ForeignFile> find_foreign_files(const Plan& plan, const std::vector<TaskIndex>& tasks);
// InputError [run.foreign-file] that names file and recipes, if there are any.
void refuse_foreign_files(const Plan& plan, const std::vector<TaskIndex>& tasks);

// The same for the report of the recipe. Requires, for all of a run: it is asked again while the folder is held.
void refuse_foreign_report(const Plan& plan);
// This recipe's run wrote its report. Requires: the folder is held.
void own_report(const Plan& plan);

// A file that this recipe made and no longer has a task for.
struct Orphan {
  std::string name;  // in the output folder
  std::string task;
  std::uint64_t bytes = 0;
};
// Files that stimgen did not make, or that are no longer what it made, are not among them. The plan may be an outline.
std::vector<Orphan> find_orphans(const Plan& plan);
// Removes them and what the lock and the list of makers say of them. Requires: the folder is held.
void remove_orphans(const Plan& plan, const std::vector<Orphan>& orphans, const std::filesystem::path& lock_file);

// ---- verify and audit -----------------------------------------------------------------------------------------------

struct Verdict {
  std::string task;
  std::string file;
  bool same = false;
  std::uint64_t spikes = 0;  // expected
  // If different, why, and one sentence. If the same, a sentence says which input changed without effect.
  Cause cause = Cause::none;
  std::string message;
  // Where the first difference is, if the file could be read.
  std::string population;
  std::optional<SpikeDifference> first;  // left: expected, right: in the file
  std::optional<std::uint64_t> expected_count, file_count;
};

struct VerifyOptions {
  unsigned threads = 0;
  std::vector<std::string> only = {};                   // with all they need; empty: all
  bool files_only = false;                              // compare files with the lock, regenerate nothing
  std::function<void(const Diagnostics&)> warned = {};  // may be told something once, before the work begins
};

// Regenerates in memory and compares with the lock, the files and their records; writes nothing. First what is wrong
// with entries of networks and assemblies, then every task in plan order, then, unless only some tasks are asked for,
// what the lock has and the recipe does not.
std::vector<Verdict> verify_plan(const Plan& plan, const std::optional<Lock>& lock, const VerifyOptions& options,
                                 const std::atomic<bool>& stop);

// The record inside a spike file.
struct Provenance {
  Lock lock;  // of the task and all it needs
  std::string task;
  std::string stimgen;      // the version that made the file
  bool intact = false;      // the record's seal is that of its text
  std::string recipe_text;  // a recipe of just this task, as JSON
};
// Errors: InputError if the file is none of stimgen's or its record is damaged.
Provenance read_provenance(const std::filesystem::path& file);
// The time window and the grid of the recipe that made a file, as its record says; nullopt of a file that stimgen did
// not make, as far as its record and the numbers of its spikes tell, and of one whose recipe has no time.stop.
struct RecordedWindow {
  TimeWindow window;
  double grid_ms = 0;
};
std::optional<RecordedWindow> recorded_window(const SpikeReader& file);
// Compares one file with what its own record and `plan` say.
Verdict audit_file(const Plan& plan, const Provenance& provenance, const std::filesystem::path& file,
                   const VerifyOptions& options, const std::atomic<bool>& stop);

std::string stimgen_version();

}  // namespace stimgen
