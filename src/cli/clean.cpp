// `stimgen clean`: removes files of tasks that the recipe no longer has.
#include <fmt/ranges.h>

#include "base/atomic_file.hpp"
#include "base/folder_lock.hpp"
#include "base/format_bytes.hpp"
#include "cli/format.hpp"
#include "cli/load.hpp"
#include "cli/orphans.hpp"
#include "stimgen/audit.hpp"

namespace stimgen::cli {

namespace {

std::string clean_command(const Arguments& arguments) {
  std::string command = "stimgen clean " + arguments.text("RECIPE");
  if (arguments.has("output")) command += " --output " + arguments.text("output");
  return printable(command);
}

}  // namespace

void say_what_is_left_over(const Plan& plan, const Arguments& arguments, Terminal& terminal) {
  const std::size_t count = find_orphans(plan).size();
  if (count == 0) return;
  terminal.note(fmt::format("{} of tasks that are no more: '{}' lists {}", counted(count, "file"),
                            clean_command(arguments), count == 1 ? "it" : "them"));
}

void say_what_recipes_are_gone(const Plan& plan, const Arguments& arguments, Terminal& terminal) {
  const std::filesystem::path lock_file = lock_path(plan.recipe);
  const std::vector<std::string> gone = find_gone_recipes(lock_file);
  if (gone.empty()) return;
  terminal.note(fmt::format("'{}' has entries of '{}'{}, which {} not there any more: '{} --yes' removes them",
                            printable(lock_file.string()), printable(gone.front()),
                            gone.size() == 1 ? "" : fmt::format(" and {}", counted(gone.size() - 1, "more recipe")),
                            gone.size() == 1 ? "is" : "are", clean_command(arguments)));
}

namespace {

std::string as_table(const Plan& plan, const std::vector<Orphan>& orphans, const std::vector<std::string>& gone) {
  using enum Table::Align;
  Table table({left, right, left});
  for (const Orphan& orphan : orphans) {
    table.add({printable((plan.recipe.output.directory / orphan.name).lexically_normal().string(), 1000),
               format_bytes(orphan.bytes), fmt::format("task '{}' is no more", printable(orphan.task))});
  }
  const std::string lock_file = printable(lock_path(plan.recipe).lexically_normal().string(), 1000);
  for (const std::string& recipe : gone) {
    table.add({lock_file, "-", fmt::format("recipe '{}' is no more", printable(recipe))});
  }
  return table.text();
}

std::string as_json(const Plan& plan, const std::vector<Orphan>& orphans, const std::vector<std::string>& gone,
                    bool removed) {
  Json files = Json::array();
  for (const Orphan& orphan : orphans) {
    files.push_back(Json{{"file", (plan.recipe.output.directory / orphan.name).lexically_normal().string()},
                         {"task", orphan.task},
                         {"bytes", orphan.bytes}});
  }
  return to_text(Json{{"removed", removed}, {"files", files}, {"recipes", gone}});
}

int run_clean(const Arguments& arguments, Terminal& terminal) {
  Diagnostics diagnostics;
  Recipe recipe = load_from(arguments, diagnostics);
  diagnostics.throw_if_errors();
  const Plan plan = outline_plan(std::move(recipe));
  const bool yes = arguments.has("yes");
  std::vector<Orphan> orphans = find_orphans(plan);
  const std::filesystem::path lock_file = lock_path(plan.recipe);
  const std::vector<std::string> gone = find_gone_recipes(lock_file);
  if (yes && !gone.empty()) drop_gone_recipes(lock_file);
  if (yes && !orphans.empty()) {
    Patience patience = Patience::endless();
    patience.on_wait = [&](const std::string& holder) {
      terminal.note(fmt::format("{} is writing to '{}': waiting until it is done", holder,
                                printable(plan.recipe.output.directory.string())));
    };
    const FolderLock held(plan.recipe.output.directory, FolderLock::Use::alone, patience);
    orphans = find_orphans(plan);
    remove_orphans(plan, orphans, lock_file);
  }
  terminal.out(arguments.has("json") ? as_json(plan, orphans, gone, yes) : as_table(plan, orphans, gone));
  if (orphans.empty() && gone.empty()) {
    terminal.note("nothing to remove: every file that this recipe made is that of a task it has");
  } else if (yes) {
    std::vector<std::string> removed;
    if (!orphans.empty()) removed.push_back(counted(orphans.size(), "file"));
    if (!gone.empty()) removed.push_back(fmt::format("entries of {}", counted(gone.size(), "recipe")));
    terminal.note(fmt::format("removed {}", fmt::join(removed, " and ")));
  } else {
    terminal.note("nothing was removed: --yes removes what is listed");
  }
  return 0;
}

constexpr Positional kCleanPositionals[] = {{"RECIPE", Presence::required, "the recipe, a YAML file"}};
constexpr Option kCleanOptions[] = {
    {"yes", 0, Words::none, "", "remove the files; without it they are only listed"},
    {"json", 0, Words::none, "", "as JSON"},
};

}  // namespace

extern const Command kClean;
constinit const Command kClean{
    .name = "clean",
    .summary = "list, and with --yes remove, the files of tasks that the recipe no longer has",
    .example = "stimgen clean recipe.yaml\nstimgen clean recipe.yaml --yes",
    .positionals = kCleanPositionals,
    .options = kCleanOptions,
    .reads_recipe = true,
    .run = run_clean};

}  // namespace stimgen::cli
