// The rules are looked at spike by spike only where a quick look at a few spikes together does not say yes. That look
// is for the usual spikes of a by_id file, which all belong to one node; it has no branches, so compilers vectorise it.
#include "store/spike_check.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "base/spike_order.hpp"

namespace stimgen {
namespace {

constexpr std::size_t kLook = 16;  // few: the ten or more spikes of a slow node should fill some looks, too
constexpr double kMaxTime = std::numeric_limits<double>::max();

bool is_time(double value_ms) {
  return value_ms > 0 && value_ms <= kMaxTime;  // NaN fails, too
}

bool breaks_rules(const SpikeBlock& block, std::size_t i, SpikeOrder order, const std::optional<Spike>& previous) {
  if (!is_time(block.timestamps_ms[i])) return true;
  if (order == SpikeOrder::none) return false;
  const SpikeBefore before{order};
  if (i == 0) return previous && before(spike_at(block, 0), *previous);
  return before(spike_at(block, i), spike_at(block, i - 1));
}

// Whether spikes [first, last) are surely right, given that spike `first` - 1 is: all of its node, none before it.
// Times that are not negative compare as their bits do, and their difference cannot overflow.
bool quick_yes(const SpikeBlock& block, std::size_t first, std::size_t last) {
  std::uint64_t other_node = 0;
  std::uint64_t negative = 0;  // in its top bit
  for (std::size_t i = first; i < last; ++i) {
    const auto before = std::bit_cast<std::uint64_t>(block.timestamps_ms[i - 1]);
    const auto time = std::bit_cast<std::uint64_t>(block.timestamps_ms[i]);
    other_node |= block.node_ids[i] ^ block.node_ids[i - 1];
    negative |= time | (time - before);
  }
  return other_node == 0 && negative >> 63 == 0 && block.timestamps_ms[last - 1] <= kMaxTime;
}

}  // namespace

std::size_t first_violation(const SpikeBlock& block, std::size_t first, std::size_t last, SpikeOrder order,
                            const std::optional<Spike>& previous) {
  if (first == last) return last;
  if (breaks_rules(block, first, order, previous)) return first;
  for (std::size_t at = first + 1; at < last;) {
    const std::size_t end = std::min(at + kLook, last);
    if (!quick_yes(block, at, end)) {
      for (std::size_t i = at; i < end; ++i) {
        if (breaks_rules(block, i, order, previous)) return i;
      }
    }
    at = end;
  }
  return last;
}

std::size_t first_violation(const TrainBlock& block, const std::optional<Spike>& previous) {
  const std::vector<double>& times_ms = block.timestamps_ms;
  const SpikeBefore before{SpikeOrder::by_id};
  std::optional<Spike> spike = previous;
  std::size_t first = 0;
  for (const TrainBlock::Stretch& stretch : block.stretches) {
    const std::size_t end = first + stretch.count;
    if (!is_time(times_ms[first]) || (spike && before({stretch.node_id, times_ms[first]}, *spike))) return first;
    std::uint64_t negative = 0;  // in its top bit: as in quick_yes()
    for (std::size_t i = first + 1; i < end; ++i) {
      const auto time = std::bit_cast<std::uint64_t>(times_ms[i]);
      negative |= time | (time - std::bit_cast<std::uint64_t>(times_ms[i - 1]));
    }
    if (negative >> 63 != 0 || !(times_ms[end - 1] <= kMaxTime)) {
      for (std::size_t i = first + 1; i < end; ++i) {
        if (!is_time(times_ms[i]) || times_ms[i] < times_ms[i - 1]) return i;
      }
    }
    spike = {stretch.node_id, times_ms[end - 1]};
    first = end;
  }
  return first;
}

}  // namespace stimgen
