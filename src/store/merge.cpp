// Merges ordered sequences of spikes.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/spike_order.hpp"
#include "stimgen/store.hpp"

namespace stimgen {
namespace {

class MergedSource final : public SpikeSource {
 public:
  MergedSource(std::vector<std::unique_ptr<SpikeSource>> sources, SpikeOrder order) : before_{order} {
    for (auto& source : sources) {
      heads_.push_back({std::move(source), {}, 0, {}});
      if (load(heads_.back())) heap_.push_back(heads_.size() - 1);
    }
    std::make_heap(heap_.begin(), heap_.end(), after());
  }

  bool next(SpikeBlock& block) override {
    block.clear();
    while (!heap_.empty() && block.size() < kChunkSpikes) {
      std::pop_heap(heap_.begin(), heap_.end(), after());
      const std::size_t winner = heap_.back();
      heap_.pop_back();
      Head& head = heads_[winner];
      // The rest of the winner's spikes that come before the runner-up need no heap.
      bool more = true;
      do {
        block.node_ids.push_back(head.spike.node_id);
        block.timestamps_ms.push_back(head.spike.timestamp_ms);
        more = advance(head);
      } while (more && block.size() < kChunkSpikes && (heap_.empty() || wins(winner, heap_.front())));
      if (!more) continue;
      heap_.push_back(winner);
      std::push_heap(heap_.begin(), heap_.end(), after());
    }
    return !block.empty();
  }

 private:
  struct Head {
    std::unique_ptr<SpikeSource> source;
    SpikeBlock block;
    std::size_t at;
    Spike spike;  // block[at]
  };

  bool load(Head& head) {
    if (!head.source->next(head.block)) return false;
    head.at = 0;
    head.spike = spike_at(head.block, 0);
    return true;
  }
  bool advance(Head& head) {
    if (++head.at == head.block.size()) return load(head);
    head.spike = spike_at(head.block, head.at);
    return true;
  }
  // Equal spikes come in the order of the sources.
  bool wins(std::size_t a, std::size_t b) const {
    if (before_(heads_[a].spike, heads_[b].spike)) return true;
    return a < b && !before_(heads_[b].spike, heads_[a].spike);
  }
  // The standard heap keeps the largest in front: here the winner.
  struct After {
    const MergedSource* merge;
    bool operator()(std::size_t a, std::size_t b) const { return merge->wins(b, a); }
  };
  After after() const { return {this}; }

  SpikeBefore before_;
  std::vector<Head> heads_;
  std::vector<std::size_t> heap_;
};

}  // namespace

std::unique_ptr<SpikeSource> merge_sources(std::vector<std::unique_ptr<SpikeSource>> sources, SpikeOrder order) {
  if (order == SpikeOrder::none) throw std::logic_error("a merge needs an order");
  return std::make_unique<MergedSource>(std::move(sources), order);
}

}  // namespace stimgen
