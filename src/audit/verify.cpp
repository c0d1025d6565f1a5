// Regenerates every task in memory; the spikes go through a digest and along the file, and what differs is told apart.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "audit/compare_sink.hpp"
#include "audit/entry_json.hpp"
#include "audit/file_content.hpp"
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
    file.cause = cut ? Cause::truncated : Cause::damaged;
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

  std::vector<Verdict> check_all(const std::vector<TaskIndex>& tasks, bool files_only) {
    std::vector<Verdict> verdicts;
    if (!files_only) check_groundwork(tasks, verdicts);
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

  // Entries of networks and assemblies that no longer say what belongs to their fingerprint were edited by hand; those
  // with another fingerprint show in the tasks that need them.
  void check_groundwork(const std::vector<TaskIndex>& tasks, std::vector<Verdict>& verdicts) {
    for (const TaskIndex i : tasks) {
      const Task& task = plan_.tasks[i];
      if (task.makes_file() || !lock_) continue;
      const LockedTask* entry = lock_->find(task.kind, task.name);
      if (entry == nullptr || compare_entry(*entry, describe(task)) != EntryState::edited) continue;
      Verdict verdict;
      verdict.task = fmt::format("{} {}", task_kind_name(task.kind), task.name);
      verdict.cause = Cause::lock;
      verdict.message = fmt::format("{} was edited: its entry is not as a run wrote it", record_);
      verdicts.push_back(std::move(verdict));
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
      verdict.message = fmt::format("{} was edited: its entry is not as a run wrote it", record_);
    } else if (!file.reader) {
      verdict.cause = file.cause;
      verdict.message = file.problem;
    } else {
      const Contents contents = read_contents(*file.reader, verdict);
      verdict.same = contents == entry->populations;
      if (!verdict.same) blame_file(contents, *entry, file, verdict);
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
      verdict.cause = Cause::version;
      verdict.message = fmt::format("{} is of format version {}, but this stimgen makes version {}", record_,
                                    lock_->format_version, kFormatVersion);
    } else if (!fingerprint_right) {
      blame_change(task, *entry, lock_right, verdict);
    } else if (file_right && lock_right) {
      const EntryState state = compare_entry(*entry, describe(task));
      verdict.same = state != EntryState::edited;
      if (!verdict.same) {
        verdict.cause = Cause::lock;
        verdict.message = fmt::format("{} was edited: its entry is not as a run wrote it", record_);
      } else if (state == EntryState::reworded) {
        verdict.message = unused_changes(*entry, task);
        if (verdict.message.empty() && record_ == kLockFile) {
          verdict.message = fmt::format("{} says it in other words, which the next run renews", record_);
        }
      }
    } else if (!lock_right && file_right) {
      blame_entry(*entry, verdict);
    } else if (!file.reader) {
      verdict.cause = file.cause;
      verdict.message = file.problem;
    } else if (damage != nullptr) {
      verdict.cause = Cause::damaged;
      verdict.message = fmt::format("the file is damaged: {}", *damage);
    } else {
      const Contents contents = read_contents(*file.reader, verdict);
      if (!lock_right && contents == entry->populations) {
        const bool other = lock_->stimgen != stimgen_version();
        verdict.cause = other ? Cause::version : Cause::unknown;
        verdict.message =
            fmt::format("{} and the file agree, but this stimgen ({}) makes other spikes{}", record_, stimgen_version(),
                        other ? fmt::format(" than {}, which made them", lock_->stimgen)
                              : ": this is a bug in stimgen, please report it");
      } else {
        blame_file(contents, *entry, file, verdict);
      }
    }
  }

  void blame_change(const Task& task, const LockedTask& entry, bool lock_right, Verdict& verdict) {
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
      verdict.message = fmt::format("{} was edited: its entry is not as a run wrote it", record_);
      return;
    }
    const bool other = lock_->stimgen != stimgen_version() && !lock_right;
    verdict.cause = other ? Cause::version : Cause::unknown;
    verdict.message = other ? fmt::format("made by stimgen {}, this is {}", lock_->stimgen, stimgen_version())
                            : fmt::format("{} is of another recipe, though in the same words", record_);
  }

  // The file is right, the entry of the same fingerprint says other spikes.
  void blame_entry(const LockedTask& entry, Verdict& verdict) const {
    if (entry.seal != seal_of(entry)) {
      verdict.cause = Cause::lock;
      verdict.message = fmt::format("{} was edited: the file holds what the recipe says, the entry does not", record_);
      return;
    }
    const bool other = lock_->stimgen != stimgen_version();
    verdict.cause = other ? Cause::version : Cause::unknown;
    verdict.message = fmt::format("{} says other spikes than the recipe makes, and the file holds{}", record_,
                                  other ? fmt::format(": it was written by stimgen {}", lock_->stimgen) : "");
  }

  // The lock is right, the file is not.
  void blame_file(const Contents& contents, const LockedTask& entry, const FileOnDisk& file, Verdict& verdict) {
    verdict.cause = Cause::damaged;
    verdict.message = "the file is damaged or was changed by another program";
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
      verdict.message =
          provenance.task == entry.name
              ? fmt::format("the file is swapped: it is whole, but of another version of task '{}'", entry.name)
              : fmt::format("the file is swapped: it is that of task '{}'", provenance.task);
    } catch (const InputError&) {
      // No record to go by.
    }
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
  return Verifier(plan, lock, kLockFile, options, stop).check_all(tasks, options.files_only);
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
