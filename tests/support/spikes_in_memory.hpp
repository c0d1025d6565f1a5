// A spike file that exists in memory only.
#pragma once

#include <string>
#include <vector>

#include "stimgen/store.hpp"

namespace stimgen::testing {

// A file with one population, held in memory.
class SpikesInMemory : public SpikeReader {
 public:
  explicit SpikesInMemory(std::vector<Spike> spikes, SpikeOrder order = SpikeOrder::none)
      : spikes_(std::move(spikes)), populations_{{"cells", order, spikes_.size()}} {}
  const std::string& path() const override { return path_; }
  const std::vector<PopulationInfo>& populations() const override { return populations_; }
  SpikeBlock read(const std::string&, std::uint64_t first, std::uint64_t count) const override {
    SpikeBlock block;
    for (std::uint64_t i = first; i < first + count; ++i) {
      block.node_ids.push_back(spikes_[i].node_id);
      block.timestamps_ms.push_back(spikes_[i].timestamp_ms);
    }
    return block;
  }

 private:
  std::string path_ = "memory";
  std::vector<Spike> spikes_;
  std::vector<PopulationInfo> populations_;
};

}  // namespace stimgen::testing
