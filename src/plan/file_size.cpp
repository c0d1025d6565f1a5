// How large the file of a task may become: spikes as they lie in chunks, HDF5's own objects, and the record.
#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <vector>

#include "plan/build.hpp"
#include "stimgen/store.hpp"

namespace stimgen {
namespace {

// Measured (tests/audit/test_file_size.cpp): a file with one population has 6.2 kB beside data and record.
constexpr double kFileBytes = 4992;
constexpr double kPopulationBytes = 1664;  // beside its name, twice
constexpr double kLongBytes = 2048;        // more, of one of several chunks
constexpr double kChunkBytes = 256;  // of the indices of two columns, and of what zlib adds where nothing gets smaller
constexpr double kBytesPerSpike = 16;
// Of a record: what does not depend on the task, and the fixed parts of an entry (names of keys, fingerprint, seals).
constexpr std::uint64_t kRecordBytes = 500;
constexpr std::uint64_t kEntryBytes = 300;
constexpr std::uint64_t kDigestBytes = 64;

// With quotes and what stands between members.
std::uint64_t in_json(std::string_view text) {
  std::uint64_t bytes = text.size() + 4;
  for (const char c : text) {
    if (c == '"' || c == '\\') bytes += 1;
    if (static_cast<unsigned char>(c) < 0x20) bytes += 5;
  }
  return bytes;
}

template <typename Pairs>
std::uint64_t pairs_in_json(const Pairs& pairs) {
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : pairs) bytes += in_json(key) + in_json(value);
  return bytes;
}

}  // namespace

std::uint64_t entry_bytes_at_most(const Plan& plan, const Task& task) {
  std::uint64_t bytes = kEntryBytes + 3 * in_json(task.name) + entry_json(plan, task).size();
  bytes += pairs_in_json(task.keys) + pairs_in_json(task.inputs);
  for (const TaskIndex need : task.needs) bytes += 12 + in_json(plan.tasks[need].name);
  for (const NamedFile& file : task.files)
    bytes += kDigestBytes + 12 + in_json(shown_from_recipe(plan.recipe, file.path));
  return bytes;
}

double file_bytes_at_most(const Plan& plan, TaskIndex index, double spikes) {
  const Task& task = plan.tasks[index];
  std::uint64_t record = kRecordBytes + pairs_in_json(task.settings);
  for (const UsedStream& stream : task.streams) record += 20 + in_json(stream.label());
  for (const std::string& name : task.populations) record += kDigestBytes + 50 + 3 * in_json(name);
  // The record holds the entries of all that the task needs, each once.
  std::set<TaskIndex> entries{index};
  for (std::vector<TaskIndex> open{index}; !open.empty();) {
    const Task& next = plan.tasks[open.back()];
    open.pop_back();
    record += next.entry_bytes;
    for (const TaskIndex need : next.needs) {
      if (entries.insert(need).second) open.push_back(need);
    }
  }
  constexpr auto kChunk = static_cast<double>(kChunkSpikes);
  const double populations = std::max<double>(1, static_cast<double>(task.populations.size()));
  // Populations of more than a chunk end with a whole one.
  const double longs = std::min(populations, std::floor(spikes / kChunk));
  double stored = longs > 0 ? spikes + longs * (kChunk - 1) : spikes;
  if (populations == 1 && longs > 0) stored = std::ceil(spikes / kChunk) * kChunk;
  const double chunks = populations + stored / kChunk;
  return kFileBytes + populations * kPopulationBytes + longs * kLongBytes + chunks * kChunkBytes +
         stored * kBytesPerSpike + static_cast<double>(record);
}

}  // namespace stimgen
