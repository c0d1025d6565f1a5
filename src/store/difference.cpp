// The first spike in which two files differ.
#include <algorithm>
#include <bit>
#include <stdexcept>

#include "base/spike_order.hpp"
#include "stimgen/store.hpp"

namespace stimgen {
namespace {

// Compared as bits: NaN equals itself, -0 differs from 0, as in the digest.
bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

}  // namespace

std::optional<SpikeDifference> first_difference(const SpikeReader& left, const SpikeReader& right,
                                                const std::string& population) {
  const std::uint64_t left_count = population_of(left, population).count;
  const std::uint64_t right_count = population_of(right, population).count;
  const std::uint64_t shared = std::min(left_count, right_count);
  for (std::uint64_t first = 0; first < shared; first += kChunkSpikes) {
    const std::uint64_t count = std::min<std::uint64_t>(kChunkSpikes, shared - first);
    const SpikeBlock a = left.read(population, first, count), b = right.read(population, first, count);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a.node_ids[i] != b.node_ids[i] || !same_bits(a.timestamps_ms[i], b.timestamps_ms[i])) {
        return SpikeDifference{first + i, spike_at(a, i), spike_at(b, i)};
      }
    }
  }
  if (left_count == right_count) return std::nullopt;
  SpikeDifference difference;
  difference.index = shared;
  if (left_count > shared) difference.left = spike_at(left.read(population, shared, 1), 0);
  if (right_count > shared) difference.right = spike_at(right.read(population, shared, 1), 0);
  return difference;
}

}  // namespace stimgen
