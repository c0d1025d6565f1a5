// build_plan(): the recipe compiler's back half, stage by stage.
#include "plan/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

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

// The tasks feed one population.
std::string how_to_combine(const Plan& plan, const std::vector<TaskIndex>& tasks) {
  const auto is_combination = [&](TaskIndex i) { return plan.tasks[i].combined() != nullptr; };
  const auto combination = std::find_if(tasks.begin(), tasks.end(), is_combination);
  const auto other = std::find_if_not(tasks.begin(), tasks.end(), is_combination);
  if (combination != tasks.end() && other != tasks.end()) {
    return fmt::format("to use them together add {} to combine.{}.from", plan.tasks[*other].name,
                       plan.tasks[*combination].name);
  }
  std::string name = "trial";
  while (plan.index_of(name)) name += "_input";
  return fmt::format("to use some of them together: combine: {{{}: {{from: [{}, {}]}}}}", name,
                     plan.tasks[tasks[0]].name, plan.tasks[tasks[1]].name);
}

}  // namespace

void warn_about_uncombined(const Plan& plan, Diagnostics& diagnostics) {
  std::set<TaskIndex> combined;
  for (const Task& task : plan.tasks) {
    if (task.combined() != nullptr) combined.insert(task.needs.begin(), task.needs.end());
  }
  // Combinations that feed one population are taken for alternatives, such as trials; a task left alone beside them is
  // more likely forgotten.
  std::map<std::string, std::vector<TaskIndex>> feeding;
  for (const bool combinations : {false, true}) {
    for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
      const Task& task = plan.tasks[i];
      if (!task.makes_file() || (task.combined() != nullptr) != combinations || combined.contains(i)) continue;
      for (const std::string& population : task.populations) {
        if (!combinations || feeding.contains(population)) feeding[population].push_back(i);
      }
    }
  }
  for (const auto& [population, tasks] : feeding) {
    if (tasks.size() < 2) continue;
    std::vector<std::string> names;
    for (const TaskIndex i : tasks) names.push_back(plan.tasks[i].name);
    constexpr std::size_t kMostNames = 12;
    const std::size_t shown = std::min(names.size(), kMostNames);
    std::string list =
        fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (names.size() > shown) list += fmt::format(" and {} more", names.size() - shown);
    diagnostics.warning(plan.tasks[tasks[1]].loc, "plan.not-combined",
                        fmt::format("{} {} feed population '{}', and nothing combines them: a simulator takes only one "
                                    "input for a population",
                                    list, names.size() == 2 ? "both" : "all", population),
                        how_to_combine(plan, tasks));
  }
}

}  // namespace stimgen
