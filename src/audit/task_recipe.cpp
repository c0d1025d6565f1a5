// The recipe's words, with defaults merged and variables filled in.
#include "audit/task_recipe.hpp"

#include <fmt/format.h>

#include "audit/entry_json.hpp"

namespace stimgen {
namespace {

// A plain number stays a number and anything else becomes text, which reads back as the same value.
SortedJson to_json(const Value& value, const std::string& key = {}) {
  switch (value.kind) {
    case Value::Kind::null:
      return nullptr;
    case Value::Kind::sequence: {
      SortedJson list = SortedJson::array();
      for (const Value& item : value.items) list.push_back(to_json(item, key));
      return list;
    }
    case Value::Kind::mapping: {
      SortedJson object = SortedJson::object();
      for (const Value::Member& member : value.members) object[member.key] = to_json(member.value, member.key);
      return object;
    }
    case Value::Kind::scalar:
      break;
  }
  if (key == "csv" || key == "edges" || key == "file") {
    const std::filesystem::path path = value.text;
    return path.is_absolute() ? path.filename().string() : value.text;
  }
  if (value.quoted) return value.text;
  Diagnostics ignored;
  if (const auto integer = read_integer(value, ignored)) return *integer;
  if (const auto integer = read_unsigned(value, ignored)) return *integer;
  if (const auto number = read_number(value, ignored)) return *number;
  if (const auto truth = read_boolean(value, ignored)) return *truth;
  return value.text;
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
        if (body != nullptr) json["networks"]["populations"][needed.name] = to_json(*body);
        break;
      }
      case TaskKind::assembly:
        for (const auto& definition : plan.assembly_definitions) {
          if (definition->name == needed.name) json["assemblies"][needed.name] = to_json(definition->body);
        }
        break;
      case TaskKind::background:
        json["backgrounds"][needed.name] = to_json(plan.spike_inputs.at(index).background->body);
        break;
      case TaskKind::pattern:
        json["patterns"][needed.name] = to_json(plan.spike_inputs.at(index).pattern->body);
        break;
      case TaskKind::combine:
        for (const Entry& entry : recipe.combine.entries) {
          if (entry.name == needed.name) {
            json["combine"][needed.name] = to_json(with_defaults(entry, recipe.combine.defaults, {combine_fields()}));
          }
        }
        break;
    }
  }
  return json.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
}

}  // namespace stimgen
