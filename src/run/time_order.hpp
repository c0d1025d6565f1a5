// Sorting spikes by time where their times are known to lie within a window.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "stimgen/types.hpp"

namespace stimgen {

// Parts of equal duration of a stretch of time, numbered in order of time. What lies outside belongs to the first or
// the last. Requires: from_ms < until_ms, count ≥ 1.
class TimeParts {
 public:
  TimeParts(double from_ms, double until_ms, std::size_t count)
      : from_ms_(from_ms), per_ms_(static_cast<double>(count) / (until_ms - from_ms)), last_(count - 1) {}

  // Never falls with time, whatever is rounded on the way.
  std::size_t of(double time_ms) const {
    const double part = (time_ms - from_ms_) * per_ms_;
    if (!(part > 0)) return 0;
    return part < static_cast<double>(last_) ? static_cast<std::size_t>(part) : last_;
  }
  std::size_t count() const { return last_ + 1; }

 private:
  double from_ms_, per_ms_;
  std::size_t last_;
};

// Spikes that lie in several places.
using SpikePieces = std::vector<std::span<const Spike>>;

// Spikes grouped by part: those of part p are spikes [first[p], first[p + 1]), in the order in which they came.
struct GroupedSpikes {
  std::vector<Spike> spikes;
  std::vector<std::size_t> first;
  std::span<const Spike> part(std::size_t p) const {
    return std::span(spikes).subspan(first[p], first[p + 1] - first[p]);
  }
};
GroupedSpikes group_by_part(const SpikePieces& pieces, const TimeParts& parts);

// In order of time, then node id. Fast if the times are spread over the window, right if they are not.
SpikeBlock sorted_by_time(const SpikePieces& pieces, double from_ms, double until_ms);

}  // namespace stimgen
