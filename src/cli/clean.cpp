// `stimgen clean`: removes files of tasks that the recipe no longer has.
#include "base/atomic_file.hpp"
#include "base/folder_lock.hpp"
#include "base/format_bytes.hpp"
#include "cli/format.hpp"
#include "cli/load.hpp"
#include "cli/orphans.hpp"
#include "stimgen/audit.hpp"

namespace stimgen::cli {

void say_what_is_left_over(const Plan& plan, const Arguments& arguments, Terminal& terminal) {
  const std::size_t count = find_orphans(plan).size();
  if (count == 0) return;
  std::string command = "stimgen clean " + arguments.text("RECIPE");
  if (arguments.has("output")) command += " --output " + arguments.text("output");
  terminal.note(fmt::format("{} of tasks that are no more: '{}' lists {}", counted(count, "file"), printable(command),
                            count == 1 ? "it" : "them"));
}

namespace {

std::string as_table(const Plan& plan, const std::vector<Orphan>& orphans) {
  using enum Table::Align;
  Table table({left, right, left});
  for (const Orphan& orphan : orphans) {
    table.add({printable((plan.recipe.output.directory / orphan.name).lexically_normal().string(), 1000),
               format_bytes(orphan.bytes), fmt::format("task '{}' is no more", printable(orphan.task))});
  }
  return table.text();
}

std::string as_json(const Plan& plan, const std::vector<Orphan>& orphans, bool removed) {
  Json files = Json::array();
  for (const Orphan& orphan : orphans) {
    files.push_back(Json{{"file", (plan.recipe.output.directory / orphan.name).lexically_normal().string()},
                         {"task", orphan.task},
                         {"bytes", orphan.bytes}});
  }
  return to_text(Json{{"removed", removed}, {"files", files}});
}

int run_clean(const Arguments& arguments, Terminal& terminal) {
  Diagnostics diagnostics;
  Recipe recipe = load_from(arguments, diagnostics);
  diagnostics.throw_if_errors();
  const Plan plan = outline_plan(std::move(recipe));
  const bool yes = arguments.has("yes");
  std::vector<Orphan> orphans = find_orphans(plan);
  if (yes && !orphans.empty()) {
    Patience patience = Patience::endless();
    patience.on_wait = [&](const std::string& holder) {
      terminal.note(fmt::format("{} is writing to '{}': waiting until it is done", holder,
                                printable(plan.recipe.output.directory.string())));
    };
    const FolderLock held(plan.recipe.output.directory, FolderLock::Use::alone, patience);
    orphans = find_orphans(plan);
    remove_orphans(plan, orphans, lock_path(plan.recipe));
  }
  terminal.out(arguments.has("json") ? as_json(plan, orphans, yes) : as_table(plan, orphans));
  if (orphans.empty()) {
    terminal.note("nothing to remove: every file that this recipe made is that of a task it has");
  } else if (yes) {
    terminal.note(fmt::format("removed {}", counted(orphans.size(), "file")));
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
