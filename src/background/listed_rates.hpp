// Rates that a node property or a CSV file holds.
#pragma once

#include <vector>

#include "background/rate_value.hpp"
#include "stimgen/network.hpp"

namespace stimgen {

// The rate in Hz of each of `rows`. A node without a rate, a negative or non-finite one, a listed node that the
// population does not have and a node listed twice are reported; then the result may be short.
std::vector<double> listed_rates_hz(const RateValue& value, const NodePopulation& population, const NodeSelection& rows,
                                    Diagnostics& diagnostics);

}  // namespace stimgen
