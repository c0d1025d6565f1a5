// build_plan(): the recipe compiler's back half, stage by stage.
#include "plan/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace stimgen {
namespace {

// A default that nothing can take is a mistake.
void check_section_defaults(const Recipe& recipe, Diagnostics& diagnostics) {
  check_defaults(recipe.backgrounds.defaults, "backgrounds", {selection_fields(), background_fields()}, diagnostics);
  std::vector<std::span<const FieldDoc>> assembly_tables{assembly_common_fields(), selection_fields()};
  for (const AssemblyKind* kind : assembly_kinds()) assembly_tables.push_back(kind->info.fields);
  check_defaults(recipe.assemblies.defaults, "assemblies", assembly_tables, diagnostics);
  std::vector<std::span<const FieldDoc>> pattern_tables{pattern_common_fields()};
  for (const PatternKind* kind : pattern_kinds()) pattern_tables.push_back(kind->info.fields);
  check_defaults(recipe.patterns.defaults, "patterns", pattern_tables, diagnostics);
  check_defaults(recipe.combine.defaults, "combine", {combine_fields()}, diagnostics);
}

}  // namespace

Plan build_plan(Recipe recipe, Diagnostics& diagnostics) {
  Plan plan;
  plan.recipe = std::move(recipe);
  const Claims claims(plan.recipe);
  claims.check(diagnostics);
  plan.network = open_network(plan.recipe.networks, plan.recipe.seeds.network, diagnostics);
  // Beyond this point: populations are known by name, size and columns.
  if (!plan.network) return plan;
  build_assemblies(plan, diagnostics);
  // Beyond this point: who is in which group is fixed.
  build_spike_tasks(plan, diagnostics);
  // Beyond this point: every node's rate function or rate distribution is fixed.
  build_combine_tasks(plan, claims, diagnostics);
  for (const NamedFile& file : plan.network->files()) claims.refuse(file, diagnostics);
  for (const Task& task : plan.tasks) {
    for (const NamedFile& file : task.files) {
      if (file.loc.file) claims.refuse(file, diagnostics);  // others are files of the network
    }
  }
  check_section_defaults(plan.recipe, diagnostics);
  if (!diagnostics.has_errors()) {
    if (plan.file_task_names().empty()) {
      diagnostics.warning({plan.recipe.file, 1, 1, 1}, "plan.nothing-to-do",
                          "the recipe has no backgrounds, patterns or combinations: nothing would be made");
    }
    warn_about_uncombined(plan, diagnostics);
  }
  return plan;
}

namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMostNames = 12;
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostNames));
  std::string list = fmt::format("{}", fmt::join(names.begin(), end, ", "));
  if (names.size() > kMostNames) list += fmt::format(" and {} more", names.size() - kMostNames);
  return list;
}

// Which tasks a recipe uses together in one simulation, and which it says that it never does.
class Simulations {
 public:
  explicit Simulations(const Plan& plan) : sets_of_(plan.tasks.size()) {
    for (const Task& task : plan.tasks) {
      if (task.combined() == nullptr) continue;
      for (const TaskIndex need : task.needs) sets_of_[need].insert(sets_);
      ++sets_;
    }
    for (const std::set<std::string>& names : plan.recipe.alternatives) {
      for (const std::string& name : names) {
        if (const auto index = plan.index_of(name)) sets_of_[*index].insert(sets_);
      }
      ++sets_;
    }
  }

  // Some set has both.
  bool settle(TaskIndex a, TaskIndex b) const {
    const std::set<std::size_t>& of_b = sets_of_[b];
    return std::any_of(sets_of_[a].begin(), sets_of_[a].end(), [&](std::size_t set) { return of_b.contains(set); });
  }

 private:
  std::size_t sets_ = 0;
  std::vector<std::set<std::size_t>> sets_of_;  // by task: combinations and alternatives that it is in
};

// The tasks that a simulation of one population may be meant to use together.
struct Feeding {
  std::vector<TaskIndex> backgrounds, patterns;
};

}  // namespace

void warn_about_uncombined(const Plan& plan, Diagnostics& diagnostics) {
  std::map<std::string, Feeding> feeding;
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
    const Task& task = plan.tasks[i];
    if (task.kind != TaskKind::background && task.kind != TaskKind::pattern) continue;
    for (const std::string& population : task.populations) {
      Feeding& of = feeding[population];
      (task.kind == TaskKind::background ? of.backgrounds : of.patterns).push_back(i);
    }
  }
  const Simulations simulations(plan);
  for (const auto& [population, tasks] : feeding) {
    // A background goes with a stimulus; several backgrounds, or several stimuli, are for several simulations.
    std::vector<std::string> backgrounds, patterns;
    std::set<TaskIndex> apart;
    const Task* first = nullptr;
    for (const TaskIndex background : tasks.backgrounds) {
      for (const TaskIndex pattern : tasks.patterns) {
        if (simulations.settle(background, pattern)) continue;
        if (first == nullptr) first = &plan.tasks[pattern];
        if (apart.insert(background).second) backgrounds.push_back(plan.tasks[background].name);
        if (apart.insert(pattern).second) patterns.push_back(plan.tasks[pattern].name);
      }
    }
    if (first == nullptr) continue;
    constexpr std::size_t kMostInAdvice = 8;
    std::vector<std::string> never = backgrounds;
    never.insert(never.end(), patterns.begin(), patterns.end());
    if (never.size() > kMostInAdvice) never = {backgrounds.front(), patterns.front()};
    std::string name = "trial";
    while (plan.index_of(name)) name += "_input";
    diagnostics.warning(
        first->loc, "plan.not-combined",
        fmt::format("{} {} and {} {} feed population '{}', and nothing combines them: a simulator takes only one input "
                    "for a population",
                    backgrounds.size() == 1 ? "background" : "backgrounds", listed(backgrounds),
                    patterns.size() == 1 ? "pattern" : "patterns", listed(patterns), population),
        fmt::format("to use them together: combine: {{{0}: {{from: [{1}, {2}]}}}}; if that is never meant: "
                    "alternatives: [{3}]",
                    name, backgrounds.front(), patterns.front(), fmt::join(never, ", ")));
  }
}

}  // namespace stimgen
