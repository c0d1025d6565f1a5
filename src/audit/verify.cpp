// Regenerates every task in memory; the spikes go through a digest and along the file, and what differs is told apart.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "audit/compare_sink.hpp"
#include "audit/entry_json.hpp"
#include "audit/file_content.hpp"
#include "audit/provenance.hpp"
#include "stimgen/audit.hpp"
#include "stimgen/scheduler.hpp"
#include "stimgen/task_spikes.hpp"

namespace stimgen {
namespace {

// The file on disk as far as it can be read.
struct FileOnDisk {
  std::unique_ptr<SpikeReader> reader;
  Cause cause = Cause::none;  // why there is no reader, and in words
  std::string problem;
};

FileOnDisk open_on_disk(const std::filesystem::path& path) {
  FileOnDisk file;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    file.cause = Cause::missing;
    file.problem = "the file is missing";
    return file;
  }
  try {
    file.reader = open_spike_file(path);
  } catch (const InputError& error) {
    const Diagnostic& found = error.diagnostics().items().front();
    const bool cut = found.code == "file.truncated";
    file.cause = cut ? Cause::truncated : found.code == "spikes.format" ? Cause::form : Cause::damaged;
    file.problem = cut ? "the file is cut off" : fmt::format("the file is damaged: {}", found.message);
  }
  return file;
}

constexpr const char* kLockFile = "stimgen.lock";

class Verifier {
 public:
  Verifier(const Plan& plan, const std::optional<Lock>& lock, std::string record, const VerifyOptions& options,
           const std::atomic<bool>& stop)
      : plan_(plan), lock_(lock), record_(std::move(record)), stamps_({}), scheduler_(options.threads) {
    if (const Diagnostics warnings = scheduler_.warnings(); !warnings.items().empty() && options.warned) {
      options.warned(warnings);
    }
    context_.pool = &scheduler_.pool();
    context_.stop = &stop;
    context_.add_progress = [](std::uint64_t) {};
  }

  std::vector<Verdict> check_all(const std::vector<TaskIndex>& tasks, const VerifyOptions& options) {
    const bool files_only = options.files_only;
    std::vector<Verdict> verdicts;
    if (files_only) {
      check_seals_of_groundwork(verdicts);
      check_needs_in_lock(tasks, verdicts);
    } else {
      check_groundwork(tasks, verdicts);
    }
    std::vector<TaskIndex> files;
    for (const TaskIndex i : tasks) {
      if (plan_.tasks[i].makes_file()) files.push_back(i);
    }
    std::map<TaskIndex, Verdict> results;
    for (const TaskIndex i : files) results[i];
    scheduler_.run(plan_, files, [&](TaskIndex i) {
      context_.check_stop();
      results.at(i) = check(i, plan_.output_path(plan_.tasks[i]), files_only);
      // Combinations read the files of their tasks, which are known to be right or wrong by now.
      remember(i, results.at(i));
      return true;
    });
    for (const TaskIndex i : files) verdicts.push_back(std::move(results.at(i)));
    if (options.only.empty()) check_for_more(files_only, verdicts);
    return verdicts;
  }

  Verdict check(TaskIndex index, const std::filesystem::path& path, bool files_only) {
    const Task& task = plan_.tasks[index];
    const LockedTask* entry = lock_ ? lock_->find(task.kind, task.name) : nullptr;
    Verdict verdict;
    verdict.task = task.name;
    verdict.file = path.string();
    const FileOnDisk file = open_on_disk(path);
    if (entry != nullptr) {
      for (const auto& [name, population] : entry->populations) verdict.spikes += population.spikes;
    }
    if (files_only) {
      check_file_only(entry, file, verdict);
    } else {
      regenerate_and_compare(index, entry, file, verdict);
    }
    return verdict;
  }

 private:
  // The contents that the file of a task was proven to have.
  void remember(TaskIndex index, const Verdict& verdict) {
    if (!verdict.same || !lock_) return;
    const Task& task = plan_.tasks[index];
    std::vector<PopulationContent> contents;
    for (const auto& [name, population] : lock_->find(task.kind, task.name)->populations) {
      contents.push_back({name, population.spikes, digest_from_hex(population.content)});
    }
    const std::lock_guard lock(proven_mutex_);
    proven_.emplace(index, std::move(contents));
  }

