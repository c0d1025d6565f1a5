// Order of spikes: its name in files and messages, and the comparison it stands for.
#pragma once

#include <array>

#include "stimgen/types.hpp"

namespace stimgen {

// Names of SONATA's `sorting` enum, by value.
inline constexpr std::array<const char*, 3> kOrderNames = {"none", "by_id", "by_time"};

inline const char* order_name(SpikeOrder order) {
  return kOrderNames.at(static_cast<std::size_t>(order));
}

// Strictly before: by_id is node id, then time; by_time is time, then node id. Requires: not none.
struct SpikeBefore {
  SpikeOrder order;
  bool operator()(const Spike& a, const Spike& b) const {
    if (order == SpikeOrder::by_id) {
      return a.node_id != b.node_id ? a.node_id < b.node_id : a.timestamp_ms < b.timestamp_ms;
    }
    return a.timestamp_ms != b.timestamp_ms ? a.timestamp_ms < b.timestamp_ms : a.node_id < b.node_id;
  }
};

inline Spike spike_at(const SpikeBlock& block, std::size_t i) {
  return {block.node_ids[i], block.timestamps_ms[i]};
}

}  // namespace stimgen
