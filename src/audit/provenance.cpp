// The record in a spike file: the lock's entries of its task and of what that needs, and a recipe of the task alone.
#include "audit/provenance.hpp"

#include <fmt/format.h>

#include "audit/entry_json.hpp"
#include "audit/task_recipe.hpp"

namespace stimgen {
namespace {

constexpr int kRecordVersion = 1;
// HDF5 keeps attributes below 64 KiB.
constexpr std::size_t kLongestRecord = 60000;

}  // namespace

std::string provenance_text(const Plan& plan, const Task& task, const Lock& lock) {
  SortedJson json = to_json(lock);
  json["record_version"] = kRecordVersion;
  json["stimgen"] = stimgen_version();
  json["task"] = task.name;
  for (const UsedStream& stream : task.streams) {
    json["streams"][stream.label()] = fmt::format("{:016x}", stream.key.value);
  }
  for (const auto& [key, value] : task.settings) json["settings"][key] = value;
  json["seeds"] = {{"network", plan.recipe.seeds.network}, {"spikes", plan.recipe.seeds.spikes}};
  const std::string recipe = task_recipe(plan, task);
  json["recipe"] = SortedJson::parse(recipe);
  // What can be derived from the rest is left out first.
  for (const char* part : {"settings", "recipe", "assemblies", "networks"}) {
    if (json.dump().size() <= kLongestRecord) break;
    json.erase(part);
  }
  json["seal"] = seal_of(json);
  return json.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
}

Provenance read_provenance(const std::filesystem::path& file) {
  return read_provenance(*open_spike_file(file));
}

Provenance read_provenance(const SpikeReader& file) {
  const std::string shown = printable(file.path());
  const std::string text = file.provenance();
  if (text.empty()) {
    throw InputError("audit.no-record", fmt::format("'{}' has no record of how it was made", shown),
                     "only files that stimgen made can be audited; 'stimgen stats' looks at any spike file");
  }
  auto json = SortedJson::parse(text, nullptr, false);
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
  BlockOrigin origin;
  origin.place = [&](const std::vector<std::string>&) { return fmt::format("the record in '{}'", shown); };
  origin.record = true;
  provenance.lock = lock_from_json(json, origin);
  const auto text_of = [&](const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string()) throw damaged(fmt::format("is damaged: it has no '{}'", key));
    return found->get<std::string>();
  };
  provenance.task = text_of("task");
  provenance.stimgen = text_of("stimgen");
  const std::string seal = text_of("seal");
  if (const auto recipe = json.find("recipe"); recipe != json.end()) provenance.recipe_text = recipe->dump(1);
  json.erase("seal");
  provenance.intact = seal == seal_of(json);
  return provenance;
}

}  // namespace stimgen
