// `stimgen check`: reports every problem of a recipe, or nothing.
#include "cli/load.hpp"

namespace stimgen::cli {

namespace {

int run_check(const Arguments& arguments, Terminal& terminal) {
  const Plan plan = load_plan(arguments, terminal);
  std::vector<TaskIndex> all;
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) all.push_back(i);
  // Only the recipe's own limits: what the disk has free now says nothing about the recipe.
  check_limits(plan, all, std::numeric_limits<std::uint64_t>::max());
  return 0;
}

constexpr Positional kPositionals[] = {{"RECIPE", Presence::required, "the recipe, a YAML file"}};

}  // namespace

extern const Command kCheck;
constinit const Command kCheck{.name = "check",
                               .summary = "read a recipe and its networks, and report every problem",
                               .example = "stimgen check recipe.yaml",
                               .positionals = kPositionals,
                               .reads_recipe = true,
                               .run = run_check};

}  // namespace stimgen::cli
