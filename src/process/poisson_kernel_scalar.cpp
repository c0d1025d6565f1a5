// The Poisson kernel without vectors, for any processor; src/process/isa.cmake keeps the compiler from making some.
#define STIMGEN_KERNEL_ISA "scalar"
#define STIMGEN_KERNEL_WIDTH 1
#include "process/poisson_kernel_impl.hpp"

namespace stimgen {

const PoissonKernel* scalar_kernel() {
  return &kKernel;
}

}  // namespace stimgen
