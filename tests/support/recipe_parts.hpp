// Pieces of recipes for tests: parsed values, entries, inline networks, patterns applied to groups.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stimgen/assembly.hpp"
#include "stimgen/pattern.hpp"

namespace stimgen::test {

Value parse_yaml(const std::string& text);
Entry parse_entry(const std::string& name, const std::string& yaml);
// All messages with their help, one a line: "code: message (help)".
std::string messages(const Diagnostics& diagnostics);
bool has_code(const Diagnostics& diagnostics, const std::string& code);

// An inline network and the sets made so far.
class AssemblyBench : public AssemblyContext {
 public:
  // `populations`: YAML of networks.populations.
  explicit AssemblyBench(const std::string& populations, std::uint64_t seed = 1);

  const Network& network() const override { return *network_; }
  const AssemblySet* other(std::string_view set_name) const override;

  // Reads and makes one entry and keeps it for later ones; problems are in diagnostics().
  const AssemblySet& make(const std::string& name, const std::string& yaml, const std::string& defaults = {});
  // Only the last make()'s.
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  std::uint64_t seed_;
  std::unique_ptr<Network> network_;
  std::map<std::string, AssemblySet, std::less<>> sets_;
  Diagnostics diagnostics_;
};

using Groups = std::vector<std::vector<NodeId>>;
Groups groups_of(const AssemblySet& set);
std::vector<std::string> labels_of(const AssemblySet& set);

// One pattern applied to groups.
struct PatternRun {
  std::unique_ptr<PatternDefinition> definition;  // nullptr after an error
  std::vector<GroupRate> rates;
  Diagnostics diagnostics;
};
PatternRun run_pattern(const std::string& yaml, const Groups& groups, const PatternDefaults& times = {},
                       std::uint64_t network_seed = 7);
// `count` groups of `size` nodes with consecutive ids.
Groups equal_groups(std::size_t count, std::size_t size);

using Vertices = std::vector<RateVertex>;
// "(0, 1) (1000, 1) …" in ms and Hz.
std::string text_of(const Vertices& vertices);

}  // namespace stimgen::test
