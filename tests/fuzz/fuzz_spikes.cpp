// Bytes as a spike file: opened, every population read in blocks and digested.
#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "stimgen/store.hpp"

using namespace stimgen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::filesystem::path path = fuzz::folder() / "spikes.h5";
  testing::write_text(path, std::string(fuzz::text_of(data, size)));
  fuzz::catch_expected([&] {
    const auto reader = open_spike_file(path, {.unnamed = "p"});
    for (const PopulationInfo& population : reader->populations()) {
      if (population.count > 1000000) continue;
      fuzz::catch_expected([&] {
        const SpikeBlock block = reader->read(population.name, 0, population.count);
        if (block.node_ids.size() != population.count || block.timestamps_ms.size() != population.count) std::abort();
        static_cast<void>(digest_population(*reader, population));
      });
    }
  });
  return 0;
}
