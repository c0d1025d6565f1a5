// The time window of a file's recipe, by its record.
#include <string>

#include <nlohmann/json.hpp>

#include "audit/provenance.hpp"
#include "stimgen/audit.hpp"

namespace stimgen {
namespace {

std::optional<double> time_at(const nlohmann::json& recipe, const char* section, const char* key) {
  const auto found =
      recipe.value(nlohmann::json::json_pointer(std::string("/") + section + "/" + key), nlohmann::json());
  if (!found.is_string()) return std::nullopt;
  Diagnostics ignored;
  Value value;
  value.kind = Value::Kind::scalar;
  value.text = found.get<std::string>();
  return read_time_ms(value, ignored);
}

// A record may have been copied into another file, as by whoever cuts one with h5py and keeps the rest.
bool is_of(const Provenance& record, const SpikeReader& file) {
  if (!record.intact) return false;
  for (const auto& [key, entry] : record.lock.tasks) {
    if (entry.name != record.task || entry.file.empty()) continue;
    if (entry.populations.size() != file.populations().size()) return false;
    for (const PopulationInfo& population : file.populations()) {
      const auto found = entry.populations.find(population.name);
      if (found == entry.populations.end() || found->second.spikes != population.count) return false;
    }
    return true;
  }
  return false;
}

}  // namespace

std::optional<RecordedWindow> recorded_window(const SpikeReader& file) {
  try {
    const Provenance record = read_provenance(file);
    if (!is_of(record, file)) return std::nullopt;
    const auto recipe = nlohmann::json::parse(record.recipe_text, nullptr, false);
    if (!recipe.is_object()) return std::nullopt;
    const std::optional<double> stop_ms = time_at(recipe, "time", "stop");
    const double start_ms = time_at(recipe, "time", "start").value_or(0);
    if (!stop_ms || *stop_ms <= start_ms) return std::nullopt;
    return RecordedWindow{{start_ms, *stop_ms}, time_at(recipe, "output", "resolution").value_or(0)};
  } catch (const InputError&) {
    return std::nullopt;  // it has none, or one that tells nothing
  }
}

}  // namespace stimgen
