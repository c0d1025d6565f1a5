// A counting sort by part of the window; what is left to do within a part of a few spikes is little.
#include "run/time_order.hpp"

#include <utility>

#include "base/spike_order.hpp"

namespace stimgen {

namespace {

constexpr std::size_t kSpikesPerPart = 4;
constexpr std::ptrdiff_t kFewSpikes = 24;

void sort_few(std::vector<Spike>::iterator begin, std::vector<Spike>::iterator end) {
  const SpikeBefore before{SpikeOrder::by_time};
  for (auto next = begin; next != end; ++next) {
    const Spike spike = *next;
    auto place = next;
    for (; place != begin && before(spike, *(place - 1)); --place) *place = *(place - 1);
    *place = spike;
  }
}

}  // namespace

GroupedSpikes group_by_part(const SpikePieces& pieces, const TimeParts& parts) {
  GroupedSpikes grouped;
  grouped.first.assign(parts.count() + 1, 0);
  for (const auto piece : pieces) {
    for (const Spike& spike : piece) ++grouped.first[parts.of(spike.timestamp_ms)];
  }
  std::size_t before = 0;
  for (std::size_t& first : grouped.first) before += std::exchange(first, before);
  grouped.spikes.resize(before);
  // While a part is filled, its entry is the place of its next spike; in the end it is the first of the part after it.
  for (const auto piece : pieces) {
    for (const Spike& spike : piece) grouped.spikes[grouped.first[parts.of(spike.timestamp_ms)]++] = spike;
  }
  std::move_backward(grouped.first.begin(), grouped.first.end() - 1, grouped.first.end());
  grouped.first.front() = 0;
  return grouped;
}

SpikeBlock sorted_by_time(const SpikePieces& pieces, double from_ms, double until_ms) {
  std::size_t count = 0;
  for (const auto piece : pieces) count += piece.size();
  const TimeParts parts(from_ms, until_ms, count / kSpikesPerPart + 1);
  GroupedSpikes grouped = group_by_part(pieces, parts);
  SpikeBlock block;
  block.node_ids.reserve(count);
  block.timestamps_ms.reserve(count);
  for (std::size_t part = 0; part < parts.count(); ++part) {
    const auto begin = grouped.spikes.begin() + static_cast<std::ptrdiff_t>(grouped.first[part]);
    const auto end = grouped.spikes.begin() + static_cast<std::ptrdiff_t>(grouped.first[part + 1]);
    if (end - begin <= kFewSpikes) {
      sort_few(begin, end);
    } else {
      std::sort(begin, end, SpikeBefore{SpikeOrder::by_time});
    }
    for (auto spike = begin; spike != end; ++spike) {
      block.node_ids.push_back(spike->node_id);
      block.timestamps_ms.push_back(spike->timestamp_ms);
    }
  }
  return block;
}

}  // namespace stimgen
