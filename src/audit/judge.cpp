// Fresh or stale, and why: the fingerprint against the lock, the file's stamp, then its content.
#include <fmt/format.h>

#include "audit/file_content.hpp"
#include "base/digest.hpp"

namespace stimgen {
namespace {

class Judge {
 public:
  Judge(const Plan& plan, const std::optional<Lock>& lock, FileStamps& stamps)
      : plan_(plan), lock_(lock), stamps_(stamps) {}

  TaskState judge(const Task& task) {
    const LockedTask* entry = lock_ ? lock_->find(task.kind, task.name) : nullptr;
    const std::filesystem::path path = plan_.output_path(task);
    std::error_code ignored;
    const std::string remembered = stamps_.recall(path);
    const bool there = !remembered.empty() || std::filesystem::exists(path, ignored);
    TaskState state;
    if (entry != nullptr && entry->fingerprint == to_hex(task.fingerprint)) {
      if (!there) {
        state.why = "file missing";
      } else if (remembered == content_text(entry->populations) || holds(path, entry->populations)) {
        state = {true, {}, *entry, false};
        state.entry->bytes = std::filesystem::file_size(path, ignored);
        state.unlocked = state.entry->bytes != entry->bytes || entry->file != task.output ||
                         (!lock_->outline && was_edited(*entry, describe_task(plan_, task, stamps_)));
      } else {
        // Or the lock is wrong. Neither is believed: the spikes are made again, and the run says if the lock was.
        state.why = "file damaged";
      }
      return state;
    }
    // A run that was cut short leaves whole files that the lock does not know yet.
    if (there) {
      if (auto known = recorded(task, path)) return {true, {}, std::move(known), true};
    }
    if (entry == nullptr) {
      state.why = there ? "not in the lock" : "never made";
      return state;
    }
    state.why = find_changes(plan_, *lock_, *entry, task, stamps_).text();
    if (state.why.empty()) state.why = "what it is made from changed";
    return state;
  }

 private:
  bool holds(const std::filesystem::path& path, const Contents& expected) {
    try {
      if (digest_file(*open_spike_file(path)) != expected) return false;
    } catch (const InputError&) {
      return false;
    }
    stamps_.remember(path, content_text(expected));
    return true;
  }

  std::optional<LockedTask> recorded(const Task& task, const std::filesystem::path& path) {
    try {
      const Provenance provenance = read_provenance(path);
      const LockedTask* entry = provenance.lock.find(task.kind, task.name);
      if (provenance.task != task.name || entry == nullptr || entry->fingerprint != to_hex(task.fingerprint))
        return std::nullopt;
      if (!holds(path, entry->populations)) return std::nullopt;
      LockedTask known = *entry;
      known.bytes = std::filesystem::file_size(path);
      return known;
    } catch (const InputError&) {
      return std::nullopt;
    } catch (const std::filesystem::filesystem_error&) {
      return std::nullopt;
    }
  }

  const Plan& plan_;
  const std::optional<Lock>& lock_;
  FileStamps& stamps_;
};

}  // namespace

Contents digest_file(const SpikeReader& reader) {
  Contents contents;
  for (const PopulationInfo& population : reader.populations()) {
    contents[population.name] = {population.count, to_hex(digest_population(reader, population))};
  }
  return contents;
}

Contents contents_of(const std::vector<PopulationContent>& populations) {
  Contents contents;
  for (const PopulationContent& population : populations) {
    contents[population.name] = {population.spikes, to_hex(population.digest)};
  }
  return contents;
}

std::string content_text(const Contents& contents) {
  const auto text_of = [](const auto& item) {
    return fmt::format("{} {} {}", item.second.content, item.second.spikes, item.first);
  };
  if (contents.size() == 1) return text_of(*contents.begin());
  Sha256 hash;
  for (const auto& item : contents) hash.update(text_of(item) + "\n");
  return to_hex(hash.finish());
}

std::map<TaskIndex, TaskState> judge_tasks(const Plan& plan, const std::optional<Lock>& lock, FileStamps& stamps) {
  Judge judge(plan, lock, stamps);
  std::map<TaskIndex, TaskState> states;
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
    if (plan.tasks[i].makes_file()) states.emplace(i, judge.judge(plan.tasks[i]));
  }
  return states;
}

}  // namespace stimgen
