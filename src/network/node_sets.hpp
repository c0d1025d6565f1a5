// Named node sets: basic ones (a condition) and compound ones (a list of names, their union).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "network/condition.hpp"
#include "stimgen/network.hpp"

namespace stimgen {

class NodeSets {
 public:
  // Adds the sets of a file or of a config's `node_sets`. The same name with other content is an error at both places.
  void add(const Value& sets, Diagnostics& diagnostics);
  std::vector<std::string> names() const;
  // Reported at `loc`: an unknown name, in the recipe or in a compound set, and sets that contain themselves.
  NodeMask select(const NodePopulation& population, const std::string& name, const SourceLoc& loc,
                  Diagnostics& diagnostics) const;

 private:
  struct NodeSet {
    SourceLoc loc;  // of the name
    Value rule;
  };
  std::map<std::string, NodeSet> sets_;
};

}  // namespace stimgen
