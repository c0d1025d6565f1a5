// The Poisson kernel for NEON, which every 64-bit ARM processor has.
#include "process/poisson_kernel.hpp"

#if defined(__ARM_NEON) && defined(__aarch64__)
#define STIMGEN_KERNEL_ISA "neon"
#define STIMGEN_KERNEL_WIDTH 2
#include "process/poisson_kernel_impl.hpp"

namespace stimgen {

const PoissonKernel* neon_kernel() {
  return &kKernel;
}

}  // namespace stimgen
#else
namespace stimgen {

const PoissonKernel* neon_kernel() {
  return nullptr;
}

}  // namespace stimgen
#endif
