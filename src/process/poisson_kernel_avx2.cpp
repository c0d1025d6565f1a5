// The Poisson kernel for AVX2; src/process/isa.cmake compiles this file with -mavx2.
#include "process/poisson_kernel.hpp"

#if defined(__AVX2__)
#define STIMGEN_KERNEL_ISA "avx2"
#define STIMGEN_KERNEL_WIDTH 4
#include "process/poisson_kernel_impl.hpp"

namespace stimgen {

const PoissonKernel* avx2_kernel() {
  return &kKernel;
}

}  // namespace stimgen
#else
namespace stimgen {

const PoissonKernel* avx2_kernel() {
  return nullptr;
}

}  // namespace stimgen
#endif
