// The record in a spike file: the lock's entries of its task and of what that needs, and a recipe of the task alone.
#include "audit/provenance.hpp"

#include <fmt/format.h>

#include "audit/entry_json.hpp"
#include "audit/task_recipe.hpp"

namespace stimgen {
namespace {

constexpr int kRecordVersion = 2;

// JSON as a recipe may be written: control characters that JSON takes as they are (U+007F, U+0080 … U+009F) escaped.
std::string recipe_text(const SortedJson& recipe) {
  const std::string json = recipe.dump(1);
  std::string text;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const auto byte = static_cast<unsigned char>(json[at]);
    const auto next = at + 1 < json.size() ? static_cast<unsigned char>(json[at + 1]) : 0U;
    if (byte == 0x7F) {
      text += "\\u007f";
    } else if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) {
      text += fmt::format("\\u{:04x}", next);
      ++at;
    } else {
      text += json[at];
    }
  }
  return text;
}

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
  json["recipe"] = SortedJson::parse(task_recipe(plan, task));
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
  const auto recipe = json.find("recipe");
  if (recipe == json.end()) throw damaged("is damaged: it has no recipe");
  provenance.recipe_text = recipe_text(*recipe);
  json.erase("seal");
  provenance.intact = seal == seal_of(json);
  return provenance;
}

}  // namespace stimgen
