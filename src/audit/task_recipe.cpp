// The recipe's words, with defaults merged and variables filled in.
#include "audit/task_recipe.hpp"

#include <fmt/format.h>

#include "audit/entry_json.hpp"

namespace stimgen {
namespace {

// Whether a task's own `stop` closes its window, so that time.stop would change nothing.
void add_time(const Recipe& recipe, SortedJson& json) {
  json["time"]["start"] = format_time(recipe.start_ms.value_or(0));
  if (recipe.stop_ms) json["time"]["stop"] = format_time(*recipe.stop_ms);
}

// Populations that nothing but the `where` of a recorded file asks for.
void add_chosen_from(const Plan& plan, const CombinedSource& combined, SortedJson& json) {
  for (const CombineSource& source : combined.sources) {
    if (!source.keep) continue;
    const std::string text = population_json(plan, source.population);
    if (!text.empty()) json["networks"]["populations"][source.population] = SortedJson::parse(text);
  }
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
                    {"compression", output.compression == Compression::gzip ? "gzip" : "none"}};
  if (output.compression == Compression::gzip) json["output"]["level"] = output.level;
  if (output.resolution_ms > 0) json["output"]["resolution"] = format_time(output.resolution_ms);
  while (!open.empty()) {
    const TaskIndex index = open.back();
    open.pop_back();
    if (wanted[index]) continue;
    wanted[index] = true;
    const Task& needed = plan.tasks[index];
    open.insert(open.end(), needed.needs.begin(), needed.needs.end());
    if (const std::string text = entry_json(plan, needed); !text.empty()) {
      const SortedJson::json_pointer section(fmt::format("/{}", task_kind_info(needed.kind).section));
      json[section][needed.name] = SortedJson::parse(text);
    }
    if (const CombinedSource* combined = needed.combined()) add_chosen_from(plan, *combined, json);
  }
  return json.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
}

}  // namespace stimgen
