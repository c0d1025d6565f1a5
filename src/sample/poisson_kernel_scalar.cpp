// The Poisson kernel for the baseline of the platform.
#define STIMGEN_KERNEL_ISA "scalar"
#include "sample/poisson_kernel_impl.hpp"

namespace stimgen {

const PoissonKernel* scalar_kernel() {
  return &kKernel;
}

}  // namespace stimgen
