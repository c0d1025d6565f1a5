// Spikes by node as two columns.
#include "store/train_block.hpp"

#include <cstdint>
#include <stdexcept>
#include <utility>

#include "stimgen/store.hpp"

namespace stimgen {

void check_stretches(const TrainBlock& block) {
  std::uint64_t left = block.size();
  for (const TrainBlock::Stretch& stretch : block.stretches) {
    if (stretch.count == 0 || stretch.count > left) throw std::logic_error("stretches beyond the timestamps");
    left -= stretch.count;
  }
  if (left != 0) throw std::logic_error("timestamps beyond the stretches");
}

SpikeBlock to_spikes(TrainBlock block) {
  check_stretches(block);
  SpikeBlock spikes;
  spikes.node_ids.reserve(block.size());
  for (const TrainBlock::Stretch& stretch : block.stretches) {
    spikes.node_ids.insert(spikes.node_ids.end(), stretch.count, stretch.node_id);
  }
  spikes.timestamps_ms = std::move(block.timestamps_ms);
  return spikes;
}

}  // namespace stimgen
