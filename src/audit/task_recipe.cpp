// The recipe's words, with defaults merged and variables filled in.
#include "audit/task_recipe.hpp"

#include <fmt/format.h>

#include "audit/entry_json.hpp"
#include "stimgen/language.hpp"

namespace stimgen {
namespace {

SortedJson to_json(const Value& body, std::initializer_list<std::span<const FieldDoc>> tables) {
  return SortedJson::parse(written_as_json(body, tables));
}

SortedJson population_json(const std::string& name, const Value& body) {
  Value populations, network;
  populations.kind = network.kind = Value::Kind::mapping;
  populations.members.push_back({name, {}, body});
  network.members.push_back({"populations", {}, std::move(populations)});
  for (const SectionDoc& section : language_tables().networks) {
    if (section.name == "networks") return to_json(network, {section.fields})["populations"][name];
  }
  return nullptr;
}

// Whether a task's own `stop` closes its window, so that time.stop would change nothing.
void add_time(const Recipe& recipe, SortedJson& json) {
  json["time"]["start"] = format_time(recipe.start_ms.value_or(0));
  if (recipe.stop_ms) json["time"]["stop"] = format_time(*recipe.stop_ms);
}

}  // namespace

std::string task_recipe(const Plan& plan, const Task& task) {
  const Recipe& recipe = plan.recipe;
  std::vector<TaskIndex> open{*plan.index_of(task.kind, task.name)};
  std::vector<bool> wanted(plan.tasks.size(), false);
  SortedJson json = {{"stimgen", 1},
                     {"name", task.name},
                     {"seeds", {{"network", recipe.seeds.network}, {"spikes", recipe.seeds.spikes}}}};
  add_time(recipe, json);
  const OutputSettings& output = recipe.output;
  json["output"] = {{"sort", output.sort == SpikeOrder::by_time ? "by_time" : "by_id"},
                    {"compression", output.compression == Compression::gzip ? "gzip" : "none"},
                    {"level", output.level}};
  if (output.resolution_ms > 0) json["output"]["resolution"] = format_time(output.resolution_ms);
  while (!open.empty()) {
    const TaskIndex index = open.back();
    open.pop_back();
    if (wanted[index]) continue;
    wanted[index] = true;
    const Task& needed = plan.tasks[index];
    open.insert(open.end(), needed.needs.begin(), needed.needs.end());
    switch (needed.kind) {
      case TaskKind::network: {
        const Value* populations = recipe.networks.find("populations");
        const Value* body = populations != nullptr ? populations->find(needed.name) : nullptr;
        if (body != nullptr) json["networks"]["populations"][needed.name] = population_json(needed.name, *body);
        break;
      }
      case TaskKind::assembly:
        for (const auto& definition : plan.assembly_definitions) {
          if (definition->name != needed.name) continue;
          json["assemblies"][needed.name] =
              to_json(definition->body, {assembly_common_fields(), selection_fields(), definition->kind->info.fields});
        }
        break;
      case TaskKind::background:
        json["backgrounds"][needed.name] =
            to_json(plan.spike_inputs.at(index).background->body, {selection_fields(), background_fields()});
        break;
      case TaskKind::pattern: {
        const PatternDefinition& pattern = *plan.spike_inputs.at(index).pattern;
        json["patterns"][needed.name] = to_json(pattern.body, {pattern_common_fields(), pattern.kind->info.fields});
        break;
      }
      case TaskKind::combine:
        for (const Entry& entry : recipe.combine.entries) {
          if (entry.name != needed.name) continue;
          const Value body = with_defaults(entry, recipe.combine.defaults, {combine_fields()});
          json["combine"][needed.name] = to_json(body, {combine_fields()});
        }
        break;
    }
  }
  return json.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
}

}  // namespace stimgen
