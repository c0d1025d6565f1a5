// Speed of the inverse of the cumulative rate: one time for each intensity. items_per_second is times.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "process/poisson_kernel.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/segment_inverse.hpp"

namespace {

using namespace stimgen;

constexpr std::size_t kTimes = 512;

// Ascending, over the whole function.
std::vector<double> intensities(const RateFunction& rate) {
  std::vector<double> values;
  for (std::size_t i = 0; i < kTimes; ++i) {
    const double share = uniform_open01(philox_block({1}, 0, i)[0]);
    values.push_back(share * rate.total_intensity());
  }
  std::ranges::sort(values);
  return values;
}

void count_times(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kTimes));
}

RateFunction ramped() {
  return RateFunctionBuilder(0).ramp(5, 80, 1e5).build();
}

// A hundred steps, a quarter of them silent.
RateFunction stepped() {
  RateFunctionBuilder builder(0);
  for (int step = 0; step < 100; ++step) builder.hold(20.0 * (step % 4), 1000.0 * (step + 1));
  return builder.build();
}

// With the search for the segment.
void whole_function(benchmark::State& state, const RateFunction& rate) {
  const std::vector<double> values = intensities(rate);
  for (auto _ : state) {
    for (const double intensity : values) benchmark::DoNotOptimize(rate.time_at_intensity(intensity));
  }
  count_times(state);
}

using Map = void (*)(const SegmentInverse&, const double*, double*, std::size_t);

// A run of spikes within one segment, as the kernels take it.
void segment(benchmark::State& state, Map map, const RateFunction& rate) {
  const SegmentInverse inverse(rate.segments()[0]);
  const std::vector<double> values = intensities(rate);
  std::vector<double> times_ms(kTimes);
  for (auto _ : state) {
    map(inverse, values.data(), times_ms.data(), kTimes);
    benchmark::DoNotOptimize(times_ms.data());
    benchmark::ClobberMemory();
  }
  count_times(state);
}

const bool registered = [] {
  benchmark::RegisterBenchmark("inverse/constant", whole_function, constant_rate(20, {0, 1e5}));
  benchmark::RegisterBenchmark("inverse/stepped", whole_function, stepped());
  benchmark::RegisterBenchmark("inverse/ramped", whole_function, ramped());
  for (const PoissonKernel* kernel : available_kernels()) {
    const std::string isa = kernel->isa;
    benchmark::RegisterBenchmark(("inverse_segment/constant/" + isa).c_str(), segment, kernel->map_constant,
                                 constant_rate(20, {0, 1e5}));
    benchmark::RegisterBenchmark(("inverse_segment/ramped/" + isa).c_str(), segment, kernel->map_sloped, ramped());
  }
  return true;
}();

}  // namespace
