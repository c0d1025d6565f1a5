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
#include "stimgen/streams.hpp"
#include "stimgen/worker_pool.hpp"

namespace stimgen {

// Nodes that share a rate distribution, or that have listed rates.
struct BackgroundGroup {
  std::string label;  // the group_by value; "all" without group_by; "others"
  RateDistribution distribution;
  std::vector<NodeRow> rows;      // ascending
  std::vector<double> listed_hz;  // of each row, if the rates are listed (values: property or csv); else empty

  // Expected spikes of the whole group over `duration_ms`.
  double expected_spikes(double duration_ms) const;
};

// One entry of `backgrounds`, read and bound to its population.
struct Background {
  std::string name;
  SourceLoc loc;
  Value body;  // with defaults
  Said said;   // by the body, in canonical form
  const NodePopulation* population = nullptr;
  TimeWindow window;
  std::vector<BackgroundGroup> groups;  // every driven node is in exactly one
  Streams streams;                      // what its rates are drawn from
  const Value* process = nullptr;       // into body
};

// Default window of tasks that give none.
struct BackgroundDefaults {
  double start_ms = 0;
  std::optional<double> stop_ms;
};

// Rates of every node of a background, by ascending node id.
struct BackgroundRates {
  NodeIds node_ids;  // refer to the population's if all of it is driven
  std::vector<double> rates_hz;
  std::vector<std::uint32_t> groups;  // index into Background::groups
};

std::span<const FieldDoc> background_fields();

// Reads one entry; nullptr after an error.
std::unique_ptr<Background> read_background(const Entry& entry, const Value& defaults, const Network& network,
                                            const BackgroundDefaults& times, const Seeds& seeds,
                                            Diagnostics& diagnostics);

// `key` is that of Purpose::rate: a node's rate depends on the key, its id and its group's distribution only. With a
// pool its threads draw, too.
BackgroundRates draw_background_rates(const Background& background, StreamKey key, WorkerPool* pool = nullptr);

}  // namespace stimgen
