// Named node sets: basic ones (a condition) and compound ones (a list of names, their union).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "network/condition.hpp"
#include "network/sonata_config.hpp"
#include "stimgen/network.hpp"

namespace stimgen {

class NodeSets {
 public:
  // Adds the sets of a file or of a config's `node_sets`. Of two of one name and other content that of a simulation
  // counts against that of its circuit; any others are an error at both places.
  void add(const Value& sets, NodeSetOwner owner, Diagnostics& diagnostics);
  // Warns, once, of the sets that those of a simulation take the place of.
  void report_overridden(Diagnostics& diagnostics) const;
  // A file that is not there: the sets that nobody knows may be in it.
  void add_missing_file(const std::string& shown) { missing_files_.push_back(shown); }
  std::vector<std::string> names() const;
  // Reported at `loc`: an unknown name, in the recipe or in a compound set, and sets that contain themselves.
  NodeMask select(const NodePopulation& population, const std::string& name, const SourceLoc& loc,
                  Diagnostics& diagnostics) const;

 private:
  struct NodeSet {
    SourceLoc loc;  // of the name
    Value rule;
    NodeSetOwner owner = NodeSetOwner::recipe;
  };
  struct Overridden {
    std::string name;
    SourceLoc loc;        // of the one that counts
    SourceLoc other_loc;  // of the circuit's
  };
  std::string help_for_unknown(const std::string& name) const;

  std::map<std::string, NodeSet> sets_;
  std::vector<Overridden> overridden_;
  std::vector<std::string> missing_files_;
};

}  // namespace stimgen
