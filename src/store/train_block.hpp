// Spikes by node: the check of their form.
#pragma once

#include "stimgen/types.hpp"

namespace stimgen {

// Errors: logic_error if a stretch is empty, or they do not add up to the timestamps.
void check_stretches(const TrainBlock& block);

}  // namespace stimgen
