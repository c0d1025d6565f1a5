// `stimgen digest`: the content digest of each population of spike files, laid out as b3sum does.
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/store.hpp"

namespace stimgen::cli {

namespace {

int run_digest(const Arguments& arguments, Terminal& terminal) {
  for (const std::string& path : arguments.texts("FILE")) {
    const std::unique_ptr<SpikeReader> reader = open_spike_file(path, {.unnamed = std::string(kUnnamedPopulation)});
    for (const PopulationInfo& population : reader->populations()) {
      terminal.out(fmt::format("{}  {}#{}\n", to_hex(digest_population(*reader, population)), escaped(path),
                               escaped(population.name)));
    }
  }
  return 0;
}

constexpr Positional kDigestPositionals[] = {{"FILE", Presence::one_or_more, "spike files"}};

}  // namespace

extern const Command kDigest;
constinit const Command kDigest{
    .name = "digest",
    .summary = "print the BLAKE3 of the spikes of each population, whatever their compression",
    .example = "stimgen digest stimulus/*.h5",
    .positionals = kDigestPositionals,
    .run = run_digest};

}  // namespace stimgen::cli
