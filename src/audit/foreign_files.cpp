// Files of an output folder that are another recipe's, or nobody's any more.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "audit/owners.hpp"
#include "stimgen/audit.hpp"

namespace stimgen {
namespace {

// The report of a recipe, as the list of makers names it. Requires: it has one.
std::string page_name(const Recipe& recipe) {
  return recipe.report->lexically_relative(recipe.output.directory).generic_string();
}

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
    if (loaded.report) files.insert(page_name(loaded));
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

  // The file of a task, if it is another's.
  std::optional<ForeignFile> look_at(const Task& task) {
    const std::filesystem::path file = plan_.output_path(task);
    const std::string owner = owners_.other_owner_of(task.output);
    std::error_code ignored;
    if (owner.empty() && owners_.knows(task.output)) return std::nullopt;
    if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
    const auto maker = maker_of(file);
    if (maker && maker->second == to_hex(task.fingerprint)) return std::nullopt;  // the same for both
    if (!owner.empty()) return made_by(owner, task.output, file);
    for (const auto& [name, lock] : other_locks()) {
      const std::filesystem::path recipe = plan_.recipe.path.parent_path() / name;
      if (maker && has(lock, task.output, maker->second) && makes(recipe, task.output))
        return ForeignFile{file, recipe};
    }
    if (!maker && !in_own_lock(task)) return ForeignFile{file, {}};
    return std::nullopt;
  }

  // The report of the recipe, if it is another's. A page does not say who made it: only the list of makers does.
  std::optional<ForeignFile> look_at_report() {
    const std::string page = page_name(plan_.recipe);
    const std::string owner = owners_.other_owner_of(page);
    std::error_code ignored;
    if (owner.empty() || !std::filesystem::is_regular_file(*plan_.recipe.report, ignored)) return std::nullopt;
    return made_by(owner, page, *plan_.recipe.report);
  }

  // A file that a recipe made, which is seen from the output folder, and still makes under this name.
  std::optional<ForeignFile> made_by(const std::string& seen, const std::string& name,
                                     const std::filesystem::path& file) {
    const auto recipe = (plan_.recipe.output.directory / seen).lexically_normal();
    return makes(recipe, name) ? std::optional(ForeignFile{file, recipe}) : std::nullopt;
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
      other_locks_ = read_all_locks(own_lock_path(plan_.recipe));
    } catch (const InputError&) {
      // Whoever reads the lock for its own sake says what is wrong with it.
    }
    other_locks_->erase(recipe_key(plan_, own_lock_path(plan_.recipe)));
    return *other_locks_;
  }
  bool in_own_lock(const Task& task) {
    if (!own_lock_) {
      const std::filesystem::path file = lock_path(plan_.recipe);
      own_lock_ = read_lock(file, recipe_key(plan_, file), LockDetail::outline).value_or(Lock{});
    }
    return own_lock_->find(task.kind, task.name) != nullptr;
  }
  bool makes(const std::filesystem::path& recipe, const std::string& file) {
    const auto [known, added] = files_of_.try_emplace(recipe);
    if (added) known->second = files_made_by(recipe);
    return !known->second || known->second->contains(file);
  }

  const Plan& plan_;
  const Owners owners_;
  std::optional<Lock> own_lock_;
  std::optional<std::map<std::string, Lock>> other_locks_;
  std::map<std::filesystem::path, std::optional<std::set<std::string>>> files_of_;
};

}  // namespace

std::vector<ForeignFile> find_foreign_files(const Plan& plan, const std::vector<TaskIndex>& tasks) {
  ForeignFinder finder(plan);
  std::vector<ForeignFile> foreign;
  for (const TaskIndex index : tasks) {
    if (!plan.tasks[index].makes_file()) continue;
    if (auto file = finder.look_at(plan.tasks[index])) foreign.push_back(std::move(*file));
  }
  // Parts that nobody is known to have made stay where they are.
  for (const OtherPart& part : find_other_parts(plan, tasks)) {
    if (part.recipe.empty()) continue;
    if (auto file = finder.made_by(part.recipe, plan.tasks[part.task].output, part.file))
      foreign.push_back(std::move(*file));
  }
  return foreign;
}