  // nullptr: nothing is proven.
  const std::vector<PopulationContent>* proven(TaskIndex index) {
    const std::lock_guard lock(proven_mutex_);
    const auto known = proven_.find(index);
    return known == proven_.end() ? nullptr : &known->second;
  }

  static Verdict different(std::string task, Cause cause, std::string message) {
    Verdict verdict;
    verdict.task = std::move(task);
    verdict.cause = cause;
    verdict.message = std::move(message);
    return verdict;
  }
  static std::string call(TaskKind kind, const std::string& name) {
    return fmt::format("{} {}", task_kind_name(kind), name);
  }
  std::string edited_text() const { return fmt::format("{} was edited: its entry is not as a run wrote it", record_); }

  // Entries of networks and assemblies. Those that are missing, or of another version, belong to tasks that are so, too
  // and show there, unless there are none.
  void check_groundwork(const std::vector<TaskIndex>& tasks, std::vector<Verdict>& verdicts) {
    if (!lock_) return;
    const bool all_locked = std::all_of(plan_.tasks.begin(), plan_.tasks.end(), [&](const Task& task) {
      const LockedTask* entry = lock_->find(task.kind, task.name);
      return !task.makes_file() || (entry != nullptr && entry->fingerprint == to_hex(task.fingerprint));
    });
    for (const TaskIndex i : tasks) {
      const Task& task = plan_.tasks[i];
      if (task.makes_file()) continue;
      const LockedTask* entry = lock_->find(task.kind, task.name);
      const EntryState state = entry == nullptr ? EntryState::missing : compare_entry(*entry, describe(task));
      if (state == EntryState::edited) {
        verdicts.push_back(different(call(task.kind, task.name), Cause::lock, edited_text()));
      } else if (state == EntryState::missing && all_locked) {
        verdicts.push_back(different(call(task.kind, task.name), Cause::unlocked,
                                     fmt::format("{} has no entry for it{}", record_,
                                                 entry == nullptr ? "" : " as it is for the tasks that need it")));
      }
    }
  }

  // Where the plan is an outline, which knows no networks.
  void check_seals_of_groundwork(std::vector<Verdict>& verdicts) {
    if (!lock_) return;
    for (const auto& [key, entry] : lock_->tasks) {
      if (!entry.file.empty() || entry.seal == seal_of(entry)) continue;
      verdicts.push_back(different(call(entry.kind, entry.name), Cause::lock, edited_text()));
    }
  }

  // What these tasks need, as the lock says, and it has no entry of. Files that are checked themselves say so
  // themselves.
  void check_needs_in_lock(const std::vector<TaskIndex>& tasks, std::vector<Verdict>& verdicts) {
    if (!lock_) return;
    std::map<std::string, const LockedTask*> entries;
    for (const auto& [key, entry] : lock_->tasks) entries.emplace(call(entry.kind, entry.name), &entry);
    std::vector<std::string> open;
    for (const TaskIndex i : tasks) {
      if (plan_.tasks[i].makes_file()) open.push_back(call(plan_.tasks[i].kind, plan_.tasks[i].name));
    }
    std::set<std::string> seen(open.begin(), open.end());
    while (!open.empty()) {
      const std::string name = std::move(open.back());
      open.pop_back();
      const auto entry = entries.find(name);
      if (entry == entries.end()) continue;
      for (const std::string& need : entry->second->needs) {
        if (!seen.insert(need).second) continue;
        open.push_back(need);
        if (entries.contains(need)) continue;
        verdicts.push_back(
            different(need, Cause::unlocked, fmt::format("{} has no entry for it, which {} needs", record_, name)));
      }
    }
  }

  // What the lock has and the recipe does not.
  void check_for_more(bool files_only, std::vector<Verdict>& verdicts) {
    if (!lock_) return;
    for (const auto& [key, entry] : lock_->tasks) {
      const bool known = plan_.index_of(entry.kind, entry.name).has_value();
      if (known || (files_only && entry.file.empty())) continue;
      verdicts.push_back(different(entry.file.empty() ? call(entry.kind, entry.name) : entry.name, Cause::recipe,
                                   fmt::format("{} has it, but the recipe no longer does", record_)));
    }
  }

