// How far counts may be from what is asked for, node by node.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "stimgen/process.hpp"

namespace stimgen {

// Variance of the number of spikes where `expected` are expected, of a renewal process in equilibrium whose intervals
// have mean 1, this variance and this third cumulant (Cox, Renewal Theory, 1962, section 4.5, with the term for
// equilibrium). Absent where so few are expected that its form for long times is not good enough.
std::optional<double> renewal_count_variance(double expected, double variance, double third_cumulant);

// Of nodes that have no spikes in common: `variance_of(i)` of the count of node i; absent is not known. Nodes without
// rate are passed over.
template <typename VarianceOf>
std::vector<std::optional<CountScatter>> sum_of_nodes(const TrainRates& rates, VarianceOf variance_of) {
  std::vector<std::optional<CountScatter>> groups(rates.groups.size(), CountScatter{});
  for (std::size_t i = 0; i < rates.size(); ++i) {
    std::optional<CountScatter>& group = groups[rates.group_of(i)];
    if (!group || rates.expected_spikes(i) == 0) continue;
    if (const std::optional<double> variance = variance_of(i)) {
      group->variance += *variance;
    } else {
      group.reset();
    }
  }
  return groups;
}

}  // namespace stimgen
