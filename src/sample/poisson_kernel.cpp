// Chooses the Poisson kernel at start.
#include "sample/poisson_kernel.hpp"

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/diagnostic.hpp"
#include "stimgen/sample.hpp"

namespace stimgen {
namespace {

std::vector<const PoissonKernel*> find_kernels() {
  std::vector<const PoissonKernel*> kernels = {scalar_kernel()};
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512vl") != 0;
  if (avx2 && avx2_kernel() != nullptr) kernels.push_back(avx2_kernel());
  if (avx512 && avx512_kernel() != nullptr) kernels.push_back(avx512_kernel());
#endif
  return kernels;
}

const PoissonKernel& choose_kernel() {
  const auto kernels = available_kernels();
  const char* wanted = std::getenv("STIMGEN_ISA");
  if (wanted == nullptr || *wanted == '\0') return *kernels.back();
  std::string names;
  for (const PoissonKernel* kernel : kernels) {
    if (std::string_view(kernel->isa) == wanted) return *kernel;
    names += names.empty() ? "" : ", ";
    names += kernel->isa;
  }
  throw EnvironmentError("STIMGEN_ISA is '" + printable(wanted) + "', but this machine offers " + names);
}

}  // namespace

std::span<const PoissonKernel* const> available_kernels() {
  static const std::vector<const PoissonKernel*> kernels = find_kernels();
  return kernels;
}

const PoissonKernel& active_kernel() {
  static const PoissonKernel& kernel = choose_kernel();
  return kernel;
}

const char* active_isa() {
  return active_kernel().isa;
}

}  // namespace stimgen
