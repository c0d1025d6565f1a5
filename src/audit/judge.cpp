// Fresh or stale, and why: the fingerprint against the lock, the file's stamp, then its content.
#include <fmt/format.h>

#include "audit/entry_json.hpp"
#include "audit/file_content.hpp"
#include "audit/provenance.hpp"
#include "base/digest.hpp"

namespace stimgen {
namespace {

constexpr const char* kEdited = "its entry in the lock was edited";

class Judge {
 public:
  Judge(const Plan& plan, const std::optional<Lock>& lock, FileStamps& stamps, const std::atomic<bool>* stop)
      : plan_(plan), lock_(lock), stamps_(stamps), stop_(stop) {}

  TaskState judge(const Task& task) {
    const LockedTask* entry = lock_ ? lock_->find(task.kind, task.name) : nullptr;
    const std::filesystem::path path = plan_.output_path(task);
    std::error_code ignored;
    const std::string remembered = stamps_.recall(path);
    const bool there = !remembered.empty() || std::filesystem::exists(path, ignored);
    TaskState state;
    const bool edited = entry != nullptr && !lock_->outline && entry->seal != seal_of(*entry);
    if (entry != nullptr && entry->fingerprint == to_hex(task.fingerprint)) {
      std::string problem;
      if (!there) {
        state.why = "file missing";
      } else if (remembered == content_text(entry->populations) || holds(path, *entry, problem)) {
        state.fresh = true;
        state.entry = *entry;
        state.bytes = std::filesystem::file_size(path, ignored);
        if (!lock_->outline) state.in_lock = compare_entry(*entry, describe_task(plan_, task, stamps_));
      } else {
        // Or the lock is wrong. Neither is believed: the spikes are made again, and the run says if the lock was.
        state.why = edited ? kEdited : problem.empty() ? other_version(task, path) : problem;
        if (state.why.empty()) state.why = other_form(path, *entry);
        if (state.why.empty()) state.why = "file damaged";
      }
      return state;
    }
    // A run that was cut short leaves whole files that the lock does not know yet.
    if (there) {
      if (auto known = recorded(task, path)) {
        const std::uint64_t bytes = std::filesystem::file_size(path, ignored);
        return {true, {}, std::move(known), bytes, edited ? EntryState::edited : EntryState::missing};
      }
    }
    if (entry == nullptr || edited) {
      state.why = edited ? kEdited : there ? "not in the lock" : "never made";
      return state;
    }
    state.why = find_changes(plan_, *lock_, *entry, task, stamps_).text();
    if (state.why.empty()) state.why = "what it is made from changed";
    return state;
  }

 private:
  // `problem`: what else is wrong with a file that holds the right spikes.
  bool holds(const std::filesystem::path& path, const LockedTask& expected, std::string& problem) {
    try {
      return stamps_.look(path, content_text(expected.populations), [&] {
        const auto reader = open_spike_file(path);
        const Contents contents = digest_file(*reader, stop_);
        problem = contents == expected.populations ? made_file_problem(*reader, expected, plan_).text : std::string();
        return problem.empty() ? content_text(contents) : std::string();
      });
    } catch (const InputError&) {
      return false;
    }
  }

  // What a file that was made of other values, as by `--set`, differs in; empty if it was not, as far as can be told.
  std::string other_version(const Task& task, const std::filesystem::path& path) {
    try {
      const Provenance provenance = read_provenance(path);
      const LockedTask* entry = provenance.lock.find(task.kind, task.name);
      if (provenance.task != task.name || entry == nullptr || entry->fingerprint == to_hex(task.fingerprint)) return {};
      return find_changes(plan_, provenance.lock, *entry, task, stamps_).text();
    } catch (const InputError&) {
      return {};
    } catch (const FileReplaced&) {
      return {};
    }
  }

  // How a file with other spikes differs in form, as far as it can be read. A reader that believes a false `sorting`
  // digests it as another population.
  std::string other_form(const std::filesystem::path& path, const LockedTask& entry) {
    try {
      return form_problem(*open_spike_file(path), entry, plan_);
    } catch (const InputError& error) {
      const Diagnostic& found = error.diagnostics().items().front();
      return found.code == "spikes.format" ? found.message : std::string();
    } catch (const FileReplaced&) {
      return {};
    }
  }

  std::optional<LockedTask> recorded(const Task& task, const std::filesystem::path& path) {
    try {
      const Provenance provenance = read_provenance(path);
      const LockedTask* entry = provenance.lock.find(task.kind, task.name);
      if (provenance.task != task.name || entry == nullptr || entry->fingerprint != to_hex(task.fingerprint))
        return std::nullopt;
      std::string problem;
      if (!holds(path, *entry, problem)) return std::nullopt;
      return *entry;
    } catch (const InputError&) {
      return std::nullopt;
    } catch (const FileReplaced&) {
      return std::nullopt;
    }
  }

  const Plan& plan_;
  const std::optional<Lock>& lock_;
  FileStamps& stamps_;
  const std::atomic<bool>* stop_;
};

}  // namespace

Contents digest_file(const SpikeReader& reader, const std::atomic<bool>* stop) {
  Contents contents;
  for (const PopulationInfo& population : reader.populations()) {
    contents[population.name] = {population.count, to_hex(digest_population(reader, population, stop))};
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
  Blake3 hash;
  for (const auto& item : contents) hash.update(text_of(item) + "\n");
  return to_hex(hash.finish());
}

std::map<TaskIndex, TaskState> judge_tasks(const Plan& plan, const std::optional<Lock>& lock, FileStamps& stamps,
                                           const std::atomic<bool>* stop) {
  Judge judge(plan, lock, stamps, stop);
  std::map<TaskIndex, TaskState> states;
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
    if (plan.tasks[i].makes_file()) states.emplace(i, judge.judge(plan.tasks[i]));
  }
  return states;
}

}  // namespace stimgen
