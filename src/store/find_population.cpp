// One population among those of a file.
#include <fmt/format.h>

#include "stimgen/diagnostic.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

const PopulationInfo* find_population(const SpikeReader& reader, std::string_view name) {
  for (const PopulationInfo& info : reader.populations()) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

const PopulationInfo& population_of(const SpikeReader& reader, std::string_view name, std::string_view context) {
  if (const PopulationInfo* found = find_population(reader, name)) return *found;
  std::vector<std::string> names;
  for (const PopulationInfo& info : reader.populations()) names.push_back(info.name);
  throw InputError("spikes.population",
                   fmt::format("'{}' has no population '{}'{}", printable(reader.path()), printable(name), context),
                   names.empty() ? "it has none at all" : suggest(name, names));
}

}  // namespace stimgen
