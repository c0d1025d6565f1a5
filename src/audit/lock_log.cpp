// The lock during a run: what is current, what was made, and what the lock says afterwards.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "audit/file_content.hpp"
#include "audit/provenance.hpp"
#include "base/digest.hpp"
#include "stimgen/audit.hpp"

namespace stimgen {
namespace {

// 0 for a combination.
double window_seconds(const Task& task) {
  const SampledSource* const source = task.sampled();
  return source != nullptr ? source->window.duration_ms() / 1000 : 0;
}

TaskIndex index_of(const Plan& plan, const Task& task) {
  return static_cast<TaskIndex>(&task - plan.tasks.data());
}

}  // namespace

LockLog::LockLog(const Plan& plan, std::optional<Lock> lock, std::map<TaskIndex, TaskState> states, FileStamps& stamps,
                 bool force)
    : plan_(plan), before_(std::move(lock)), states_(std::move(states)), stamps_(stamps), force_(force) {
  if (before_ && before_->outline) return;
  for (TaskIndex i = 0; i < plan_.tasks.size(); ++i) {
    const Task& task = plan_.tasks[i];
    const LockedTask& now = descriptions_.emplace(i, describe_task(plan_, task, stamps_)).first->second;
    if (task.makes_file() || !before_) continue;
    const LockedTask* entry = before_->find(task.kind, task.name);
    groundwork_.emplace(i, entry != nullptr ? compare_entry(*entry, now) : EntryState::missing);
  }
}

bool LockLog::is_current(const Plan&, const Task& task, TaskResult& result) {
  const TaskIndex index = index_of(plan_, task);
  const auto state = states_.find(index);
  if (force_ || state == states_.end() || !state->second.fresh) return false;
  const LockedTask& entry = *state->second.entry;
  if (task.sampled() != nullptr) result.nodes = task.sampled()->node_count();
  result.bytes = state->second.bytes;
  for (const auto& [name, population] : entry.populations) {
    result.spikes += population.spikes;
    result.populations.push_back({name, population.spikes, digest_from_hex(population.content)});
  }
  if (const double seconds = window_seconds(task); seconds > 0 && result.nodes > 0) {
    result.mean_rate_hz = static_cast<double>(result.spikes) / static_cast<double>(result.nodes) / seconds;
  }
  return true;
}

std::string LockLog::provenance(const Plan&, const Task& task, const TaskResult& result) const {
  Lock record;
  std::vector<TaskIndex> open{index_of(plan_, task)};
  std::set<TaskIndex> taken;
  while (!open.empty()) {
    const TaskIndex index = open.back();
    open.pop_back();
    if (!taken.insert(index).second) continue;
    const Task& needed = plan_.tasks[index];
    open.insert(open.end(), needed.needs.begin(), needed.needs.end());
    record.tasks.emplace(std::pair(needed.kind, needed.name), descriptions_.at(index));
  }
  record.tasks.at(std::pair(task.kind, task.name)).populations = contents_of(result.populations);
  return provenance_text(plan_, task, record);
}

void LockLog::finished(const Plan&, const Task& task, const TaskResult& result) {
  const TaskIndex index = index_of(plan_, task);
  LockedTask entry = descriptions_.at(index);
  entry.populations = contents_of(result.populations);
  stamps_.remember(plan_.output_path(task), content_text(entry.populations));
  const LockedTask* old = before_ ? before_->find(task.kind, task.name) : nullptr;
  if (old != nullptr && old->fingerprint == entry.fingerprint && old->populations != entry.populations) {
    contradicted_.emplace(task.name, compare_entry(*old, entry) == EntryState::edited);
  }
  made_.insert_or_assign(index, std::move(entry));
}

std::vector<std::string> LockLog::dropped() const {
  std::vector<std::string> names;
  if (!before_) return names;
  for (const auto& [key, entry] : before_->tasks) {
    if (plan_.index_of(key.first, key.second)) continue;
    names.push_back(entry.file.empty() ? fmt::format("{} {}", task_kind_name(entry.kind), entry.name) : entry.name);
  }
  return names;
}

std::vector<std::string> LockLog::entries(EntryState state) const {
  std::vector<std::string> names;
  const bool all_fresh =
      std::all_of(states_.begin(), states_.end(), [](const auto& item) { return item.second.fresh; });
  for (const auto& [index, found] : groundwork_) {
    const Task& task = plan_.tasks[index];
    // Of what tasks need that are still to be made, the entries belong to the older version of these.
    if (found != state || (state == EntryState::missing && !all_fresh)) continue;
    names.push_back(fmt::format("the entry of {} {}", task_kind_name(task.kind), task.name));
  }
  if (state == EntryState::edited && before_ && before_->format_version != kFormatVersion)
    names.emplace_back("the format version");
  for (const auto& [index, task_state] : states_) {
    if (task_state.fresh && task_state.in_lock == state)
      names.push_back(fmt::format("the entry of {}", plan_.tasks[index].name));
  }
  return names;
}

bool LockLog::has_news(bool whole_run) const {
  using enum EntryState;
  return !made_.empty() || !entries(missing).empty() || !entries(reworded).empty() || !entries(edited).empty() ||
         (whole_run && !dropped().empty());
}

Lock LockLog::result(std::optional<Lock> now, bool whole_run) const {
  if (before_ && before_->outline) throw std::logic_error("a lock can only follow from the whole lock before it");
  Lock lock = std::move(now).value_or(Lock{});
  lock.format_version = kFormatVersion;
  const auto tell = [&](TaskIndex index, LockedTask entry) {
    lock.tasks.insert_or_assign(std::pair(plan_.tasks[index].kind, plan_.tasks[index].name), std::move(entry));
  };
  std::set<TaskIndex> outdated;  // and what they need: their entries belong to each other
  for (const auto& [index, state] : states_) {
    if (const auto made = made_.find(index); made != made_.end()) {
      tell(index, made->second);
    } else if (state.fresh && state.in_lock != EntryState::as_written && !force_) {
      LockedTask entry = descriptions_.at(index);
      entry.populations = state.entry->populations;
      tell(index, std::move(entry));
    } else if (!state.fresh) {
      outdated.insert(index);
    }
  }
  for (TaskIndex i = plan_.tasks.size(); i-- > 0;) {
    if (outdated.contains(i)) outdated.insert(plan_.tasks[i].needs.begin(), plan_.tasks[i].needs.end());
  }
  for (const auto& [index, description] : descriptions_) {
    const Task& task = plan_.tasks[index];
    if (task.makes_file()) continue;
    const LockedTask* const entry = lock.find(task.kind, task.name);
    if (entry == nullptr || !outdated.contains(index) || compare_entry(*entry, description) == EntryState::edited)
      tell(index, description);
  }
  if (whole_run) {
    std::erase_if(lock.tasks, [&](const auto& item) { return !plan_.index_of(item.first.first, item.first.second); });
  }
  return lock;
}

}  // namespace stimgen
