// A pattern as the source of a task's spikes: the rate functions of its groups spread over their nodes.
#include <algorithm>

#include <fmt/format.h>

#include "base/profile.hpp"
#include "stimgen/canonical.hpp"
#include "stimgen/language.hpp"
#include "stimgen/pattern.hpp"

namespace stimgen {

BoundPattern::BoundPattern(std::unique_ptr<const PatternDefinition> definition, const Seeds& seeds)
    : definition_(std::move(definition)) {
  streams = Streams(seeds, definition_->name, definition_->stream);
  said = definition_->said;
  process_value = definition_->process;
}

bool BoundPattern::bind(const PatternGroups& groups, const NodePopulation& driven, Diagnostics& diagnostics) {
  population = &driven;
  labels_ = groups.labels;
  const std::size_t errors_before = diagnostics.error_count();
  group_rates_ = definition_->pattern->rates(groups, streams, diagnostics);
  if (!group_rates_.empty()) window = group_rates_.front().rate.window();
  return diagnostics.error_count() == errors_before;
}

std::string BoundPattern::kind() const {
  return fmt::format("pattern {}", definition_->kind->info.name);
}

std::string BoundPattern::entry_json() const {
  return written_as_json(definition_->body, {pattern_common_fields(), definition_->kind->info.fields});
}

std::vector<std::pair<NodeId, std::uint32_t>> BoundPattern::sorted_nodes() const {
  std::size_t total = 0;
  for (const GroupRate& group : group_rates_) total += group.node_ids.size();
  std::vector<std::pair<NodeId, std::uint32_t>> nodes;
  nodes.reserve(total);
  for (std::size_t i = 0; i < group_rates_.size(); ++i) {
    for (const NodeId id : group_rates_[i].node_ids) nodes.emplace_back(id, static_cast<std::uint32_t>(i));
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

NodeRates BoundPattern::node_rates(WorkerPool*) const {
  const ProfiledStage stage(Stage::rates);
  NodeRates rates;
  rates.window = window;
  for (const std::string& label : labels_) rates.groups.push_back({train_group_id("assembly", label)});
  for (const GroupRate& group : group_rates_) {
    rates.functions.push_back(group.rate);
    rates.group_of_function.push_back(static_cast<std::uint32_t>(group.group));
  }
  const auto nodes = sorted_nodes();
  std::vector<NodeId> ids;
  ids.reserve(nodes.size());
  rates.function_of_node.reserve(nodes.size());
  for (const auto& [id, index] : nodes) {
    ids.push_back(id);
    rates.function_of_node.push_back(index);
  }
  rates.node_ids = std::move(ids);
  return rates;
}

SourceGroups BoundPattern::groups() const {
  SourceGroups groups;
  groups.labels = labels_;
  groups.drawn_from.assign(labels_.size(), nullptr);
  for (const GroupRate& rate : group_rates_) groups.of_function.push_back({rate.subgroup, rate.node_ids.size()});
  groups.by = fmt::format("assembly set '{}'", definition_->assemblies);
  return groups;
}

std::uint64_t BoundPattern::node_count() const {
  std::uint64_t count = 0;
  for (const GroupRate& group : group_rates_) count += group.node_ids.size();
  return count;
}

double BoundPattern::expected_spikes() const {
  double expected = 0;
  for (const GroupRate& group : group_rates_) {
    expected += static_cast<double>(group.node_ids.size()) * group.rate.total_intensity();
  }
  return expected;
}

Settings BoundPattern::settings() const {
  Settings settings{{"pattern", std::string(definition_->kind->info.name)},
                    {"pattern version", fmt::format("{}", definition_->kind->info.version)}};
  for (std::size_t g = 0; g < group_rates_.size(); ++g) {
    const std::string prefix = fmt::format("rate {:06}", g);
    settings.emplace_back(prefix + " nodes", canonical_digest(std::span<const NodeId>(group_rates_[g].node_ids)));
    settings.emplace_back(prefix + " function", canonical_digest(group_rates_[g].rate));
  }
  return settings;
}

}  // namespace stimgen
