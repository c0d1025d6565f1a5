// The key `cv` of processes whose intervals are given by their coefficient of variation.
#pragma once

#include "stimgen/grammar.hpp"

namespace stimgen {

// What is out of range is reported.
double read_interval_cv(Fields& fields);

}  // namespace stimgen
