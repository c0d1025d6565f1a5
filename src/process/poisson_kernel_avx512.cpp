// The Poisson kernel for AVX512; src/process/isa.cmake compiles this file with -mavx512f -mavx512dq -mavx512vl.
#include "process/poisson_kernel.hpp"

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define STIMGEN_KERNEL_ISA "avx512"
#define STIMGEN_KERNEL_WIDTH 8
#include "process/poisson_kernel_impl.hpp"

namespace stimgen {

const PoissonKernel* avx512_kernel() {
  return &kKernel;
}

}  // namespace stimgen
#else
namespace stimgen {

const PoissonKernel* avx512_kernel() {
  return nullptr;
}

}  // namespace stimgen
#endif
