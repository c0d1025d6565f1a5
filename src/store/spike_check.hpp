// The rules of every spike written: times positive and finite, spikes in the order that the file states.
#pragma once

#include <cstddef>
#include <optional>

#include "stimgen/types.hpp"

namespace stimgen {

// Index of the first spike of block[first, last) that breaks the rules, or `last`. `previous` is the spike before the
// block, if any.
std::size_t first_violation(const SpikeBlock& block, std::size_t first, std::size_t last, SpikeOrder order,
                            const std::optional<Spike>& previous);

// Index of the first spike of the block that is not by_id, or its size. `previous` is the spike before the block, if
// any.
std::size_t first_violation(const TrainBlock& block, const std::optional<Spike>& previous);

}  // namespace stimgen
