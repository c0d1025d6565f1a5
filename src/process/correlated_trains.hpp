// Trains of nodes that copy spikes of a mother train: see correlated_groups.hpp.
#pragma once

#include <memory>

#include "process/correlated_groups.hpp"

namespace stimgen {

std::unique_ptr<const PreparedProcess> prepare_correlated(const Correlation& correlation, const TrainRates& rates,
                                                          StreamKey key, StreamKey mother_key);

}  // namespace stimgen
