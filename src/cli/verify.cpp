// `stimgen verify`: proves that the files and the lock are what the recipe makes.
#include "cli/load.hpp"
#include "cli/signals.hpp"
#include "cli/verdict.hpp"
#include "stimgen/sample.hpp"

namespace stimgen::cli {

namespace {

int run_verify(const Arguments& arguments, Terminal& terminal) {
  const VerifyOptions options{read_threads(arguments), arguments.list("only"), arguments.has("files-only")};
  self_test();
  const Plan& plan = load_plan(arguments, terminal);
  const std::filesystem::path path = lock_path(plan, arguments.has("set"));
  const std::optional<Lock> lock = read_lock(path, recipe_key(plan));
  if (!lock) {
    throw InputError("lock.missing",
                     fmt::format("'{}' has no record of '{}'", printable(path.string()), printable(recipe_key(plan))),
                     "make it with: stimgen run " + printable(arguments.text("RECIPE")));
  }
  const StopRequest stop;
  const std::vector<Verdict> verdicts = verify_plan(plan, lock, options, stop.flag());
  terminal.out(arguments.has("json") ? verdict_json(verdicts) : verdict_lines(verdicts));
  return all_same(verdicts) ? 0 : 1;
}

constexpr Positional kPositionals[] = {
    {"RECIPE", Presence::required, "the recipe, a YAML file; stimgen.lock is beside it"}};
constexpr Option kOptions[] = {
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
                                .positionals = kPositionals,
                                .options = kOptions,
                                .reads_recipe = true,
                                .run = run_verify};

}  // namespace stimgen::cli
