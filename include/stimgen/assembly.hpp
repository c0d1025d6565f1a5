// Assemblies: an ordered list of disjoint groups of nodes of one population, with the labels that reports show.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/network.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {

struct Assembly {
  std::string label;
  std::vector<NodeId> node_ids;  // ascending, not empty
};

struct AssemblySet {
  std::string name;
  const NodePopulation* population = nullptr;
  std::vector<Assembly> groups;  // pairwise disjoint
};

// What a grouping may look at. `other` finds a set made before (nullptr if it failed).
class AssemblyContext {
 public:
  virtual ~AssemblyContext() = default;
  virtual const Network& network() const = 0;
  virtual std::uint64_t network_seed() const = 0;
  virtual const AssemblySet* other(std::string_view set_name) const = 0;
};

// One way to form groups, with its keys read. Immutable.
class Grouping {
 public:
  virtual ~Grouping() = default;
  // The set this one is made from, empty if none.
  virtual std::string needs_set() const { return {}; }
  // Groups before `fraction` is applied. Problems go to `diagnostics`, located by the grouping's own values.
  // `stream_name` is the set's name: random decisions use make_stream_key("assembly", seed, set name).
  virtual AssemblySet make(const std::string& set_name, const AssemblyContext& context,
                           Diagnostics& diagnostics) const = 0;
};

struct AssemblyKind {
  KindInfo info;
  std::unique_ptr<const Grouping> (*make)(Fields& fields);
};
std::span<const AssemblyKind* const> assembly_kinds();
// Keys every method shares: `method`, `fraction` and the selection's.
std::span<const FieldDoc> assembly_common_fields();

// One entry of `assemblies`, read but not made.
struct AssemblyDefinition {
  std::string name;
  SourceLoc loc;
  Value body;  // with defaults; owned because the grouping points into it
  const AssemblyKind* kind = nullptr;
  std::unique_ptr<const Grouping> grouping;
  double fraction = 1;
  SourceLoc fraction_loc;
};

// Reads one entry; grouping is null after an error. The definition does not move afterwards.
std::unique_ptr<AssemblyDefinition> read_assembly(const Entry& entry, const Value& defaults, Diagnostics& diagnostics);
// Makes the groups and applies `fraction` (nearest, halves up; drawn by make_stream_key("fraction", seed, set name) at
// counter id = group index). A set without groups, a group without nodes and overlapping groups are errors.
AssemblySet make_assembly_set(const AssemblyDefinition& definition, const AssemblyContext& context,
                              Diagnostics& diagnostics);

}  // namespace stimgen
