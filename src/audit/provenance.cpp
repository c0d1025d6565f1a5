// The record in a spike file: the lock's entries of its task and of what that needs, and a recipe of the task alone.
#include "audit/provenance.hpp"

#include <fmt/format.h>

#include "audit/entry_json.hpp"
#include "audit/task_recipe.hpp"

namespace stimgen {
namespace {

constexpr int kRecordVersion = 2;

}  // namespace

std::string provenance_text(const Plan& plan, const Task& task, const Lock& lock) {
  SortedJson json = to_json(lock);
  json["record_version"] = kRecordVersion;
  json["task"] = task.name;
  for (const UsedStream& stream : task.streams) {
    json["streams"][stream.label()] = fmt::format("{:016x}", stream.key.value);
  }
  for (const auto& [key, value] : task.settings) json["settings"][key] = value;
  json["seeds"] = {{"network", plan.recipe.seeds.network}, {"spikes", plan.recipe.seeds.spikes}};
  json["recipe"] = SortedJson::parse(task_recipe(plan, task));
  return json.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
}

Provenance read_provenance(const std::filesystem::path& file) {
  const std::string shown = printable(file.string());
  const std::string text = open_spike_file(file)->provenance();
  if (text.empty()) {
    throw InputError("audit.no-record", fmt::format("'{}' has no record of how it was made", shown),
                     "only files that stimgen made can be audited; 'stimgen stats' looks at any spike file");
  }
  const auto json = SortedJson::parse(text, nullptr, false);
  const auto damaged = [&](const std::string& what) {
    return InputError("audit.bad-record", fmt::format("the record in '{}' {}", shown, what));
  };
  if (!json.is_object()) throw damaged("is damaged: it is not JSON");
  if (json.contains("part_version")) {
    throw InputError("audit.no-record", fmt::format("'{}' is a part of a task, without a record to audit it by", shown),
                     "'stimgen run' joins the parts into the file of the task");
  }
  const auto version = json.find("record_version");
  if (version == json.end() || !version->is_number_integer()) throw damaged("is damaged: it has no record_version");
  if (version->get<std::int64_t>() != kRecordVersion) {
    throw damaged(fmt::format("is of version {}, but this stimgen ({}) reads version {}", version->get<std::int64_t>(),
                              stimgen_version(), kRecordVersion));
  }
  Provenance provenance;
  provenance.lock = lock_from_json(json, fmt::format("the record in '{}'", shown));
  const auto task = json.find("task");
  if (task == json.end() || !task->is_string()) throw damaged("is damaged: it names no task");
  provenance.task = task->get<std::string>();
  const auto recipe = json.find("recipe");
  if (recipe == json.end()) throw damaged("is damaged: it has no recipe");
  provenance.recipe_text = recipe->dump(1);
  return provenance;
}

}  // namespace stimgen
