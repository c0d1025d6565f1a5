// Assemblies: an ordered list of disjoint groups of nodes of one population, with the labels that reports show.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/grammar.hpp"
#include "stimgen/network.hpp"
#include "stimgen/streams.hpp"

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
  virtual const AssemblySet* other(std::string_view set_name) const = 0;
};

// One way to form groups, with its keys read. Immutable.
class Grouping {
 public:
  virtual ~Grouping() = default;
  // The set this one is made from, empty if none.
  virtual std::string needs_set() const { return {}; }
  // Groups before `fraction` is applied, of the nodes of `selection` (selection_fields(): every kind takes them).
  // Problems go to `diagnostics`, located by the grouping's own values; then the result is of no use. Random decisions
  // are drawn from streams.key(Purpose::assembly), which is asked for only if there are any.
  virtual AssemblySet make(const AssemblyContext& context, const PopulationSelection& selection, Streams& streams,
                           Diagnostics& diagnostics) const = 0;
};

struct AssemblyKind {
  KindInfo info;  // the method's own keys; besides, every kind has assembly_common_fields() and selection_fields()
  std::unique_ptr<const Grouping> (*make)(Fields& fields);  // after an error the result is of no use, and may be null
  // The nodes are those of needs_set(): `population` follows from it, and no default selects among them.
  bool nodes_of_other_set = false;
};
std::span<const AssemblyKind* const> assembly_kinds();
// Keys every method has: `method` and `fraction`.
std::span<const FieldDoc> assembly_common_fields();

// One entry of `assemblies`, read but not made.
struct AssemblyDefinition {
  std::string name;
  SourceLoc loc;
  Value body;                                // with defaults; owned because the grouping points into it
  Said said;                                 // by the body, in canonical form
  const AssemblyKind* kind = nullptr;        // nullptr after an error
  std::unique_ptr<const Grouping> grouping;  // nullptr after an error
  double fraction = 1;
  SourceLoc fraction_loc;
};

// Reads one entry. Problems go to `diagnostics`. The definition does not move afterwards.
std::unique_ptr<AssemblyDefinition> read_assembly(const Entry& entry, const Value& defaults, Diagnostics& diagnostics);
// Makes the groups and applies `fraction` (nearest, halves up; drawn by Purpose::fraction at counter id = group index).
// A set without groups and a group without nodes are errors. After an error the set's population is nullptr. `streams`
// are those of the set's name. Requires: the definition has a grouping. An unknown needs_set() is the caller's to
// report.
AssemblySet make_assembly_set(const AssemblyDefinition& definition, const AssemblyContext& context, Streams& streams,
                              Diagnostics& diagnostics);

}  // namespace stimgen
