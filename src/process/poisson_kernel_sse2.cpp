// The Poisson kernel for SSE2, which every x86-64 processor has.
#include "process/poisson_kernel.hpp"

#if defined(__SSE2__)
#define STIMGEN_KERNEL_ISA "sse2"
#define STIMGEN_KERNEL_WIDTH 2
#include "process/poisson_kernel_impl.hpp"

namespace stimgen {

const PoissonKernel* sse2_kernel() {
  return &kKernel;
}

}  // namespace stimgen
#else
namespace stimgen {

const PoissonKernel* sse2_kernel() {
  return nullptr;
}

}  // namespace stimgen
#endif
