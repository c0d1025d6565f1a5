// What the lock says of a task, and how two such descriptions differ.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "audit/entry_json.hpp"
#include "base/digest.hpp"
#include "stimgen/audit.hpp"

namespace stimgen {
namespace {

std::string call(const Task& task) {
  return fmt::format("{} {}", task_kind_name(task.kind), task.name);
}

// How a task is called in sentences.
std::string noun_of(const Task& task) {
  return fmt::format("{}{}", task_kind_info(task.kind).noun, task.name);
}

class ChangeFinder {
 public:
  ChangeFinder(const Plan& plan, const Lock& lock, FileStamps& stamps) : plan_(plan), lock_(lock), stamps_(stamps) {}

  Changes find(const LockedTask& entry, const Task& task) {
    if (lock_.format_version != kFormatVersion) {
      add(Cause::version, fmt::format("format version changed {} → {}", lock_.format_version, kFormatVersion));
    }
    compare(entry, task, "");
    return std::move(changes_);
  }

 private:
  void compare(const LockedTask& entry, const Task& task, const std::string& prefix) {
    const LockedTask now = describe_task(plan_, task, stamps_);
    compare_keys(entry, now, prefix, task_kind_info(task.kind).of_network);
    compare_inputs(entry, now);
    for (const TaskIndex index : task.needs) {
      const Task& need = plan_.tasks[index];
      if (!visited_.insert(index).second) continue;
      const LockedTask* before = lock_.find(need.kind, need.name);
      if (std::find(entry.needs.begin(), entry.needs.end(), call(need)) == entry.needs.end()) {
        add(Cause::recipe, fmt::format("{} is new among what {} needs", noun_of(need), noun_of(task)));
      } else if (before != nullptr && before->fingerprint != to_hex(need.fingerprint)) {
        compare(*before, need, noun_of(need) + ": ");
      }
    }
    for (const std::string& need : entry.needs) {
      if (std::find(now.needs.begin(), now.needs.end(), need) == now.needs.end()) {
        add(Cause::recipe, fmt::format("{}: no longer made from {}", noun_of(task), need));
      }
    }
  }

  // Keys and words: what the recipe said.
  static std::map<std::string, std::string> said_by(const LockedTask& entry) {
    std::map<std::string, std::string> said = entry.keys;
    said.insert(entry.words.begin(), entry.words.end());
    return said;
  }

  void compare_keys(const LockedTask& entry, const LockedTask& description, const std::string& prefix, bool network) {
    const auto before = said_by(entry), now = said_by(description);
    std::set<std::string> names;
    for (const auto& [name, value] : before) names.insert(name);
    for (const auto& [name, value] : now) names.insert(name);
    // Which keys there are is up to the format, and which seeds are drawn from follows from other keys.
    std::erase_if(names, [&](const std::string& name) {
      const bool both = before.contains(name) && now.contains(name);
      return !both && (lock_.format_version != kFormatVersion || name.starts_with("seeds."));
    });
    for (const std::string& name : names) {
      const auto old = before.find(name), young = now.find(name);
      const bool seed = name.starts_with("seeds.");
      const std::string full = (seed || name.starts_with("output.") || name.starts_with("time.") ? "" : prefix) + name;
      const Cause cause = seed ? Cause::seed : network ? Cause::network : Cause::recipe;
      if (old == before.end()) {
        add(cause, fmt::format("{} added: {}", full, young->second));
      } else if (young == now.end()) {
        add(cause, fmt::format("{} removed (was {})", full, old->second));
      } else if (old->second != young->second) {
        add(cause, fmt::format("{} changed {} → {}", full, old->second, young->second));
      }
    }
  }

  void compare_inputs(const LockedTask& before, const LockedTask& now) {
    const auto changed = [&](const auto& input) {
      const auto old = before.inputs.find(input.first);
      return old != before.inputs.end() && old->second != input.second;
    };
    const bool of_network = task_kind_info(now.kind).of_network;
    for (const auto& input : now.inputs) {
      const std::string& name = input.first;
      const bool column = name.starts_with("column "), file = name.starts_with("file ");
      const bool is_new = !before.inputs.contains(name);
      // Any other new one comes with a changed key, but files are also named by the configs of a network.
      if (is_new ? !(file && changes_.texts.empty()) : !changed(input)) continue;
      // Of a spike file, what changed in it says more.
      const bool said = std::any_of(now.inputs.begin(), now.inputs.end(), [&](const auto& other) {
        return file && other.first.ends_with(" in " + name.substr(5)) && changed(other);
      });
      if (said) continue;
      add(column || of_network ? Cause::network : Cause::input,
          fmt::format("{}{} {}", column || of_network ? "network " : "", name,
                      is_new ? "is new among what is read" : "changed"));
    }
  }