  // What changed in files and columns that the task uses, under the same fingerprint: so nothing that it uses of them.
  std::string unused_changes(const LockedTask& entry, const Task& task) {
    std::vector<std::string> names;
    for (const auto& [name, digest] : describe(task).inputs) {
      const auto old = entry.inputs.find(name);
      if (old != entry.inputs.end() && old->second != digest) names.push_back(name);
    }
    if (names.empty()) return {};
    return fmt::format("{} changed, but nothing that this task uses", fmt::join(names, ", "));
  }

  LockedTask describe(const Task& task) {
    const std::lock_guard lock(stamps_mutex_);
    return describe_task(plan_, task, stamps_);
  }

  void check_file_only(const LockedTask* entry, const FileOnDisk& file, Verdict& verdict) {
    if (entry == nullptr) {
      verdict.cause = Cause::unlocked;
      verdict.message = fmt::format("{} has no entry for it", record_);
    } else if (entry->seal != seal_of(*entry)) {
      verdict.cause = Cause::lock;
      verdict.message = edited_text();
    } else if (lock_->format_version != kFormatVersion) {
      blame_format(verdict);
    } else if (!file.reader) {
      verdict.cause = file.cause;
      verdict.message = file.problem;
    } else {
      const Contents contents = read_contents(*file.reader, verdict);
      if (contents != entry->populations) {
        blame_file(nullptr, contents, *entry, file, verdict);
      } else {
        check_form_and_record(file, *entry, verdict);
      }
    }
  }

  void regenerate_and_compare(TaskIndex index, const LockedTask* entry, const FileOnDisk& file, Verdict& verdict) {
    const Task& task = plan_.tasks[index];
    CompareSink compare(file.reader.get(), context_.helpers());
    std::string damage;
    try {
      regenerate(index, compare);
      compare.finish();
    } catch (const InputError& error) {
      // The file's data could not be read to the end, or an input that combinations take.
      damage = error.diagnostics().items().front().message;
      CompareSink again(nullptr, context_.helpers());
      regenerate(index, again);
      again.finish();
      return conclude(task, entry, contents_of(again.contents()), file, &damage, compare, verdict);
    }
    conclude(task, entry, contents_of(compare.contents()), file, nullptr, compare, verdict);
  }

  void regenerate(TaskIndex index, SpikeSink& sink) {
    std::unique_lock turn(memory_mutex_, std::defer_lock);
    regenerate(index, sink, turn);
  }

  // What a combination takes of a task whose file is not right is held in memory: of one combination at a time, whose
  // turn it is until it is made.
  void regenerate(TaskIndex index, SpikeSink& sink, std::unique_lock<std::mutex>& turn) {
    write_task(plan_, index, sink, context_, [this, &turn](TaskIndex needed) -> std::unique_ptr<SpikeReader> {
      if (const auto* const contents = proven(needed)) return open_task_file(plan_, needed, *contents);
      if (!turn.owns_lock()) turn.lock();
      auto made = std::make_unique<MemoryFile>(plan_.tasks[needed].name);
      regenerate(needed, *made, turn);
      return made;
    });
  }

  void conclude(const Task& task, const LockedTask* entry, const Contents& expected, const FileOnDisk& file,
                const std::string* damage, const CompareSink& compare, Verdict& verdict) {
    verdict.spikes = 0;
    for (const auto& [name, population] : expected) verdict.spikes += population.spikes;
    const bool file_right = file.reader && damage == nullptr && compare.population().empty();
    const bool lock_right = entry != nullptr && entry->populations == expected;
    const bool fingerprint_right = entry != nullptr && entry->fingerprint == to_hex(task.fingerprint);
    if (!compare.population().empty()) {
      verdict.population = compare.population();
      verdict.first = compare.first();
      const auto found = expected.find(verdict.population);
      if (found != expected.end()) verdict.expected_count = found->second.spikes;
      verdict.file_count = compare.file_count();
    }
    if (entry == nullptr) {
      verdict.cause = Cause::unlocked;
      verdict.message = fmt::format("{} has no entry for it{}", record_,
                                    file_right ? ", but the file holds what the recipe says" : "");
    } else if (lock_->format_version != kFormatVersion) {
      blame_format(verdict);
    } else if (!fingerprint_right) {
      blame_change(task, *entry, lock_right ? std::string() : other_maker(file), verdict);
    } else if (file_right && lock_right) {
      conclude_same(task, *entry, file, verdict);
    } else if (!lock_right && file_right) {
      blame_entry(*entry, other_maker(file), verdict);
    } else if (!file.reader) {
      verdict.cause = file.cause;
      verdict.message = file.problem;
    } else if (damage != nullptr) {
      verdict.cause = Cause::damaged;
      verdict.message = fmt::format("the file is damaged: {}", *damage);
    } else {
      const Contents contents = read_contents(*file.reader, verdict);
      if (!lock_right && contents == entry->populations) {
        const std::string maker = other_maker(file);
        verdict.cause = maker.empty() ? Cause::unknown : Cause::version;
        verdict.message =
            fmt::format("{} and the file agree, but this stimgen ({}) makes other spikes{}", record_, stimgen_version(),
                        maker.empty() ? ": this is a bug in stimgen, please report it"
                                      : fmt::format(" than {}, which made them", maker));
      } else {
        blame_file(&task, contents, *entry, file, verdict);
      }
    }
  }

