// Combinations: the spikes of tasks and of existing files in one file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stimgen/grammar.hpp"
#include "stimgen/network.hpp"
#include "stimgen/source.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// Index of a task in Plan::tasks.
using TaskIndex = std::size_t;

// One source of a combined file.
struct CombineSource {
  std::optional<TaskIndex> task;                // a task of the recipe, or …
  std::filesystem::path file;                   // … an existing file
  std::map<std::string, std::string> contents;  // of the file's populations that are taken: hexadecimal content digests
  std::string population;                       // of the file: empty takes all
  double shift_ms = 0;
  std::uint64_t unknown_spikes = 0;         // of the file: of nodes that the networks do not have
  std::optional<std::vector<NodeId>> keep;  // ascending; absent: all
  SourceLoc loc;
};

// One entry of `combine`.
class CombinedSource final : public Source {
 public:
  std::string kind() const override { return "combination"; }
  std::string entry_json() const override;
  const CombinedSource* combined() const override { return this; }
  std::vector<std::filesystem::path> recorded_files() const;

  Value body;  // with defaults
  std::vector<CombineSource> sources;
};

std::span<const FieldDoc> combine_fields();

// An existing file that a combination takes, looked at.
struct Recording {
  CombineSource source;
  std::uint64_t spikes = 0;                     // that are taken
  const NodePopulation* chosen_from = nullptr;  // whose properties `where` asked for
};
// Reads {file, population, shift, where} and every spike of it, one pass over each population: its digest, how many are
// taken, and whether all of these are at a time. `refuse` is asked first: it reports a file that a run would write
// over, and is then true. Spikes after `stop_ms` are warned of. nullopt after an error.
std::optional<Recording> read_recording(const Value& item, const Network& network, std::optional<double> stop_ms,
                                        const std::function<bool(const NamedFile&)>& refuse, Diagnostics& diagnostics);

}  // namespace stimgen
