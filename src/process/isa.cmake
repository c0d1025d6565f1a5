# Compiler flags of single sources: the vector kernels, and sqrt as an instruction (without errno it needs no library
# call; without traps gcc 12 turns "larger of two" into an instruction). None changes a bit of any result.
set_source_files_properties(
  src/base/maths.cpp src/rate/distribution.cpp src/rate/rate_function.cpp src/rate/rate_walk.cpp
  src/process/correlated_groups.cpp src/process/dead_share.cpp src/process/lognormal.cpp src/process/refractory.cpp src/process/rescaled.cpp src/process/rescaled_trains.cpp
  src/process/poisson_kernel_sse2.cpp src/process/poisson_kernel_neon.cpp
  PROPERTIES COMPILE_OPTIONS "-fno-math-errno;$<$<CXX_COMPILER_ID:GNU>:-fno-trapping-math>")
set_source_files_properties(src/process/poisson_kernel_scalar.cpp
  PROPERTIES COMPILE_OPTIONS "-fno-math-errno;$<$<CXX_COMPILER_ID:GNU>:-fno-trapping-math>;-fno-tree-vectorize;-fno-tree-slp-vectorize")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set_source_files_properties(src/process/poisson_kernel_avx2.cpp
    PROPERTIES COMPILE_OPTIONS "-fno-math-errno;$<$<CXX_COMPILER_ID:GNU>:-fno-trapping-math>;-mavx2")
  set_source_files_properties(src/process/poisson_kernel_avx512.cpp
    PROPERTIES COMPILE_OPTIONS "-fno-math-errno;$<$<CXX_COMPILER_ID:GNU>:-fno-trapping-math>;-mavx2;-mavx512f;-mavx512dq;-mavx512vl")
endif()