  // All spikes are right.
  void conclude_same(const Task& task, const LockedTask& entry, const FileOnDisk& file, Verdict& verdict) {
    const EntryState state = compare_entry(entry, describe(task));
    if (state == EntryState::edited) {
      verdict.cause = Cause::lock;
      verdict.message = edited_text();
      return;
    }
    check_form_and_record(file, entry, verdict);
    if (!verdict.same || state != EntryState::reworded) return;
    verdict.message = unused_changes(entry, task);
    if (verdict.message.empty() && record_ == kLockFile) {
      verdict.message = fmt::format("{} says it in other words, which the next run renews", record_);
    }
  }

  // Of a file with the right spikes.
  void check_form_and_record(const FileOnDisk& file, const LockedTask& entry, Verdict& verdict) const {
    const FileProblem problem = made_file_problem(*file.reader, entry, plan_);
    verdict.cause = problem.cause;
    verdict.same = problem.cause == Cause::none;
    if (!verdict.same) verdict.message = fmt::format("the file holds the right spikes, but {}", problem.text);
  }

  void blame_format(Verdict& verdict) const {
    verdict.cause = Cause::version;
    verdict.message = fmt::format("{} is of format version {}, but this stimgen makes version {}", record_,
                                  lock_->format_version, kFormatVersion);
  }

  // The version of stimgen that made the file, if it is another one and known.
  static std::string other_maker(const FileOnDisk& file) {
    try {
      const std::string maker = file.reader ? read_provenance(*file.reader).stimgen : std::string();
      return maker == stimgen_version() ? std::string() : maker;
    } catch (const InputError&) {
      return {};
    }
  }

  // `maker`: the other version of stimgen that made a file with other spikes, or empty.
  void blame_change(const Task& task, const LockedTask& entry, const std::string& maker, Verdict& verdict) {
    Changes changes;
    {
      const std::lock_guard lock(stamps_mutex_);
      changes = find_changes(plan_, *lock_, entry, task, stamps_);
    }
    verdict.cause = changes.cause;
    switch (changes.cause) {
      case Cause::recipe:
        verdict.message = "the recipe was edited: " + changes.text();
        return;
      case Cause::seed:
        verdict.message = "a seed was edited: " + changes.text();
        return;
      case Cause::network:
        verdict.message = changes.text();
        return;
      case Cause::input:
        verdict.message = "an input file changed: " + changes.text();
        return;
      case Cause::version:
        verdict.message = "another format version: " + changes.text();
        return;
      default:
        break;
    }
    if (entry.seal != seal_of(entry)) {
      verdict.cause = Cause::lock;
      verdict.message = edited_text();
      return;
    }
    verdict.cause = maker.empty() ? Cause::unknown : Cause::version;
    verdict.message = maker.empty() ? fmt::format("{} is of another recipe, though in the same words", record_)
                                    : fmt::format("made by stimgen {}, this is {}", maker, stimgen_version());
  }

