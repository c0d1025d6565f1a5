// Spike files: what is written, how it becomes visible, and how it is read back.
//
// A file is SONATA spikes (https://github.com/AllenInstitute/sonata, "Spike file"): root attributes magic = 0x0A7A
// (uint32) and version = [0, 1]; for each population a group /spikes/<population> with attribute `sorting` (enum
// none 0, by_id 1, by_time 2) and datasets `node_ids` (uint64) and `timestamps` (float64, attribute units = "ms").
// On a non-empty by_id population `node_ids` also carries the string attribute sorting = "by_id", which BMTK looks for;
// on an empty one it must not (BMTK would drop every population of the file). An empty population is written with two
// empty datasets. Files of equal content, settings and library versions are byte-identical: no object times, libver
// v110, chunks of kChunkSpikes written in canonical order by one writer (timestamps[0], node_ids[0], timestamps[1], …).
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/types.hpp"
#include "stimgen/worker_pool.hpp"

namespace stimgen {

// Elements of a chunk of a long dataset (512 KiB); a dataset that is shorter has one chunk of its own length.
inline constexpr std::size_t kChunkSpikes = 65536;

struct FileOptions {
  Compression compression = Compression::none;
  int level = 4;  // gzip level 1…9 of the planes worth deflating
};

// What a population holds.
struct PopulationContent {
  std::string name;
  std::uint64_t spikes = 0;
  Digest digest;  // ContentDigest
};

// Errors: logic_error if the stretches do not add up to the timestamps.
SpikeBlock to_spikes(TrainBlock block);

// One spike file being written. Lifecycle: open → (begin_population → append*)* → finish | abandon. Nothing exists
// under the final name before finish(), which syncs, closes, renames and syncs the folder; a sink destroyed without
// finish() abandons: the temporary is removed and an old file stays as it was. One thread at a time.
// Memory is bounded whatever the number of spikes.
// Errors: EnvironmentError naming the file and the operation; the first one poisons the sink.
class SpikeSink {
 public:
  virtual ~SpikeSink() = default;
  // Ends the population before and starts one. Requires: a new name, not empty, without '/'.
  virtual void begin_population(const std::string& name, SpikeOrder order) = 0;
  // Requires: columns of equal length, in the population's order (checked: logic_error on a violation, on a
  // timestamp that is not finite or not > 0; it abandons the file).
  virtual void append(SpikeBlock block) = 0;
  // The same for spikes by node. Requires: stretches that add up to the timestamps (checked).
  virtual void append_trains(TrainBlock block) { append(to_spikes(std::move(block))); }
  // Where the spikes come from, as JSON without times, hosts or absolute paths: the dataset /stimgen/provenance, one
  // text; the group has an attribute `compressor`. Without it there is no such group.
  virtual void set_provenance(const std::string& json_text) = 0;
  // Ends the last population. What was written: one entry a population, in the order in which they were begun.
  virtual const std::vector<PopulationContent>& contents() = 0;
  virtual void finish() = 0;
  virtual void abandon() noexcept = 0;
};

struct PopulationInfo {
  std::string name;
  SpikeOrder order = SpikeOrder::none;  // as the file says; not checked
  std::uint64_t count = 0;
  bool named = true;  // false: the file does not say whose spikes these are (SpikeFileView)
};

// An existing spike file, ours or another program's (BMTK's string `sorting`, signed ids, times as integers, in 4
// bytes, in seconds or without units are accepted; a dataset of a wrong type, rank or length is an InputError that
// names file, dataset and what was expected).
class SpikeReader {
 public:
  virtual ~SpikeReader() = default;
  virtual const std::string& path() const = 0;
  // In alphabetical order.
  virtual const std::vector<PopulationInfo>& populations() const = 0;
  // Spikes [first, first + count) as stored, times in ms. Requires: inside the population. Errors: InputError that
  // names a spike whose time is not finite. Times at or below 0 are read: they are before any window.
  virtual SpikeBlock read(const std::string& population, std::uint64_t first, std::uint64_t count) const = 0;
  // The text of SpikeSink::set_provenance(), empty if the file has none.
  virtual std::string provenance() const { return {}; }
  // What is not as create_spike_file() writes it in this order, beside numbers and record: an attribute that is gone or
  // has another value, a dataset that stimgen does not write: "the attribute sorting of /spikes/a is 0 (none), not
  // 1 (by_id)". Empty: nothing.
  virtual std::string form_problem(SpikeOrder) const { return {}; }
};

// How to call spikes whose population nobody knows.
inline constexpr std::string_view kUnnamedPopulation = "(unnamed)";

// What of a file is wanted.
struct SpikeFileView {
  // This population alone: others need not be fit to be read. Empty: all.
  std::string only = {};
  // The name of the population of spikes that the file gives to none (/spikes/gids), and of the empty one of a file
  // that has none at all, as BMTK writes where nothing spiked; with `only`, it is that. Empty: such spikes are an
  // InputError, and the file has no population.
  std::string unnamed = {};
};

// nullptr if the file has no population of this name.
const PopulationInfo* find_population(const SpikeReader& reader, std::string_view name);
// Errors: InputError that says what the file has; `context` ends its sentence: ", to which … belongs".
const PopulationInfo& population_of(const SpikeReader& reader, std::string_view name, std::string_view context = {});

// Of the name of a spike file.
inline constexpr std::string_view kSpikeFileExtension = ".h5";

// Opens for writing; the folder must exist. `pool` may be null: then compression runs in append().
std::unique_ptr<SpikeSink> create_spike_file(const std::filesystem::path& path, const FileOptions& options,
                                             WorkerPool* pool = nullptr);
// Errors: InputError if it is missing, not HDF5, or not a spike file (says what was expected), or if it has other
// populations than the only one wanted.
std::unique_ptr<SpikeReader> open_spike_file(const std::filesystem::path& path, const SpikeFileView& view = {});

// "HDF5 1.10.8, zlib 1.2.13": the libraries that the bytes of a file depend on besides its content.
std::string storage_libraries();

// ---- sequences of spikes -------------------------------------------------------------------------------------------

// Spikes of one population in order, block by block. next() false: the end, block empty.
class SpikeSource {
 public:
  virtual ~SpikeSource() = default;
  virtual bool next(SpikeBlock& block) = 0;
};

// What to take from an existing file.
struct ReadSelection {
  std::string population;
  double shift_ms = 0;
  std::function<bool(NodeId)> keep = {};  // empty: all
  // Applied to shifted times before they are sorted, such as rounding to a grid; empty: none.
  std::function<void(std::vector<double>& timestamps_ms)> adjust = {};
  bool early = false;  // spikes at or before 0 come, too; else one, perhaps after the shift, is an InputError
};

// One population of a file in `order` (by_id: node id then time; by_time: time then node id), sorted if the file is
// not: in memory for short runs, in runs spilled to disk and merged for long ones, so memory is bounded. They are
// spilled into `spill_dir`, or where that is empty or cannot be written to into the system's temporary folder.
std::unique_ptr<SpikeSource> open_sorted(const SpikeReader& reader, const ReadSelection& selection, SpikeOrder order,
                                         const std::filesystem::path& spill_dir);
// Merges sources that are each in `order` into one in `order`; equal spikes are all kept, in the order of the sources.
std::unique_ptr<SpikeSource> merge_sources(std::vector<std::unique_ptr<SpikeSource>> sources, SpikeOrder order);

// ---- digests and differences ---------------------------------------------------------------------------------------

// Content digest of one population, fed in file order, independent of chunks and compression: BLAKE3 over
//   the parts "stimgen-content-v2", population, "ms" and the order's name, each behind its length (length_prefixed),
//   the BLAKE3 of each block of 1 MiB (the last one shorter) of the node ids, then those of the timestamps,
//   the count,
// all numbers being 8 bytes little-endian. Node ids of a by_id population are (id, count) for each maximal stretch of
// equal ids, wherever blocks end; of others, one id a spike.
class ContentDigest {
 public:
  // `pool` digests whole blocks beside the caller; it must outlive this. Null: append() digests.
  ContentDigest(std::string population, SpikeOrder order, WorkerPool* pool = nullptr);
  ~ContentDigest();
  ContentDigest(ContentDigest&&) noexcept;
  ContentDigest& operator=(ContentDigest&&) noexcept;
  // Bytes are digested where they lie: `owner` keeps them alive and unchanged until then.
  void append(const std::shared_ptr<const SpikeBlock>& block);
  void append_node_ids(std::span<const NodeId> node_ids, const std::shared_ptr<const void>& owner);
  // The node ids of a by_id population in this form. Requires: by_id.
  void append_stretches(std::span<const TrainBlock::Stretch> stretches);
  void append_timestamps(std::span<const double> timestamps_ms, const std::shared_ptr<const void>& owner);
  // Requires: as many timestamps as node ids.
  Digest finish();
  std::uint64_t count() const;

 private:
  class Column;
  struct State;
  std::unique_ptr<State> state_;
};

// Errors: InputError of read(); Interrupted when `stop` becomes true.
Digest digest_population(const SpikeReader& reader, const PopulationInfo& population,
                         const std::atomic<bool>* stop = nullptr);

struct SpikeDifference {
  std::uint64_t index = 0;           // of the first spike that differs, in file order
  std::optional<Spike> left, right;  // absent where one file has ended
};
// nullopt: the same spikes in the same order. Reads in blocks.
std::optional<SpikeDifference> first_difference(const SpikeReader& left, const SpikeReader& right,
                                                const std::string& population);

// The time of a recorded spike, shifted. An InputError naming the spike if that is not a finite time above 0.
double shifted_time_ms(const SpikeReader& reader, const std::string& population, Spike spike, double shift_ms);

}  // namespace stimgen