void refuse_foreign_files(const Plan& plan, const std::vector<TaskIndex>& tasks) {
  std::map<std::filesystem::path, std::vector<std::filesystem::path>> of_recipe;
  for (const ForeignFile& item : find_foreign_files(plan, tasks)) of_recipe[item.recipe].push_back(item.file);
  Diagnostics diagnostics;
  for (const auto& [recipe, files] : of_recipe) {
    const bool many = files.size() > 1;
    const std::string whose =
        recipe.empty()
            ? fmt::format("none that stimgen made, as far as {} known", many ? "they are" : "it is")
            : fmt::format("made by '{}', which still has {}", printable(recipe.string()), many ? "them" : "it");
    diagnostics.error(
        {}, "run.foreign-file",
        fmt::format("'{}'{} {} {}: '{}' would replace {}", printable(files.front().lexically_normal().string()),
                    many ? fmt::format(" and {}", counted(files.size() - 1, "more file")) : "",
                    recipe.empty() ? (many ? "are" : "is") : (many ? "were" : "was"), whose,
                    printable(plan.recipe.path.string()), many ? "them" : "it"),
        recipe.empty() ? "move it away, give the task another name or choose another folder (output.directory, "
                         "--output); --force replaces what is there"
                       : "give one of the recipes another folder (output.directory, --output) or its task another "
                         "name; --force replaces what is there");
  }
  diagnostics.throw_if_errors();
}

void refuse_foreign_report(const Plan& plan) {
  if (!plan.recipe.report) return;
  const auto page = ForeignFinder(plan).look_at_report();
  if (!page) return;
  Diagnostics diagnostics;
  diagnostics.error(plan.recipe.report_loc, "run.foreign-file",
                    fmt::format("'{}' was made by '{}', which still has it: the report of '{}' would replace it",
                                printable(page->file.lexically_normal().string()), printable(page->recipe.string()),
                                printable(plan.recipe.path.string())),
                    "give one of the reports another name: report: {path: other.html}; --force replaces what is there");
  diagnostics.throw_if_errors();
}

void own_report(const Plan& plan) {
  Owners owners(plan.recipe);
  owners.take(page_name(plan.recipe));
  owners.save();
}

namespace {

// Whether a value, or one inside it, is a path to the file: then the recipe may read it.
bool names(const Value& value, const std::filesystem::path& file) {
  if (value.is_scalar() && std::filesystem::path(value.text).filename() == file.filename()) {
    std::filesystem::path path = value.text;
    if (path.is_relative() && value.loc.file) path = value.loc.file->directory / path;
    std::error_code ignored;
    if (std::filesystem::equivalent(path, file, ignored)) return true;
  }
  return std::any_of(value.items.begin(), value.items.end(), [&](const Value& item) { return names(item, file); }) ||
         std::any_of(value.members.begin(), value.members.end(),
                     [&](const Value::Member& member) { return names(member.value, file); });
}

bool names(const Recipe& recipe, const std::filesystem::path& file) {
  const auto in = [&](const Section& section) {
    return names(section.defaults, file) || std::any_of(section.entries.begin(), section.entries.end(),
                                                        [&](const Entry& entry) { return names(entry.body, file); });
  };
  return names(recipe.networks, file) || in(recipe.backgrounds) || in(recipe.assemblies) || in(recipe.patterns) ||
         in(recipe.combine);
}

}  // namespace

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
    if (!maker || std::filesystem::path(name).stem() != maker->first || names(plan.recipe, file)) continue;
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
  if (!read_lock(lock_file, recipe_key(plan, lock_file))) return;
  update_lock(lock_file, recipe_key(plan, lock_file), [&](std::optional<Lock> now) {
    Lock lock = std::move(now).value_or(Lock{});
    std::erase_if(lock.tasks, [&](const auto& item) {
      return std::any_of(orphans.begin(), orphans.end(),
                         [&](const Orphan& orphan) { return item.second.file == orphan.name; });
    });
    return lock;
  });
}

}  // namespace stimgen
