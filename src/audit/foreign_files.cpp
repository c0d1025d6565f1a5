// Files of an output folder that are another recipe's, or nobody's any more.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "audit/owners.hpp"
#include "stimgen/audit.hpp"

namespace stimgen {
namespace {

// Names of the files that a recipe makes: none if it is not there, nullopt (all, for all that is known) if it cannot be
// read.
std::optional<std::set<std::string>> files_made_by(const std::filesystem::path& recipe) {
  std::set<std::string> files;
  std::error_code ignored;
  if (!std::filesystem::exists(recipe, ignored)) return files;
  try {
    Diagnostics diagnostics;
    Recipe loaded = load_recipe(recipe, {}, diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
    for (const Task& task : outline_plan(std::move(loaded)).tasks) files.insert(task.output);
  } catch (const InputError&) {
    return std::nullopt;
  }
  return files;
}

// The task that made a file and its fingerprint, as its record says.
std::optional<std::pair<std::string, std::string>> maker_of(const std::filesystem::path& file) {
  try {
    const Provenance provenance = read_provenance(file);
    for (const auto& [key, entry] : provenance.lock.tasks) {
      if (entry.name == provenance.task && !entry.file.empty()) return std::pair(entry.name, entry.fingerprint);
    }
  } catch (const FileReplaced&) {
    return maker_of(file);  // of the one that is there now
  } catch (const InputError&) {
    // Not stimgen's, or damaged.
  }
  return std::nullopt;
}

// Looks up whose the files of a plan are, opening each other recipe once.
class ForeignFinder {
 public:
  explicit ForeignFinder(const Plan& plan) : plan_(plan), owners_(plan.recipe) {}

  // The other recipe that has the file of a task; empty: none.
  std::filesystem::path recipe_of(const Task& task) {
    const std::string owner = owners_.other_owner_of(task.output);
    std::error_code ignored;
    if (owner.empty() && owners_.knows(task.output)) return {};
    if (!std::filesystem::exists(plan_.output_path(task), ignored)) return {};
    const auto maker = maker_of(plan_.output_path(task));
    if (maker && maker->second == to_hex(task.fingerprint)) return {};  // the same for both
    if (!owner.empty()) {
      const auto recipe = (plan_.recipe.output.directory / owner).lexically_normal();
      return makes(recipe, task.output) ? recipe : std::filesystem::path();
    }
    for (const auto& [name, lock] : other_locks()) {
      const std::filesystem::path recipe = plan_.recipe.path.parent_path() / name;
      if (maker && has(lock, task.output, maker->second) && makes(recipe, task.output)) return recipe;
    }
    return {};
  }

 private:
  static bool has(const Lock& lock, const std::string& file, const std::string& fingerprint) {
    return std::any_of(lock.tasks.begin(), lock.tasks.end(), [&](const auto& item) {
      return item.second.file == file && item.second.fingerprint == fingerprint;
    });
  }
  const std::map<std::string, Lock>& other_locks() {
    if (other_locks_) return *other_locks_;
    other_locks_.emplace();
    try {
      other_locks_ = read_all_locks(lock_path(plan_, false));
    } catch (const InputError&) {
      // Whoever reads the lock for its own sake says what is wrong with it.
    }
    other_locks_->erase(recipe_key(plan_));
    return *other_locks_;
  }
  bool makes(const std::filesystem::path& recipe, const std::string& file) {
    const auto [known, added] = files_of_.try_emplace(recipe);
    if (added) known->second = files_made_by(recipe);
    return !known->second || known->second->contains(file);
  }

  const Plan& plan_;
  const Owners owners_;
  std::optional<std::map<std::string, Lock>> other_locks_;
  std::map<std::filesystem::path, std::optional<std::set<std::string>>> files_of_;
};

}  // namespace

std::vector<ForeignFile> find_foreign_files(const Plan& plan, const std::vector<TaskIndex>& tasks) {
  ForeignFinder finder(plan);
  std::vector<ForeignFile> foreign;
  for (const TaskIndex index : tasks) {
    const Task& task = plan.tasks[index];
    if (!task.makes_file()) continue;
    if (auto recipe = finder.recipe_of(task); !recipe.empty()) {
      foreign.push_back({plan.output_path(task), std::move(recipe)});
    }
  }
  return foreign;
}

void refuse_foreign_files(const Plan& plan, const std::vector<TaskIndex>& tasks) {
  std::map<std::filesystem::path, std::vector<std::filesystem::path>> of_recipe;
  for (const ForeignFile& item : find_foreign_files(plan, tasks)) of_recipe[item.recipe].push_back(item.file);
  Diagnostics diagnostics;
  for (const auto& [recipe, files] : of_recipe) {
    const std::string what =
        files.size() > 1 ? fmt::format(" and {} were", counted(files.size() - 1, "more file")) : " was";
    diagnostics.error({}, "run.foreign-file",
                      fmt::format("'{}'{} made by '{}', which still has {}: '{}' would replace {}",
                                  printable(files.front().lexically_normal().string()), what,
                                  printable(recipe.string()), files.size() > 1 ? "them" : "it",
                                  printable(plan.recipe.path.string()), files.size() > 1 ? "them" : "it"),
                      "give one of the recipes another folder (output.directory, --output) or its task another name; "
                      "--force replaces what is there");
  }
  diagnostics.throw_if_errors();
}

std::vector<Orphan> find_orphans(const Plan& plan) {
  std::set<std::string> wanted;
  for (const Task& task : plan.tasks) wanted.insert(task.output);
  std::vector<Orphan> orphans;
  for (const std::string& name : Owners(plan.recipe).own_files()) {
    if (wanted.contains(name)) continue;
    const std::filesystem::path file = plan.recipe.output.directory / name;
    std::error_code error;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, error))) continue;
    const auto maker = maker_of(file);
    if (!maker || std::filesystem::path(name).stem() != maker->first) continue;
    orphans.push_back({name, maker->first, std::filesystem::file_size(file, error)});
  }
  return orphans;
}

void remove_orphans(const Plan& plan, const std::vector<Orphan>& orphans, const std::filesystem::path& lock_file) {
  Owners owners(plan.recipe);
  for (const Orphan& orphan : orphans) {
    const std::filesystem::path file = plan.recipe.output.directory / orphan.name;
    std::error_code error;
    if (!std::filesystem::remove(file, error) && error) {
      throw EnvironmentError("disk.cannot-write",
                             fmt::format("cannot remove '{}': {}", printable(file.string()), error.message()));
    }
    owners.forget(orphan.name);
  }
  owners.save();
  if (!read_lock(lock_file, recipe_key(plan))) return;
  update_lock(lock_file, recipe_key(plan), [&](std::optional<Lock> now) {
    Lock lock = std::move(now).value_or(Lock{});
    std::erase_if(lock.tasks, [&](const auto& item) {
      return std::any_of(orphans.begin(), orphans.end(),
                         [&](const Orphan& orphan) { return item.second.file == orphan.name; });
    });
    return lock;
  });
}

}  // namespace stimgen
