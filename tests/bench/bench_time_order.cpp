// Speed of the stage that sorts spikes by time: the argument is the number of spikes. items_per_second is spikes.
#include <benchmark/benchmark.h>

#include <vector>

#include "run/time_order.hpp"
#include "spikes.hpp"

namespace {

using namespace stimgen;

void count_spikes(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void sort_by_time(benchmark::State& state) {
  const std::vector<Spike> spikes = bench::as_rows(bench::spikes_by_id(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(sorted_by_time({spikes}, 0, bench::kStopMs).node_ids.data());
  count_spikes(state);
}
BENCHMARK(sort_by_time)->Name("by_time/sort")->RangeMultiplier(16)->Range(1 << 12, 1 << 20);

// The step before it: a stretch of time cut into parts that threads sort side by side.
void group(benchmark::State& state) {
  const std::vector<Spike> spikes = bench::as_rows(bench::spikes_by_id(static_cast<std::size_t>(state.range(0))));
  const TimeParts parts(0, bench::kStopMs, 64);
  for (auto _ : state) benchmark::DoNotOptimize(group_by_part({spikes}, parts).spikes.data());
  count_spikes(state);
}
BENCHMARK(group)->Name("by_time/group_64_parts")->RangeMultiplier(16)->Range(1 << 12, 1 << 20);

// What sorting must do where many spikes share a time.
void sort_on_grid(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<Spike> spikes = bench::as_rows(bench::on_grid(bench::spikes_by_id(count), 0.1));
  for (auto _ : state) benchmark::DoNotOptimize(sorted_by_time({spikes}, 0, bench::kStopMs).node_ids.data());
  count_spikes(state);
}
BENCHMARK(sort_on_grid)->Name("by_time/sort_on_grid")->Arg(1 << 20);

}  // namespace
