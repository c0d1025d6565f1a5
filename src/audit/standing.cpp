// One look at everything; an outline of the lock where the whole is known to say nothing else.
#include <fmt/format.h>

#include "audit/owners.hpp"
#include "base/profile.hpp"
#include "stimgen/audit.hpp"

namespace stimgen {
namespace {

// What is remembered of a lock whose every entry was compared with what these words of the recipe stand for.
std::string looked_through(const Plan& plan, FileStamps& stamps) {
  return "looked through " + words_digest(plan, stamps);
}

}  // namespace

Standing::Standing(const Plan& plan, std::filesystem::path lock_file, std::vector<TaskIndex> tasks, bool whole,
                   bool force)
    : plan_(plan), lock_file_(std::move(lock_file)), tasks_(std::move(tasks)), whole_(whole), force_(force) {}

void Standing::look(const std::atomic<bool>* stop) {
  const ProfiledStage stage(Stage::judging);
  stamps_ = std::make_unique<FileStamps>(plan_.recipe.output.directory);
  const auto judge = [&](LockDetail detail) {
    auto lock = read_lock(lock_file_, recipe_key(plan_, lock_file_), detail);
    states_ = judge_tasks(plan_, lock, *stamps_, stop);
    log_ = std::make_unique<LockLog>(plan_, std::move(lock), states_, *stamps_, force_);
  };
  lock_stamp_ = FileStamps::stamp(lock_file_);
  const std::string known = stamps_->recall(lock_file_);
  const bool outline = !force_ && !known.empty() && known == looked_through(plan_, *stamps_);
  judge(outline ? LockDetail::outline : LockDetail::whole);
  if (outline && !idle()) judge(LockDetail::whole);
}

Standing::ToMake Standing::to_make() const {
  ToMake result;
  for (const TaskIndex index : tasks_) {
    const auto state = states_.find(index);
    if (state == states_.end() || (state->second.fresh && !force_)) continue;
    result.emplace_back(index, state->second.fresh ? "--force" : state->second.why);
  }
  return result;
}

bool Standing::idle() const {
  return to_make().empty() && !log_->has_news(whole_);
}

bool Standing::untouched() const {
  return FileStamps::stamp(lock_file_) == lock_stamp_ && stamps_->untouched();
}

void Standing::record() {
  const ProfiledStage stage(Stage::recording);
  if (log_->has_news(whole_)) {
    update_lock(lock_file_, recipe_key(plan_, lock_file_),
                [&](std::optional<Lock> now) { return log_->result(std::move(now), whole_); });
    lock_stamp_ = FileStamps::stamp(lock_file_);
    lock_follows_ = true;
  }
  Owners owners(plan_.recipe);
  for (const auto& [index, state] : states_) {
    if (log_->made(index)) {
      owners.take(plan_.tasks[index].output);
    } else if (state.fresh) {
      owners.adopt(plan_.tasks[index].output);
    }
  }
  owners.save();
}

void Standing::remember(bool complete) {
  const ProfiledStage stage(Stage::recording);
  // Of a lock that this run wrote, or found to say just what a run would write.
  if (complete && whole_ && (lock_follows_ || !log_->has_news(true))) {
    stamps_->remember(lock_file_, looked_through(plan_, *stamps_));
  }
  stamps_->save();
}

}  // namespace stimgen
