// Reading the sources of edges, block by block.
#include "network/edges.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "h5/read.hpp"
#include "network/sonata_config.hpp"

namespace stimgen {
namespace {

constexpr std::uint64_t kBlockEdges = 1U << 20U;

}  // namespace

NodeMask mark_sources(const NodePopulation& population, const std::filesystem::path& edges_file,
                      const std::string& edge_population, const SourceLoc& loc, Diagnostics& diagnostics) {
  NodeMask mask(population.size(), 0);
  if (!require_file(edges_file, "edges file", loc, diagnostics)) return mask;
  const h5::ReadFile file(edges_file, "a SONATA edges file");
  const auto wrong = [&](const std::string& what, const std::string& help = {}) {
    diagnostics.error(loc, "network.bad-edges", printable(file.path()) + ": " + what, help);
    return mask;
  };
  if (!file.has_group("/edges")) return wrong("not a SONATA edges file: it has no group /edges");
  std::vector<std::string> names;
  for (const h5::Child& child : file.children("/edges")) {
    if (child.kind == h5::ObjectKind::group) names.push_back(child.name);
  }
  std::string name = edge_population;
  if (name.empty()) {
    if (names.size() != 1) {
      return wrong(fmt::format("the file has {} edge populations", names.size()),
                   names.empty() ? "" : fmt::format("choose one with population: {}", fmt::join(names, " or ")));
    }
    name = names.front();
  } else if (std::find(names.begin(), names.end(), name) == names.end()) {
    return wrong(fmt::format("no edge population is called '{}'", printable(name)), suggest(name, names));
  }
  const std::string object = "/edges/" + name + "/source_node_id";
  const h5::Dataset sources = file.open_dataset(object);
  if (!sources.info().is_integer() || sources.info().rank() != 1) return wrong(object + " is not a list of integers");
  if (const auto from = file.read_attribute(object, "node_population"); from && from->text != population.name()) {
    return wrong(fmt::format("the edges of '{}' start from nodes of '{}', not of '{}'", printable(name),
                             printable(from->text), population.name()));
  }
  const std::uint64_t count = sources.info().rows();
  for (std::uint64_t first = 0; first < count; first += kBlockEdges) {
    for (const NodeId id : sources.read_uint64(first, std::min(kBlockEdges, count - first))) {
      const auto row = population.row_of(id);
      if (!row) {
        return wrong(fmt::format("an edge of '{}' starts from node {}, which population '{}' does not have",
                                 printable(name), id, population.name()));
      }
      mask[*row] = 1;
    }
  }
  return mask;
}

}  // namespace stimgen
