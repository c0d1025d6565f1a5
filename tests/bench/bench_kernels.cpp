// Speed of sampling, one core: the kernels of every instruction set, whole trains, rate draws, the self-test.
// items_per_second is spikes (or draws) a second.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "base/maths.hpp"
#include "base/random.hpp"
#include "process/poisson.hpp"
#include "process/poisson_kernel.hpp"
#include "stimgen/process.hpp"
#include "stimgen/rate.hpp"

namespace {

using namespace stimgen;

void unit_rate_times(benchmark::State& state, const PoissonKernel* kernel) {
  std::array<double, 512> times;
  NodeId node = 0;
  for (auto _ : state) {
    kernel->fill_unit_rate_times(1, node++, 0, 0.0, times.data(), times.size() / kGroupSpikes);
    benchmark::DoNotOptimize(times.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * times.size()));
}

void trains(benchmark::State& state, const PoissonKernel* kernel, const RateFunction& rate) {
  std::vector<double> times;
  std::size_t spikes = 0;
  NodeId node = 0;
  for (auto _ : state) {
    times.clear();
    append_poisson_train(*kernel, RateWalk(rate), rate.total_intensity(), {1}, node++, times);
    benchmark::DoNotOptimize(times.data());
    spikes += times.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(spikes));
}

// The trains of 64 nodes in 100 steps of time, as a file sorted by time takes them.
void streams(benchmark::State& state, const RateFunction& rate) {
  Diagnostics diagnostics;
  Streams asked;
  const auto process = make_process(nullptr, asked, diagnostics).process;
  std::vector<NodeId> nodes(64);
  std::iota(nodes.begin(), nodes.end(), 0);
  const std::vector<std::uint32_t> functions(nodes.size(), 0);
  const TrainRates rates{nodes, rate.window(), {}, functions, {&rate, 1}};
  std::vector<Spike> spikes;
  std::size_t count = 0;
  for (auto _ : state) {
    spikes.clear();
    const auto trains = process->prepare(rates, {1})->open_trains(0, nodes.size());
    for (int i = 1; i <= 100; ++i) trains->append_until(0.01 * i * rate.window().stop_ms, spikes);
    benchmark::DoNotOptimize(spikes.data());
    count += spikes.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count));
}

void draws(benchmark::State& state, const DistributionKind* kind) {
  Streams streams;
  const RateDistribution distribution = make_distribution(*kind, 7.5, 6.4, streams).distribution;
  NodeId node = 0;
  for (auto _ : state) benchmark::DoNotOptimize(draw_rate_hz(distribution, {1}, node++));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void check_self(benchmark::State& state) {
  for (auto _ : state) self_test();
}

RateFunction slots() {
  RateFunctionBuilder builder(0);
  for (int cycle = 0; cycle < 10; ++cycle) {
    const double start_ms = 1500.0 * cycle;
    builder.hold(cycle % 4 == 0 ? 50 : 0, start_ms + 1000).hold(0, start_ms + 1500);
  }
  return builder.build();
}

const bool registered = [] {
  for (const PoissonKernel* kernel : available_kernels()) {
    const std::string isa = kernel->isa;
    benchmark::RegisterBenchmark(("unit_rate_times/" + isa).c_str(), unit_rate_times, kernel);
    benchmark::RegisterBenchmark(("train_20Hz_15s/" + isa).c_str(), trains, kernel, constant_rate(20, {0, 15000}));
    benchmark::RegisterBenchmark(("train_20Hz_1000s/" + isa).c_str(), trains, kernel, constant_rate(20, {0, 1e6}));
    benchmark::RegisterBenchmark(("train_ramp_0_80Hz_100s/" + isa).c_str(), trains, kernel,
                                 RateFunctionBuilder(0).ramp(0, 80, 1e5).build());
    benchmark::RegisterBenchmark(("train_slots_50Hz/" + isa).c_str(), trains, kernel, slots());
    benchmark::RegisterBenchmark(("train_1Hz_1s/" + isa).c_str(), trains, kernel, constant_rate(1, {0, 1000}));
  }
  benchmark::RegisterBenchmark("stream_20Hz_15s", streams, constant_rate(20, {0, 15000}));
  for (const DistributionKind* kind : distribution_kinds()) {
    const std::string name(kind->info.name);
    if (kind->read == nullptr) benchmark::RegisterBenchmark(("draw/" + name).c_str(), draws, kind);
  }
  benchmark::RegisterBenchmark("self_test", check_self);
  return true;
}();

}  // namespace
