// Spikes like those of the baseline job, for stages that take spikes as they come.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "process/poisson.hpp"
#include "process/poisson_kernel.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/types.hpp"

namespace stimgen::bench {

inline constexpr double kStopMs = 15000;

// Nodes of 20 Hz one after the other, each for 15 s, cut at `count` spikes.
inline SpikeBlock spikes_by_id(std::size_t count) {
  const RateFunction rate = constant_rate(20, {0, kStopMs});
  SpikeBlock block;
  for (NodeId node = 0; block.timestamps_ms.size() < count; ++node) {
    append_poisson_train(active_kernel(), RateWalk(rate), rate.total_intensity(), {1}, node, block.timestamps_ms);
    block.node_ids.resize(block.timestamps_ms.size(), node);
  }
  block.node_ids.resize(count);
  block.timestamps_ms.resize(count);
  return block;
}

inline SpikeBlock on_grid(SpikeBlock block, double step_ms) {
  for (double& time_ms : block.timestamps_ms) time_ms = std::ceil(time_ms / step_ms) * step_ms;
  return block;
}

inline std::vector<Spike> as_rows(const SpikeBlock& block) {
  std::vector<Spike> spikes;
  spikes.reserve(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) spikes.push_back({block.node_ids[i], block.timestamps_ms[i]});
  return spikes;
}

}  // namespace stimgen::bench
