// One SONATA file: populations as groups of two chunked datasets, chunks of kChunkSpikes in canonical order.
//
// A dataset is created when its first spike beyond kChunkSpikes or its end arrives: only then is it known whether it is
// short (fixed length, one chunk of that length) or long (extendible). The sequence of HDF5 calls, and so every byte,
// depends on the spikes alone, not on the sizes of the blocks appended or on the pool.
#include "store/sonata_sink.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/chunk_codec.hpp"
#include "base/profile.hpp"
#include "base/spike_order.hpp"
#include "h5/handle.hpp"
#include "h5/write.hpp"
#include "stimgen/diagnostic.hpp"
#include "store/chunk_pipeline.hpp"
#include "store/sonata_form.hpp"
#include "store/spike_check.hpp"
#include "store/train_block.hpp"

namespace stimgen {
namespace {

// Looked at and copied together: the two columns fit the first cache.
constexpr std::size_t kPieceSpikes = 1024;
constexpr std::uint64_t kWritebackSpikes = 4 * kChunkSpikes;

class SonataSink final : public SpikeSink {
 public:
  SonataSink(const std::filesystem::path& path, const FileOptions& options, WorkerPool* pool, Disk& disk)
      : options_(options),
        pool_(pool),
        place_(path, disk),
        file_(place_.temporary_path(), path.string()),
        pipeline_(options, pool) {
    if (options.level < 1 || options.level > 9) throw std::logic_error("gzip level");
    write_attributes(file_, "/", root_attributes());
    file_.create_group(kSpikesGroup);
  }
  ~SonataSink() override { abandon(); }

  void begin_population(const std::string& name, SpikeOrder order) override {
    if (name.empty() || name == "." || name.find('/') != name.npos) throw std::logic_error("population name: " + name);
    if (names_.contains(name)) throw std::logic_error("population written twice: " + name);
    guarded([&] {
      end_population();
      names_.insert(name);
      population_ = name;
      group_ = fmt::format("{}/{}", kSpikesGroup, name);
      order_ = order;
      digest_.emplace(name, order, pool_);
      reserve_pending();
      file_.create_group(group_);
      write_attributes(file_, group_, population_attributes(order));
    });
  }

  void append(SpikeBlock block) override {
    if (group_.empty() && state_ == State::open) throw std::logic_error("spikes before a population");
    if (block.node_ids.size() != block.timestamps_ms.size()) throw std::logic_error("columns of different length");
    guarded([&] {
      const ProfiledStage stage(Stage::checking);
      const std::size_t size = block.size();
      for (std::size_t at = 0; at < size;) {
        if (pending_.size() == kChunkSpikes) {
          write_chunk(take_pending());
        }
        const auto first = static_cast<std::ptrdiff_t>(at);
        const std::size_t count = std::min({kChunkSpikes - pending_.size(), size - at, kPieceSpikes});
        if (const std::size_t bad = first_violation(block, at, at + count, order_, last_); bad < at + count) {
          refuse(bad, spike_at(block, bad));
        }
        const auto last = static_cast<std::ptrdiff_t>(at + count);
        pending_.node_ids.insert(pending_.node_ids.end(), block.node_ids.begin() + first,
                                 block.node_ids.begin() + last);
        pending_.timestamps_ms.insert(pending_.timestamps_ms.end(), block.timestamps_ms.begin() + first,
                                      block.timestamps_ms.begin() + last);
        at += count;
      }
      count_ += size;
      if (size > 0) last_ = spike_at(block, size - 1);
      if (order_ == SpikeOrder::by_id) digest_->append_node_ids(block.node_ids, nullptr);
    });
  }

