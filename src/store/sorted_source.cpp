// A population of a file in a wanted order: streamed if it has it, else sorted in memory or by runs spilled to disk.
//
// What a file says about its order is not believed: BMTK's by_id files are not in time within a node.
#include "store/sorted_source.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "base/spike_order.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen {
namespace {

// The selected, shifted spikes in file order.
class FileSource final : public SpikeSource {
 public:
  FileSource(const SpikeReader& reader, ReadSelection selection, std::uint64_t count)
      : reader_(&reader), selection_(std::move(selection)), count_(count) {}

  bool next(SpikeBlock& block) override {
    block.clear();
    while (block.empty() && at_ < count_) {
      const std::uint64_t count = std::min<std::uint64_t>(kChunkSpikes, count_ - at_);
      block = reader_->read(selection_.population, at_, count);
      at_ += count;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < block.size(); ++i) {
        if (selection_.keep && !selection_.keep(block.node_ids[i])) continue;
        block.node_ids[kept] = block.node_ids[i];
        block.timestamps_ms[kept] =
            selection_.early ? block.timestamps_ms[i] + selection_.shift_ms
                             : shifted_time_ms(*reader_, selection_.population,
                                               {block.node_ids[i], block.timestamps_ms[i]}, selection_.shift_ms);
        ++kept;
      }
      block.node_ids.resize(kept);
      block.timestamps_ms.resize(kept);
      if (selection_.adjust) selection_.adjust(block.timestamps_ms);
    }
    return !block.empty();
  }

 private:
  const SpikeReader* reader_;
  ReadSelection selection_;
  std::uint64_t count_;
  std::uint64_t at_ = 0;
};

// Spikes in memory.
class MemorySource final : public SpikeSource {
 public:
  explicit MemorySource(std::vector<Spike> spikes) : spikes_(std::move(spikes)) {}
  bool next(SpikeBlock& block) override {
    block.clear();
    for (const std::size_t stop = std::min(spikes_.size(), at_ + kChunkSpikes); at_ < stop; ++at_) {
      block.node_ids.push_back(spikes_[at_].node_id);
      block.timestamps_ms.push_back(spikes_[at_].timestamp_ms);
    }
    return !block.empty();
  }

 private:
  std::vector<Spike> spikes_;
  std::size_t at_ = 0;
};

// Sorted runs on disk, all in one file.
class SpilledRun final : public SpikeSource {
 public:
  SpilledRun(std::shared_ptr<const ScratchFile> file, std::uint64_t first, std::uint64_t count, std::size_t block)
      : file_(std::move(file)), at_(first), stop_(first + count), block_(block) {}
  bool next(SpikeBlock& block) override {
    block.clear();
    spikes_.resize(std::min<std::uint64_t>(block_, stop_ - at_));
    if (spikes_.empty()) return false;
    file_->read(at_ * sizeof(Spike), spikes_.data(), spikes_.size() * sizeof(Spike));
    at_ += spikes_.size();
    for (const Spike& spike : spikes_) {
      block.node_ids.push_back(spike.node_id);
      block.timestamps_ms.push_back(spike.timestamp_ms);
    }
    return true;
  }

 private:
  std::shared_ptr<const ScratchFile> file_;
  std::uint64_t at_, stop_;
  std::size_t block_;
  std::vector<Spike> spikes_;
};

bool is_sorted(SpikeSource& source, SpikeOrder order) {
  const SpikeBefore before{order};
  std::optional<Spike> last;
  for (SpikeBlock block; source.next(block); last = spike_at(block, block.size() - 1)) {
    if (last && before(spike_at(block, 0), *last)) return false;
    for (std::size_t i = 1; i < block.size(); ++i) {
      if (before(spike_at(block, i), spike_at(block, i - 1))) return false;
    }
  }
  return true;
}

}  // namespace

double shifted_time_ms(const SpikeReader& reader, const std::string& population, Spike spike, double shift_ms) {
  const double result = spike.timestamp_ms + shift_ms;
  if (std::isfinite(result) && result > 0) return result;
  const std::string place = fmt::format("'{}', population '{}': node {} has a spike at {} ms", printable(reader.path()),
                                        printable(population), spike.node_id, spike.timestamp_ms);
  const char* const help = "'shift' moves all spikes of the file to later times, 'where' takes those of other nodes";
  if (shift_ms == 0) throw InputError("spikes.time", place + "; expected times above 0", help);
  throw InputError(
      "spikes.time",
      fmt::format("{}, which the shift by {} ms moves to {} ms; expected times above 0", place, shift_ms, result),
      help);
}

std::unique_ptr<SpikeSource> open_sorted_in_runs(const SpikeReader& reader, const ReadSelection& selection,
                                                 SpikeOrder order, const std::filesystem::path& spill_dir,
                                                 std::size_t run_spikes) {
  if (order == SpikeOrder::none) throw std::logic_error("sorting needs an order");
  const PopulationInfo& found = population_of(reader, selection.population);
  const auto source = [&] { return std::make_unique<FileSource>(reader, selection, found.count); };
  const SpikeBefore before{order};
  if (found.count > run_spikes) {
    if (is_sorted(*source(), order)) return source();
  }

  std::shared_ptr<ScratchFile> spill;
  std::vector<std::uint64_t> ends;  // of the runs, in spikes
  std::vector<Spike> run;
  const auto sort_run = [&] {
    if (!std::is_sorted(run.begin(), run.end(), before)) std::sort(run.begin(), run.end(), before);
  };
  const auto spill_run = [&] {
    sort_run();
    if (!spill) spill = std::make_shared<ScratchFile>(spill_dir);
    spill->append(run.data(), run.size() * sizeof(Spike));
    ends.push_back(spill->size() / sizeof(Spike));
    run.clear();
  };
  const auto input = source();
  run.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(run_spikes, found.count)));
  for (SpikeBlock block; input->next(block);) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (run.size() == run_spikes) spill_run();
      run.push_back(spike_at(block, i));
    }
  }
  if (!spill) {
    sort_run();
    return std::make_unique<MemorySource>(std::move(run));
  }
  spill_run();
  run = {};
  const std::size_t block = std::clamp<std::size_t>(run_spikes / ends.size(), 256, kChunkSpikes);
  std::vector<std::unique_ptr<SpikeSource>> runs;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::uint64_t first = i == 0 ? 0 : ends[i - 1];
    runs.push_back(std::make_unique<SpilledRun>(spill, first, ends[i] - first, block));
  }
  return merge_sources(std::move(runs), order);
}

std::unique_ptr<SpikeSource> open_sorted(const SpikeReader& reader, const ReadSelection& selection, SpikeOrder order,
                                         const std::filesystem::path& spill_dir) {
  return open_sorted_in_runs(reader, selection, order, spill_dir, kRunSpikes);
}

}  // namespace stimgen
