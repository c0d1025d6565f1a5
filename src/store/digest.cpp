// Content digests of spike populations: a tree of two levels over blocks of 1 MiB (store.hpp gives the form).
#include "base/digest.hpp"

#include <algorithm>
#include <bit>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "base/deferred.hpp"
#include "base/profile.hpp"
#include "base/spike_order.hpp"
#include "stimgen/diagnostic.hpp"
#include "stimgen/store.hpp"

namespace stimgen {
namespace {

constexpr std::size_t kLeafBytes = std::size_t{1} << 20;
static_assert(std::endian::native == std::endian::little, "columns are digested as they lie in memory");

// Bytes of a leaf, and what keeps them in memory.
struct LeafPart {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

}  // namespace

// The leaf digests of one column.
class ContentDigest::Column {
 public:
  explicit Column(WorkerPool* pool) : pool_(pool) {}

  void append(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner) {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), kLeafBytes - in_leaf_));
      if (pool_ == nullptr) {
        leaf_.update(part);
      } else {
        parts_.push_back({part, owner});
      }
      in_leaf_ += part.size();
      bytes = bytes.subspan(part.size());
      if (in_leaf_ == kLeafBytes) end_leaf();
    }
  }
  void finish_into(Blake3& whole) {
    if (in_leaf_ > 0) end_leaf();
    while (!under_way_.empty()) take_oldest();
    for (const Digest& leaf : leaves_) whole.update(std::as_bytes(std::span(leaf.bytes)));
  }

 private:
  static constexpr std::size_t kWindow = 2;  // leaves under way

  void end_leaf() {
    in_leaf_ = 0;
    if (pool_ == nullptr) {
      leaves_.push_back(leaf_.finish());
      return;
    }
    if (under_way_.size() == kWindow) take_oldest();
    under_way_.emplace_back(*pool_, [parts = std::exchange(parts_, {})] {
      const ProfiledStage stage(Stage::digest);
      Blake3 hash;
      for (const LeafPart& part : parts) hash.update(part.bytes);
      return hash.finish();
    });
  }
  void take_oldest() {
    leaves_.push_back(under_way_.front().take());
    under_way_.pop_front();
  }

  WorkerPool* pool_;
  Blake3 leaf_;
  std::size_t in_leaf_ = 0;
  std::vector<LeafPart> parts_;
  std::deque<Deferred<Digest>> under_way_;
  std::vector<Digest> leaves_;
};

namespace {

// The maximal stretches of equal node ids as pairs (id, length), however the ids arrive.
class Runs {
 public:
  // The stretches that `ids` end; the last one may go on.
  std::vector<std::uint64_t> append(std::span<const NodeId> ids) {
    std::vector<std::uint64_t> ended;
    for (std::size_t at = 0; at < ids.size();) {
      const std::size_t end = end_of_run(ids, at);
      append(ids[at], end - at, ended);
      at = end;
    }
    return ended;
  }
  std::vector<std::uint64_t> append(std::span<const TrainBlock::Stretch> stretches) {
    std::vector<std::uint64_t> ended;
    ended.reserve(2 * stretches.size());
    for (const TrainBlock::Stretch& stretch : stretches) append(stretch.node_id, stretch.count, ended);
    return ended;
  }
  std::vector<std::uint64_t> take_last() {
    if (length_ == 0) return {};
    return {id_, std::exchange(length_, 0)};
  }

 private:
  void append(NodeId id, std::uint64_t length, std::vector<std::uint64_t>& ended) {
    if (length_ > 0 && id != id_) {
      ended.insert(ended.end(), {id_, length_});
      length_ = 0;
    }
    id_ = id;
    length_ += length;
  }
  // Eight at a time, which compilers make vectors of.
  static std::size_t end_of_run(std::span<const NodeId> ids, std::size_t at) {
    const NodeId id = ids[at];
    for (; at + 8 <= ids.size(); at += 8) {
      NodeId differs = 0;
      for (std::size_t i = 0; i < 8; ++i) differs |= ids[at + i] ^ id;
      if (differs != 0) break;
    }
    while (at < ids.size() && ids[at] == id) ++at;
    return at;
  }

  NodeId id_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace

struct ContentDigest::State {
  explicit State(WorkerPool* pool) : node_ids(pool), timestamps(pool) {}

  void append_runs(std::vector<std::uint64_t> ended) {
    if (ended.empty()) return;
    const auto owner = std::make_shared<const std::vector<std::uint64_t>>(std::move(ended));
    node_ids.append(std::as_bytes(std::span(*owner)), owner);
  }

  std::string population;
  SpikeOrder order = SpikeOrder::none;
  std::uint64_t count = 0;
  Runs runs;  // by_id
  Column node_ids, timestamps;
};

ContentDigest::ContentDigest(std::string population, SpikeOrder order, WorkerPool* pool)
    : state_(std::make_unique<State>(pool)) {
  state_->population = std::move(population);
  state_->order = order;
}
ContentDigest::~ContentDigest() = default;
ContentDigest::ContentDigest(ContentDigest&&) noexcept = default;
ContentDigest& ContentDigest::operator=(ContentDigest&&) noexcept = default;

void ContentDigest::append(const std::shared_ptr<const SpikeBlock>& block) {
  if (block->node_ids.size() != block->timestamps_ms.size()) throw std::logic_error("columns of different length");
  append_node_ids(block->node_ids, block);
  append_timestamps(block->timestamps_ms, block);
}

void ContentDigest::append_node_ids(std::span<const NodeId> node_ids, const std::shared_ptr<const void>& owner) {
  const ProfiledStage stage(Stage::digest);
  state_->count += node_ids.size();
  if (state_->order == SpikeOrder::by_id) {
    state_->append_runs(state_->runs.append(node_ids));
  } else {
    state_->node_ids.append(std::as_bytes(node_ids), owner);
  }
}

void ContentDigest::append_stretches(std::span<const TrainBlock::Stretch> stretches) {
  const ProfiledStage stage(Stage::digest);
  if (state_->order != SpikeOrder::by_id) throw std::logic_error("stretches of spikes that are not by node");
  for (const TrainBlock::Stretch& stretch : stretches) state_->count += stretch.count;
  state_->append_runs(state_->runs.append(stretches));
}

void ContentDigest::append_timestamps(std::span<const double> timestamps_ms, const std::shared_ptr<const void>& owner) {
  const ProfiledStage stage(Stage::digest);
  state_->timestamps.append(std::as_bytes(timestamps_ms), owner);
}

std::uint64_t ContentDigest::count() const {
  return state_->count;
}

Digest ContentDigest::finish() {
  const ProfiledStage stage(Stage::digest);
  if (state_->order == SpikeOrder::by_id) state_->append_runs(state_->runs.take_last());
  Blake3 whole;
  whole.update(length_prefixed({"stimgen-content-v2", state_->population, "ms", order_name(state_->order)}));
  state_->node_ids.finish_into(whole);
  state_->timestamps.finish_into(whole);
  // Last: a file that is being written does not know it before.
  whole.update(std::as_bytes(std::span(&state_->count, 1)));
  return whole.finish();
}

Digest digest_population(const SpikeReader& reader, const PopulationInfo& population, const std::atomic<bool>* stop) {
  ContentDigest digest(population.name, population.order);
  for (std::uint64_t first = 0; first < population.count; first += kChunkSpikes) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) throw Interrupted();
    const std::uint64_t count = std::min<std::uint64_t>(kChunkSpikes, population.count - first);
    digest.append(std::make_shared<const SpikeBlock>(reader.read(population.name, first, count)));
  }
  return digest.finish();
}

}  // namespace stimgen