  void append_trains(TrainBlock block) override {
    if (order_ != SpikeOrder::by_id || group_.empty()) return SpikeSink::append_trains(std::move(block));
    check_stretches(block);
    guarded([&] {
      const ProfiledStage stage(Stage::checking);
      const std::vector<double>& times_ms = block.timestamps_ms;
      if (const std::size_t bad = first_violation(block, last_); bad < block.size()) {
        refuse(bad, spike_at(to_spikes(std::move(block)), bad));
      }
      digest_->append_stretches(block.stretches);
      std::size_t at = 0;
      for (const TrainBlock::Stretch& stretch : block.stretches) {
        for (std::size_t left = stretch.count; left > 0;) {
          if (pending_.size() == kChunkSpikes) write_chunk(take_pending());
          const std::size_t count = std::min(kChunkSpikes - pending_.size(), left);
          const auto first = times_ms.begin() + static_cast<std::ptrdiff_t>(at);
          pending_.node_ids.insert(pending_.node_ids.end(), count, stretch.node_id);
          pending_.timestamps_ms.insert(pending_.timestamps_ms.end(), first,
                                        first + static_cast<std::ptrdiff_t>(count));
          at += count;
          left -= count;
        }
      }
      count_ += at;
      if (at > 0) last_ = Spike{block.stretches.back().node_id, times_ms.back()};
    });
  }

  void set_provenance(const std::string& json_text) override { provenance_ = json_text; }

  const std::vector<PopulationContent>& contents() override {
    if (state_ != State::finished) guarded([&] { end_population(); });
    return contents_;
  }

  void finish() override {
    guarded([&] {
      end_population();
      if (!provenance_.empty()) {
        file_.create_group(kRecordGroup);
        file_.write_text(kRecordDataset, provenance_);
        file_.write_attribute(kRecordGroup, kCompressorAttribute,
                              options_.compression == Compression::gzip ? compressor_version() : "none");
      }
      const ProfiledStage stage(Stage::syncing);
      file_.close();
      place_.commit();
      state_ = State::finished;
    });
  }

  void abandon() noexcept override {
    if (state_ == State::open) state_ = State::abandoned;
    pipeline_.clear();
    digest_.reset();
    // Removed before it is closed: closing writes what HDF5 still holds, which may fail and no longer matters.
    place_.abandon();
    timestamps_ = {};
    node_ids_ = {};
    file_ = {};
  }

 private:
  enum class State : std::uint8_t { open, finished, abandoned, failed };

  // The first failure abandons the file, so that a full disk gets its space back, and is repeated ever after.
  template <typename Work>
  void guarded(Work work) {
    if (state_ == State::failed) throw *failure_;
    if (state_ != State::open) throw std::logic_error("spike file used after its end");
    try {
      work();
    } catch (const EnvironmentError& error) {
      failure_ = error;
      state_ = State::failed;
      abandon();
      throw;
    }
  }

  // Spike `index` of the block that is being appended breaks a rule.
  [[noreturn]] void refuse(std::size_t index, const Spike& spike) {
    const std::string text = fmt::format("{}: spike {} (node {}, {} ms) is not positive, finite and in order {}",
                                         group_, count_ + index, spike.node_id, spike.timestamp_ms, order_name(order_));
    abandon();
    throw std::logic_error(text);
  }

  void create_datasets(std::uint64_t length, bool extendible) {
    h5::Layout layout;
    layout.length = extendible ? 0 : length;
    layout.chunk_length = extendible ? kChunkSpikes : length;
    layout.extendible = extendible;
    layout.filter = options_.compression == Compression::gzip ? h5::Layout::Filter::shuffle_deflate
                                                              : h5::Layout::Filter::fletcher32;
    layout.deflate_level = static_cast<unsigned>(options_.level);
    layout.type = h5::ElementType::float64;
    const std::string timestamps = fmt::format("{}/{}", group_, kTimestamps);
    timestamps_ = file_.create_dataset(timestamps, layout);
    write_attributes(file_, timestamps, timestamps_attributes());
    layout.type = h5::ElementType::uint64;
    const std::string node_ids = fmt::format("{}/{}", group_, kNodeIds);
    node_ids_ = file_.create_dataset(node_ids, layout);
    write_attributes(file_, node_ids, node_ids_attributes(order_, extendible || length > 0));
  }

