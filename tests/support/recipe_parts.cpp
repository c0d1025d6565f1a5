// Builds pieces of recipes for tests.
#include "support/recipe_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace stimgen::test {

Value parse_yaml(const std::string& text) {
  SourceFile file;
  file.path = "test.yaml";
  file.text = text;
  file.directory = ".";
  Diagnostics diagnostics;
  Value value = parse_document(std::make_shared<const SourceFile>(std::move(file)), diagnostics);
  if (diagnostics.has_errors()) throw std::runtime_error(render(diagnostics));
  return value;
}

Entry parse_entry(const std::string& name, const std::string& yaml) {
  Entry entry;
  entry.name = name;
  if (!yaml.empty()) entry.body = parse_yaml(yaml);
  entry.loc = entry.body.loc;
  return entry;
}

std::string messages(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) {
    text += fmt::format("{}: {} ({})\n", item.code, item.message, item.help);
  }
  return text;
}

bool has_code(const Diagnostics& diagnostics, const std::string& code) {
  return std::any_of(diagnostics.items().begin(), diagnostics.items().end(),
                     [&](const Diagnostic& item) { return item.code == code; });
}

AssemblyBench::AssemblyBench(const std::string& populations, std::uint64_t seed) : seed_(seed) {
  Diagnostics diagnostics;
  network_ = open_network(parse_yaml("populations: " + populations), seed, diagnostics);
  if (diagnostics.has_errors()) throw std::runtime_error(render(diagnostics));
}

const AssemblySet* AssemblyBench::other(std::string_view set_name) const {
  const auto found = sets_.find(set_name);
  return found == sets_.end() ? nullptr : &found->second;
}

const AssemblySet& AssemblyBench::make(const std::string& name, const std::string& yaml, const std::string& defaults) {
  diagnostics_ = {};
  const auto definition =
      read_assembly(parse_entry(name, yaml), defaults.empty() ? Value() : parse_yaml(defaults), diagnostics_);
  AssemblySet set;
  Streams streams({.network = seed_, .spikes = 0}, name);
  if (definition->grouping != nullptr) set = make_assembly_set(*definition, *this, streams, diagnostics_);
  return sets_.insert_or_assign(name, std::move(set)).first->second;
}

Groups groups_of(const AssemblySet& set) {
  Groups groups;
  for (const Assembly& group : set.groups) groups.push_back(group.node_ids);
  return groups;
}

std::vector<std::string> labels_of(const AssemblySet& set) {
  std::vector<std::string> labels;
  for (const Assembly& group : set.groups) labels.push_back(group.label);
  return labels;
}

PatternRun run_pattern(const std::string& yaml, const Groups& groups, const PatternDefaults& times,
                       std::uint64_t network_seed) {
  PatternRun run;
  run.definition = read_pattern(parse_entry("tone", yaml), Value(), times, run.diagnostics);
  if (run.definition == nullptr) return run;
  PatternGroups pattern_groups;
  Streams streams({.network = network_seed, .spikes = 0}, "tone");
  for (std::size_t i = 0; i < groups.size(); ++i) {
    pattern_groups.labels.push_back(std::to_string(i));
    pattern_groups.node_ids.emplace_back(groups[i]);
  }
  run.rates = run.definition->pattern->rates(pattern_groups, streams, run.diagnostics);
  return run;
}

Groups equal_groups(std::size_t count, std::size_t size) {
  Groups groups(count);
  NodeId next = 0;
  for (auto& group : groups) {
    for (std::size_t i = 0; i < size; ++i) group.push_back(next++);
  }
  return groups;
}

std::string text_of(const Vertices& vertices) {
  std::string text;
  for (const RateVertex& vertex : vertices) {
    text += fmt::format("{}({}, {})", text.empty() ? "" : " ", vertex.time_ms, vertex.rate_hz);
  }
  return text;
}

}  // namespace stimgen::test
