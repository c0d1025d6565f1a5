// Chooses the Poisson kernel at start.
#include "process/poisson_kernel.hpp"

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/diagnostic.hpp"
#include "stimgen/process.hpp"

namespace stimgen {
namespace {

struct Candidate {
  const PoissonKernel* kernel;  // nullptr where this build has none
  bool supported;               // by this machine
};

std::vector<const PoissonKernel*> find_kernels() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512vl") != 0;
#else
  const bool avx2 = false, avx512 = false;
#endif
  std::vector<const PoissonKernel*> kernels;
  for (const Candidate& candidate :
       {Candidate{scalar_kernel(), true}, Candidate{sse2_kernel(), true}, Candidate{neon_kernel(), true},
        Candidate{avx2_kernel(), avx2}, Candidate{avx512_kernel(), avx512}}) {
    if (candidate.kernel != nullptr && candidate.supported) kernels.push_back(candidate.kernel);
  }
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
  throw EnvironmentError("system.cpu-path",
                         "STIMGEN_ISA is '" + printable(wanted) + "', but this machine offers " + names);
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
