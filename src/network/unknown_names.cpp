// What is said of a population or property that a network does not have.
#include <fmt/format.h>

#include "stimgen/network.hpp"

namespace stimgen {

InputError unknown_population(const Network& network, std::string_view name, std::string_view context) {
  if (const std::string why = network.why_unusable(name); !why.empty()) return {"network.bad-file", why};
  const std::vector<std::string> names = network.population_names();
  std::string help = names.empty() ? "the recipe's networks have no population" : suggest(name, names);
  if (!network.complete()) help = "a file of the networks could not be opened (see there), and it may be in that";
  return {"network.unknown-population", fmt::format("no population is called '{}'{}", printable(name), context),
          std::move(help)};
}

InputError unknown_property(const NodePopulation& population, std::string_view name) {
  std::vector<std::string> names{"node_id", "population"};
  for (const ColumnInfo& info : population.columns()) names.push_back(info.name);
  return {"network.unknown-column",
          fmt::format("population '{}' ({}) has no property '{}'", printable(population.name()),
                      printable(population.origin()), printable(name)),
          name.starts_with('$') && names.size() > 2
              ? fmt::format("an operator stands inside of a property, as in {{{}: {{$gte: 2}}}}",
                            printable(names.back(), 60))
              : suggest(name, names)};
}

std::shared_ptr<const Column> find_column(const NodePopulation& population, std::string_view name, const SourceLoc& loc,
                                          Diagnostics& diagnostics) {
  std::shared_ptr<const Column> column = population.column(name);
  if (column == nullptr) diagnostics.add(unknown_property(population, name), loc);
  return column;
}

}  // namespace stimgen
