// A plan that knows nothing but the names of its files: for those who compare files with a lock, and may have neither
// the networks nor the recordings that the recipe takes.
#include "plan/build.hpp"

namespace stimgen {

Plan outline_plan(Recipe recipe) {
  Plan plan;
  plan.recipe = std::move(recipe);
  const auto add = [&plan](TaskKind kind, const Section& section) {
    for (const Entry& entry : section.entries) {
      Task task;
      task.kind = kind;
      task.name = entry.name;
      set_output(plan, task);
      add_task(plan, std::move(task));
    }
  };
  add(TaskKind::background, plan.recipe.backgrounds);
  add(TaskKind::pattern, plan.recipe.patterns);
  add(TaskKind::combine, plan.recipe.combine);
  return plan;
}

}  // namespace stimgen
