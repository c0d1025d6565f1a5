// Spike times of a process whose rate is 1 at any moment ("operational time"): what rescaling by the requested rate
// turns into spikes. It has been running before 0, so that one spike is expected in each unit of time from 0 on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "process/poisson_kernel.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// Immutable; threads share it. Times are positive, ascend (equal ones are allowed) and come in groups of kGroupSpikes;
// a node's depend on its id and their number alone. `carry` is the last time before a group, 0 before the first.
class UnitTimes {
 public:
  virtual ~UnitTimes() = default;
  // Writes `groups` groups of a node, in order.
  virtual void fill(NodeId node, std::uint64_t first_group, double carry, double* out, std::size_t groups) const = 0;
  // One group of each of `count` nodes: group groups[i] of nodes[i] after carries[i], at out[4 i].
  virtual void fill_next(const std::uint64_t* nodes, const std::uint64_t* groups, const double* carries, double* out,
                         std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) fill(nodes[i], groups[i], carries[i], out + i * kGroupSpikes, 1);
  }
};

// A group of times from the gaps between them: one dependent addition for four spikes. The two do not overlap.
inline void sum_gaps(const double* gaps, double carry, double* out) {
  const double two = gaps[0] + gaps[1];
  out[0] = carry + gaps[0];
  out[1] = carry + two;
  out[2] = carry + (two + gaps[2]);
  out[3] = carry + (two + (gaps[2] + gaps[3]));
}

}  // namespace stimgen
