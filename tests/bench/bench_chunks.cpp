// Speed of the stage that makes the bytes of a chunk: what goes behind them, and deflate of both columns.
// bytes_per_second counts the bytes before compression.
#include <benchmark/benchmark.h>

#include <span>
#include <vector>

#include "base/chunk_codec.hpp"
#include "base/fletcher32.hpp"
#include "spikes.hpp"
#include "stimgen/store.hpp"

namespace {

using namespace stimgen;

void count_bytes(benchmark::State& state, std::span<const std::byte> bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

void checksum(benchmark::State& state) {
  const SpikeBlock block = bench::spikes_by_id(kChunkSpikes);
  const auto bytes = std::as_bytes(std::span(block.timestamps_ms));
  for (auto _ : state) benchmark::DoNotOptimize(fletcher32(bytes));
  count_bytes(state, bytes);
}
BENCHMARK(checksum)->Name("chunk/fletcher32");

void deflate(benchmark::State& state, std::span<const std::byte> bytes) {
  std::vector<std::byte> chunk;
  for (auto _ : state) {
    encode_deflated(bytes, static_cast<int>(state.range(0)), chunk);
    benchmark::DoNotOptimize(chunk.data());
  }
  count_bytes(state, bytes);
  state.counters["percent_of_raw"] = 100.0 * static_cast<double>(chunk.size()) / static_cast<double>(bytes.size());
}

void deflate_timestamps(benchmark::State& state) {
  const SpikeBlock block = bench::spikes_by_id(kChunkSpikes);
  deflate(state, std::as_bytes(std::span(block.timestamps_ms)));
}
BENCHMARK(deflate_timestamps)->Name("chunk/deflate_timestamps/level")->Arg(1)->Arg(4)->Arg(9);

void deflate_node_ids(benchmark::State& state) {
  const SpikeBlock block = bench::spikes_by_id(kChunkSpikes);
  deflate(state, std::as_bytes(std::span(block.node_ids)));
}
BENCHMARK(deflate_node_ids)->Name("chunk/deflate_node_ids/level")->Arg(4);

// Where output.resolution rounds times, more planes are worth deflating.
void deflate_grid(benchmark::State& state) {
  const SpikeBlock block = bench::on_grid(bench::spikes_by_id(kChunkSpikes), 0.1);
  deflate(state, std::as_bytes(std::span(block.timestamps_ms)));
}
BENCHMARK(deflate_grid)->Name("chunk/deflate_timestamps_on_grid/level")->Arg(4);

}  // namespace