  void add(Cause cause, std::string text) {
    if (std::find(changes_.texts.begin(), changes_.texts.end(), text) != changes_.texts.end()) return;
    // A column drawn from a seed that was edited follows from the seed, not the other way round.
    if (changes_.cause == Cause::none || cause < changes_.cause) changes_.cause = cause;
    const bool first = cause == Cause::seed || cause == Cause::version;
    changes_.texts.insert(first ? changes_.texts.begin() : changes_.texts.end(), std::move(text));
  }

  const Plan& plan_;
  const Lock& lock_;
  FileStamps& stamps_;
  Changes changes_;
  std::set<TaskIndex> visited_;
};

}  // namespace

std::string_view cause_name(Cause cause) {
  static constexpr std::string_view kNames[] = {"",        "version", "seed",      "recipe",  "network",
                                                "input",   "missing", "truncated", "damaged", "form",
                                                "swapped", "lock",    "unlocked",  "unknown"};
  return kNames[static_cast<std::size_t>(cause)];
}

EntryState compare_entry(const LockedTask& entry, const LockedTask& now) {
  if (!entry.seal.empty() && entry.seal != seal_of(entry)) return EntryState::edited;
  if (entry.fingerprint != now.fingerprint) return EntryState::missing;
  const bool same = entry.keys == now.keys && entry.words == now.words && entry.inputs == now.inputs &&
                    entry.needs == now.needs && entry.file == now.file;
  return same ? EntryState::as_written : EntryState::reworded;
}

std::string words_digest(const Plan& plan, FileStamps& stamps) {
  Blake3 hash;
  const auto add = [&](std::string_view text) { hash.update(fmt::format("{} ", text.size())).update(text); };
  for (const Task& task : plan.tasks) {
    add(call(task));
    add(task.output);
    for (const auto* pairs : {&task.keys, &task.inputs}) {
      add(std::to_string(pairs->size()));
      for (const auto& [name, value] : *pairs) {
        add(name);
        add(value);
      }
    }
    add(std::to_string(task.files.size()));
    for (const NamedFile& file : task.files) {
      add(shown_from_recipe(plan.recipe, file.path));
      add(stamps.digest(file.path).blake3);
    }
    add(std::to_string(task.needs.size()));
    for (const TaskIndex need : task.needs) add(call(plan.tasks[need]));
  }
  return to_hex(hash.finish());
}

LockedTask describe_task(const Plan& plan, const Task& task, FileStamps& stamps) {
  LockedTask entry;
  entry.kind = task.kind;
  entry.name = task.name;
  entry.fingerprint = to_hex(task.fingerprint);
  for (const auto& [key, value] : task.keys) {
    const bool by_content = std::binary_search(task.by_content.begin(), task.by_content.end(), key);
    (by_content ? entry.words : entry.keys).emplace(key, value);
  }
  entry.inputs.insert(task.inputs.begin(), task.inputs.end());
  for (const NamedFile& file : task.files) {
    entry.inputs["file " + shown_from_recipe(plan.recipe, file.path)] = stamps.digest(file.path).blake3;
  }
  for (const TaskIndex need : task.needs) entry.needs.push_back(call(plan.tasks[need]));
  std::sort(entry.needs.begin(), entry.needs.end());
  entry.file = task.output;
  return entry;
}

std::string Changes::text() const {
  constexpr std::size_t kMost = 3;
  std::string text = fmt::format(
      "{}", fmt::join(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, texts.size())), "; "));
  if (texts.size() > kMost) text += fmt::format("; and {} more", texts.size() - kMost);
  return text;
}

Changes find_changes(const Plan& plan, const Lock& lock, const LockedTask& entry, const Task& task,
                     FileStamps& stamps) {
  return ChangeFinder(plan, lock, stamps).find(entry, task);
}

}  // namespace stimgen
