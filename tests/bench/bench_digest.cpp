// Speed of the stage that proves content: BLAKE3 of one leaf, and the digest of a population. bytes_per_second.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "base/digest.hpp"
#include "spikes.hpp"
#include "stimgen/store.hpp"

namespace {

using namespace stimgen;

void leaf(benchmark::State& state) {
  const std::vector<std::byte> bytes(std::size_t{1} << 20, std::byte{0x5a});
  Blake3 hash;
  for (auto _ : state) benchmark::DoNotOptimize(hash.update(bytes).finish());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(leaf)->Name("digest/leaf_1MiB")->Unit(benchmark::kMicrosecond);

// Sixteen chunks of both columns, by the caller's thread.
void population(benchmark::State& state) {
  const auto block = std::make_shared<const SpikeBlock>(bench::spikes_by_id(16 * kChunkSpikes));
  for (auto _ : state) {
    ContentDigest digest("baseline", SpikeOrder::by_id);
    digest.append(block);
    benchmark::DoNotOptimize(digest.finish());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * block->size() * sizeof(Spike)));
}
BENCHMARK(population)->Name("digest/population_1M_spikes")->Unit(benchmark::kMillisecond);

}  // namespace
