// Patterns: time-varying input to the groups of one assembly set, reduced to one rate function per (sub)group.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stimgen/grammar.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/source.hpp"
#include "stimgen/streams.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// The groups a pattern is applied to: node ids of each, ascending.
struct PatternGroups {
  std::vector<std::string> labels;
  std::vector<std::span<const NodeId>> node_ids;
  std::size_t size() const { return node_ids.size(); }
};

// What one group, or one sub-group of it, gets.
struct GroupRate {
  std::size_t group = 0;
  // Only join: k of 0 … steps-1 in the order of joining, `steps` for the nodes that never take part.
  std::optional<std::size_t> subgroup;
  std::vector<NodeId> node_ids;  // ascending, not empty
  RateFunction rate;             // on [time.start, stop)
};

// One pattern with its keys read. Immutable.
class Pattern {
 public:
  virtual ~Pattern() = default;
  // One element for each group (join: sub-group with nodes), in order of group, then sub-group; every node of every
  // group is in exactly one. Problems that need the groups (a bad `select`, an odd number for fade) go to
  // `diagnostics`. What is drawn is drawn from `streams`, those of the pattern: who joins when from Purpose::join.
  virtual std::vector<GroupRate> rates(const PatternGroups& groups, Streams& streams,
                                       Diagnostics& diagnostics) const = 0;
};

// The window of the recipe around a pattern: input exists from `start_ms` (time.start) to the pattern's `stop`.
struct PatternDefaults {
  double start_ms = 0;
  std::optional<double> stop_ms;
  SourceLoc start_loc{}, stop_loc{};  // where the recipe says so; without a file: nowhere
};

// Times of patterns count in whole picoseconds up to this magnitude (ten days), so that sums of them fit 63 bits.
inline constexpr double kLongestTimeMs = 9e8;

struct PatternKind {
  KindInfo info;  // the keys that not all patterns have
  // After an error the result is of no use, and may be null.
  std::unique_ptr<const Pattern> (*make)(Fields& fields, const PatternDefaults& defaults);
};
std::span<const PatternKind* const> pattern_kinds();
// Keys of all patterns: type, assemblies, start, stop, off_time, cycles, select, rates.off, rates.silent, process,
// stream.
std::span<const FieldDoc> pattern_common_fields();

// One entry of `patterns`, read. Does not move afterwards.
struct PatternDefinition {
  std::string name;
  SourceLoc loc;  // of the name
  Value body;     // with defaults; owned because others point into it
  Said said;      // by the body, in canonical form
  const PatternKind* kind = nullptr;
  std::unique_ptr<const Pattern> pattern;
  std::string assemblies;  // the set's name …
  SourceLoc assemblies_loc;
  std::string stream;              // `stream`, or the name
  const Value* process = nullptr;  // into body, for make_process(); nullptr: the default
};
// Finds the kind by `type`, merges the section's defaults, reads every key; nullptr after an error.
std::unique_ptr<PatternDefinition> read_pattern(const Entry& entry, const Value& defaults, const PatternDefaults& times,
                                                Diagnostics& diagnostics);

// A pattern on the groups of its assembly set.
class BoundPattern final : public SampledSource {
 public:
  BoundPattern(std::unique_ptr<const PatternDefinition> definition, const Seeds& seeds);
  // Makes the rates of the groups; false after an error. Requires: called once, before all below.
  bool bind(const PatternGroups& groups, const NodePopulation& population, Diagnostics& diagnostics);

  const PatternDefinition& definition() const { return *definition_; }
  const std::vector<GroupRate>& group_rates() const { return group_rates_; }
  std::string kind() const override;
  std::string entry_json() const override;
  NodeRates node_rates(WorkerPool* pool = nullptr) const override;
  SourceGroups groups() const override;
  std::uint64_t node_count() const override;
  double expected_spikes() const override;
  Settings settings() const override;

 private:
  // Every node with the index of its rate, ascending.
  std::vector<std::pair<NodeId, std::uint32_t>> sorted_nodes() const;

  std::unique_ptr<const PatternDefinition> definition_;
  std::vector<std::string> labels_;
  std::vector<GroupRate> group_rates_;
};

}  // namespace stimgen
