// Parts of the start-up self-test (stimgen/sample.hpp: self_test) that tests look at one by one.
#pragma once

#include <string>

#include "stimgen/types.hpp"

namespace stimgen {

struct PoissonKernel;

// BLAKE3 over the bits of fixed inputs of the maths, rate draws and spike trains made with `kernel`.
Digest self_test_digest(const PoissonKernel& kernel);
// What this thread's floating-point settings break ("rounding is not to nearest"), or empty.
std::string floating_point_problem();

}  // namespace stimgen
