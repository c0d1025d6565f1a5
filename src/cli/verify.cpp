// `stimgen verify`: proves that the files and the lock are what the recipe makes.
#include <algorithm>

#include "cli/load.hpp"
#include "cli/orphans.hpp"
#include "cli/signals.hpp"
#include "cli/verdict.hpp"
#include "stimgen/process.hpp"

namespace stimgen::cli {

namespace {

// Files can be compared with the lock where the networks and recordings of the recipe are not at hand.
Plan load_outline(const Arguments& arguments, Terminal& terminal) {
  Diagnostics diagnostics;
  Recipe recipe = load_from(arguments, diagnostics);
  diagnostics.throw_if_errors();
  terminal.warnings(diagnostics);
  return outline_plan(std::move(recipe));
}

// The named tasks and all that make files among what they need, as the lock has it.
std::vector<std::string> with_needs(std::vector<std::string> names, const Lock& lock) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const auto& [key, entry] : lock.tasks) {
      if (entry.name != names[i] || entry.file.empty()) continue;
      for (const auto& [other, needed] : lock.tasks) {
        const std::string call = fmt::format("{} {}", task_kind_name(needed.kind), needed.name);
        const bool is_needed = std::find(entry.needs.begin(), entry.needs.end(), call) != entry.needs.end();
        const bool known = std::find(names.begin(), names.end(), needed.name) != names.end();
        if (is_needed && !needed.file.empty() && !known) names.push_back(needed.name);
      }
    }
  }
  return names;
}

int run_verify(const Arguments& arguments, Terminal& terminal) {
  VerifyOptions options{.threads = read_threads(arguments),
                        .only = arguments.list("only"),
                        .files_only = arguments.has("files-only"),
                        .warned = [&](const Diagnostics& warnings) { terminal.warnings(warnings); }};
  self_test();
  Plan outline;
  if (options.files_only) outline = load_outline(arguments, terminal);
  const Plan& plan = options.files_only ? outline : load_plan(arguments, terminal);
  const std::filesystem::path path = lock_path(plan.recipe);
  const std::optional<Lock> lock = read_lock(path, recipe_key(plan, path));
  if (!lock) {
    throw InputError(
        "lock.missing",
        fmt::format("'{}' has no record of '{}'", printable(path.string()), printable(recipe_key(plan, path))),
        "make it with: stimgen run " + printable(arguments.text("RECIPE")));
  }
  if (options.files_only && !options.only.empty()) options.only = with_needs(options.only, *lock);
  const StopRequest stop;
  const std::vector<Verdict> verdicts = verify_plan(plan, lock, options, stop.flag());
  terminal.out(arguments.has("json") ? verdict_json(verdicts) : verdict_lines(verdicts));
  if (verdicts.empty()) {
    terminal.error("verify.nothing", "nothing was verified: neither recipe nor lock have a task that makes a file");
  } else if (options.files_only) {
    terminal.note(
        "files were compared with the lock alone: whether recipe and inputs make these spikes was not checked");
  }
  say_what_is_left_over(plan, arguments, terminal);
  say_what_recipes_are_gone(plan, arguments, terminal);
  return all_same(verdicts) ? 0 : 1;
}

constexpr Positional kVerifyPositionals[] = {
    {"RECIPE", Presence::required, "the recipe, a YAML file; stimgen.lock is beside it"}};
constexpr Option kVerifyOptions[] = {
    {"threads", 'j', Words::one, "N", "use N threads (default: all cores)"},
    {"only", 0, Words::several, "TASK…", "these tasks and all they need; words or a comma-separated list"},
    {"files-only", 0, Words::none, "", "compare the files with the lock, regenerate nothing"},
    {"json", 0, Words::none, "", "as JSON"},
};

}  // namespace

extern const Command kVerify;
constinit const Command kVerify{.name = "verify",
                                .summary = "regenerate all spikes in memory and compare with the lock and the files",
                                .example = "stimgen verify recipe.yaml\nstimgen verify recipe.yaml --files-only",
                                .positionals = kVerifyPositionals,
                                .options = kVerifyOptions,
                                .reads_recipe = true,
                                .run = run_verify};

}  // namespace stimgen::cli
