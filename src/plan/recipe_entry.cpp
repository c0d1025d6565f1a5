// The recipe's words for one task, to be written down again.
#include <algorithm>

#include "stimgen/language.hpp"
#include "stimgen/plan.hpp"

namespace stimgen {
namespace {

std::string assembly_json(const Plan& plan, const std::string& name) {
  const auto& definitions = plan.assembly_definitions;
  const auto found = std::find_if(definitions.begin(), definitions.end(),
                                  [&](const auto& definition) { return definition->name == name; });
  if (found == definitions.end()) return {};
  const AssemblyDefinition& definition = **found;
  return written_as_json(definition.body, {assembly_common_fields(), selection_fields(), definition.kind->info.fields});
}

}  // namespace

std::string population_json(const Plan& plan, const std::string& name) {
  const Value* populations = plan.recipe.networks.find("populations");
  const Value* body = populations != nullptr ? populations->find(name) : nullptr;
  if (body == nullptr) return {};
  for (const SectionDoc& section : network_docs()) {
    if (section.name != "networks") continue;
    for (const FieldDoc& key : section.fields) {
      if (key.name == "populations") return written_as_json(*body, {key.inside});
    }
  }
  return {};
}

std::string entry_json(const Plan& plan, const Task& task) {
  if (task.source) return task.source->entry_json();
  return task.kind == TaskKind::network ? population_json(plan, task.name) : assembly_json(plan, task.name);
}

}  // namespace stimgen
