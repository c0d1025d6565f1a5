// The start-up self-test passes here, whatever the instruction set, and sees floating-point settings that break it.
#include "process/self_test.hpp"

#include <doctest/doctest.h>

#include <cfenv>

#include "process/poisson_kernel.hpp"
#include "stimgen/diagnostic.hpp"
#include "stimgen/process.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

TEST_SUITE("process") {
  using namespace stimgen;

  TEST_CASE("the self-test passes") {
    CHECK_NOTHROW(self_test());
  }

  TEST_CASE("its digest is the same with every kernel") {
    const Digest expected = self_test_digest(*scalar_kernel());
    for (const PoissonKernel* kernel : available_kernels()) CHECK(self_test_digest(*kernel) == expected);
  }

  TEST_CASE("another rounding mode is refused") {
    REQUIRE(std::fesetround(FE_UPWARD) == 0);
    const std::string problem = floating_point_problem();
    std::fesetround(FE_TONEAREST);
    CHECK(problem.find("rounding") != std::string::npos);
    CHECK(floating_point_problem().empty());
  }

#if defined(__SSE2__)
  TEST_CASE("flushing of small numbers to zero is refused") {
    const unsigned saved = _mm_getcsr();
    for (const unsigned bit : {0x8000U, 0x0040U}) {  // flush-to-zero, denormals-are-zero
      _mm_setcsr(saved | bit);
      bool refused = false;
      try {
        self_test();
      } catch (const EnvironmentError&) {
        refused = true;
      }
      _mm_setcsr(saved);
      CHECK(refused);
    }
  }
#endif
}