  // The pending spikes; room for a chunk is made again.
  SpikeBlock take_pending() {
    SpikeBlock taken = std::move(pending_);
    reserve_pending();
    return taken;
  }
  void reserve_pending() {
    pending_.clear();
    pending_.node_ids.reserve(kChunkSpikes + 1);
    pending_.timestamps_ms.reserve(kChunkSpikes + 1);
  }

  // A whole chunk of a long dataset; `length` is that of the dataset if it ends within it.
  void write_chunk(SpikeBlock spikes, std::uint64_t length = 0) {
    if (!timestamps_.is_open()) create_datasets(0, true);
    const std::size_t count = spikes.size();
    if (length == 0) length = written_ + count;
    push(std::move(spikes), written_, length, std::min<std::uint64_t>(count, length - written_));
    written_ += count;
    // The disk works while the next chunks are made, so that the sync at the end has little left to wait for.
    if (written_ % kWritebackSpikes == 0) place_.start_writeback();
  }

  // A chunk to the file, and its first `count` spikes (the rest is padding) to the digest, both from the same memory.
  void push(SpikeBlock spikes, std::uint64_t first, std::uint64_t length, std::size_t count) {
    const std::span<const double> times(spikes.timestamps_ms.data(), count);
    const std::span<const NodeId> ids(spikes.node_ids.data(), count);
    const auto timestamps = std::make_shared<ChunkColumn>(std::move(spikes.timestamps_ms));
    const auto node_ids = std::make_shared<ChunkColumn>(std::move(spikes.node_ids));
    digest_->append_timestamps(times, timestamps);
    // By id they are digested as they come: as stretches, which need no memory to stay.
    if (order_ != SpikeOrder::by_id) digest_->append_node_ids(ids, node_ids);
    pipeline_.push(timestamps_, first, length, timestamps);
    pipeline_.push(node_ids_, first, length, node_ids);
  }

  void end_population() {
    if (group_.empty()) return;
    if (timestamps_.is_open()) {  // long: what is pending is its last chunk, and at least one spike
      pending_.node_ids.resize(kChunkSpikes, 0);
      pending_.timestamps_ms.resize(kChunkSpikes, 0);
      write_chunk(std::move(pending_), count_);
    } else {
      create_datasets(count_, false);
      if (count_ > 0) {
        push(std::move(pending_), 0, 0, count_);
      }
    }
    pipeline_.drain();
    contents_.push_back({population_, count_, digest_->finish()});
    digest_.reset();
    timestamps_.close();
    node_ids_.close();
    pending_ = {};
    group_.clear();
    last_.reset();
    count_ = written_ = 0;
  }

  FileOptions options_;
  WorkerPool* pool_;
  AtomicFile place_;
  h5::NewFile file_;
  ChunkPipeline pipeline_;
  State state_ = State::open;
  std::optional<EnvironmentError> failure_;
  std::string provenance_;
  std::set<std::string> names_;
  std::vector<PopulationContent> contents_;

  // The population being written; an empty group is none.
  std::string group_;
  std::string population_;
  SpikeOrder order_ = SpikeOrder::none;
  std::optional<ContentDigest> digest_;
  h5::NewDataset timestamps_, node_ids_;
  SpikeBlock pending_;  // at most a chunk; a full one waits for the spike after it
  std::uint64_t count_ = 0;
  std::uint64_t written_ = 0;
  std::optional<Spike> last_;
};

}  // namespace

std::unique_ptr<SpikeSink> create_sonata_file(const std::filesystem::path& path, const FileOptions& options,
                                              WorkerPool* pool, Disk& disk) {
  return std::make_unique<SonataSink>(path, options, pool, disk);
}

std::unique_ptr<SpikeSink> create_spike_file(const std::filesystem::path& path, const FileOptions& options,
                                             WorkerPool* pool) {
  return create_sonata_file(path, options, pool, real_disk());
}

std::string storage_libraries() {
  return fmt::format("HDF5 {}, {}", h5::library_version(), compressor_version());
}

}  // namespace stimgen
