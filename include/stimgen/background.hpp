// Backgrounds: ongoing activity in which every node has a constant rate of its own, drawn from its group's
// distribution.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stimgen/network.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/recipe.hpp"
#include "stimgen/source.hpp"
#include "stimgen/streams.hpp"

namespace stimgen {

// Nodes that share a rate distribution, or that have listed rates.
struct BackgroundGroup {
  std::string label;           // the group_by value; "all" without group_by; "others"
  std::string setting;         // how settings call it; no two groups of any background have the same
  std::uint64_t train_id = 0;  // TrainGroup::id
  RateDistribution distribution;
  std::vector<NodeRow> rows;      // ascending
  std::vector<double> listed_hz;  // of each row, if the rates are listed (values: property or csv); else empty

  // Expected spikes of the whole group over `duration_ms`.
  double expected_spikes(double duration_ms) const;
  TrainGroup train_group() const;
};

// One entry of `backgrounds`, read and bound to its population.
class Background final : public SampledSource {
 public:
  std::string kind() const override { return "background"; }
  std::string entry_json() const override;
  NodeRates node_rates(WorkerPool* pool = nullptr) const override;
  SourceGroups groups() const override;
  std::uint64_t node_count() const override;
  double expected_spikes() const override;
  Settings settings() const override;

  std::string name;
  SourceLoc loc;
  Value body;                                // with defaults
  std::vector<BackgroundGroup> node_groups;  // every driven node is in exactly one
};

// Default window of tasks that give none.
struct BackgroundDefaults {
  double start_ms = 0;
  std::optional<double> stop_ms;
};

std::span<const FieldDoc> background_fields();

// Reads one entry, all but the point process; nullptr after an error. A node's rate depends on the key of
// Purpose::rate, its id and its group's distribution only.
std::unique_ptr<Background> read_background(const Entry& entry, const Value& defaults, const Network& network,
                                            const BackgroundDefaults& times, const Seeds& seeds,
                                            Diagnostics& diagnostics);

}  // namespace stimgen