  // The file is right, the entry of the same fingerprint says other spikes.
  void blame_entry(const LockedTask& entry, const std::string& maker, Verdict& verdict) const {
    if (entry.seal != seal_of(entry)) {
      verdict.cause = Cause::lock;
      verdict.message = fmt::format("{} was edited: the file holds what the recipe says, the entry does not", record_);
      return;
    }
    verdict.cause = maker.empty() ? Cause::unknown : Cause::version;
    verdict.message = fmt::format("{} says other spikes than the recipe makes, and the file holds{}", record_,
                                  maker.empty() ? std::string() : fmt::format(": that was made by stimgen {}", maker));
  }

  // The lock is right, the file is not. `task`: as the recipe has it; null: nothing but its name is known.
  void blame_file(const Task* task, const Contents& contents, const LockedTask& entry, const FileOnDisk& file,
                  Verdict& verdict) {
    verdict.cause = Cause::damaged;
    verdict.message = "the file is damaged or was changed by another program";
    if (const std::string form = form_problem(*file.reader, entry, plan_); !form.empty()) {
      verdict.cause = Cause::form;
      verdict.message = fmt::format("the file was changed by another program: {}", form);
    }
    for (const auto& [key, other] : lock_->tasks) {
      if (other.name != entry.name && !other.file.empty() && other.populations == contents) {
        verdict.cause = Cause::swapped;
        verdict.message = fmt::format("the file is swapped: it is that of task '{}'", other.name);
        return;
      }
    }
    try {
      const Provenance provenance = read_provenance(file.reader->path());
      const LockedTask* own = nullptr;
      for (const auto& [key, other] : provenance.lock.tasks) {
        if (other.name == provenance.task && !other.file.empty()) own = &other;
      }
      if (own == nullptr || own->populations != contents) return;
      verdict.cause = Cause::swapped;
      if (provenance.task != entry.name) {
        verdict.message = fmt::format("the file is swapped: it is that of task '{}'", provenance.task);
      } else {
        blame_version(task, provenance.lock, *own, verdict);
      }
    } catch (const InputError&) {
      // No record to go by.
    }
  }

  // A whole file of this task as its record says it was: of the recipe before an edit, or with --set.
  void blame_version(const Task* task, const Lock& record, const LockedTask& own, Verdict& verdict) {
    Changes changes;
    if (task != nullptr) {
      const std::lock_guard lock(stamps_mutex_);
      changes = find_changes(plan_, record, own, *task, stamps_);
    }
    if (changes.cause == Cause::none) {
      verdict.message = fmt::format("the file is swapped: it is whole, but of another version of task '{}'", own.name);
      return;
    }
    verdict.cause = changes.cause;
    verdict.message = fmt::format("the file is whole, but was made before a change: {}", changes.text());
  }

  // Empty if the data cannot be read to the end.
  Contents read_contents(const SpikeReader& reader, Verdict& verdict) const {
    try {
      return digest_file(reader);
    } catch (const InputError&) {
      verdict.file_count.reset();
      return {};
    }
  }

  const Plan& plan_;
  const std::optional<Lock>& lock_;
  std::string record_;
  TaskContext context_;
  std::mutex stamps_mutex_;
  FileStamps stamps_;
  std::mutex proven_mutex_;
  std::map<TaskIndex, std::vector<PopulationContent>> proven_;
  std::mutex memory_mutex_;
  Scheduler scheduler_;
};

}  // namespace

std::vector<Verdict> verify_plan(const Plan& plan, const std::optional<Lock>& lock, const VerifyOptions& options,
                                 const std::atomic<bool>& stop) {
  const auto tasks = plan.closure(options.only.empty() ? plan.file_task_names() : options.only);
  return Verifier(plan, lock, kLockFile, options, stop).check_all(tasks, options);
}

Verdict audit_file(const Plan& plan, const Provenance& provenance, const std::filesystem::path& file,
                   const VerifyOptions& options, const std::atomic<bool>& stop) {
  const auto index = plan.index_of(provenance.task);
  if (!index || !plan.tasks[*index].makes_file()) {
    throw InputError("audit.no-such-task",
                     fmt::format("'{}' was made by task '{}', which the recipe does not have", printable(file.string()),
                                 printable(provenance.task)),
                     suggest(provenance.task, plan.file_task_names()));
  }
  const std::optional<Lock> lock = provenance.lock;
  return Verifier(plan, lock, "the record in the file", options, stop).check(*index, file, false);
}

}  // namespace stimgen
