// How recorded spikes are read for statistics, and how many unknown nodes these name.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stimgen {

constexpr std::uint64_t kBlockSpikes = 1 << 18;
constexpr std::size_t kNamedUnknownNodes = 5;

}  // namespace stimgen
