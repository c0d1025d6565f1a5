// Content digests of spike populations: a tree of two levels over blocks of 1 MiB (store.hpp gives the form).
#include "base/digest.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <deque>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "stimgen/store.hpp"
#include "store/spike_order.hpp"

namespace stimgen {
namespace {

constexpr std::size_t kLeafBytes = std::size_t{1} << 20;
static_assert(std::endian::native == std::endian::little, "columns are digested as they lie in memory");

// A leaf that a pool digests, or its owner if no thread has begun: waiting for it cannot come to a standstill.
struct LeafJob {
  enum State : int { waiting, claimed, done };
  struct Part {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
  };
  std::atomic<int> state{waiting};
  std::vector<Part> parts;
  Digest digest;
  std::exception_ptr error;

  void run_unless_claimed() {
    int expected = waiting;
    if (!state.compare_exchange_strong(expected, claimed)) return;
    try {
      Sha256 hash;
      for (const Part& part : parts) hash.update(part.bytes);
      digest = hash.finish();
    } catch (...) {
      error = std::current_exception();
    }
    parts.clear();
    state = done;
    state.notify_all();
  }
  const Digest& wait() {
    run_unless_claimed();
    for (int now = state; now != done; now = state) state.wait(now);
    if (error) std::rethrow_exception(error);
    return digest;
  }
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
        if (!pending_) pending_ = std::make_shared<LeafJob>();
        pending_->parts.push_back({part, owner});
      }
      in_leaf_ += part.size();
      bytes = bytes.subspan(part.size());
      if (in_leaf_ == kLeafBytes) end_leaf();
    }
  }
  void finish_into(Sha256& whole) {
    if (in_leaf_ > 0) end_leaf();
    while (!jobs_.empty()) take_oldest();
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
    if (jobs_.size() == kWindow) take_oldest();
    pool_->submit([job = pending_] { job->run_unless_claimed(); });
    jobs_.push_back(std::move(pending_));
    pending_ = nullptr;
  }
  void take_oldest() {
    leaves_.push_back(jobs_.front()->wait());
    jobs_.pop_front();
  }

  WorkerPool* pool_;
  Sha256 leaf_;
  std::size_t in_leaf_ = 0;
  std::shared_ptr<LeafJob> pending_;
  std::deque<std::shared_ptr<LeafJob>> jobs_;
  std::vector<Digest> leaves_;
};

struct ContentDigest::State {
  explicit State(WorkerPool* pool) : node_ids(pool), timestamps(pool) {}
  std::string population;
  SpikeOrder order = SpikeOrder::none;
  std::uint64_t count = 0;
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
  state_->node_ids.append(std::as_bytes(node_ids), owner);
  state_->count += node_ids.size();
}

void ContentDigest::append_timestamps(std::span<const double> timestamps_ms, const std::shared_ptr<const void>& owner) {
  state_->timestamps.append(std::as_bytes(timestamps_ms), owner);
}

std::uint64_t ContentDigest::count() const {
  return state_->count;
}

Digest ContentDigest::finish() {
  Sha256 whole;
  whole.update(fmt::format("stimgen-content-v1\n{}\nms\n{}\n{}\n", state_->population, order_name(state_->order),
                           state_->count));
  state_->node_ids.finish_into(whole);
  state_->timestamps.finish_into(whole);
  return whole.finish();
}

Digest digest_population(const SpikeReader& reader, const PopulationInfo& population) {
  ContentDigest digest(population.name, population.order);
  for (std::uint64_t first = 0; first < population.count; first += kChunkSpikes) {
    const std::uint64_t count = std::min<std::uint64_t>(kChunkSpikes, population.count - first);
    digest.append(std::make_shared<const SpikeBlock>(reader.read(population.name, first, count)));
  }
  return digest.finish();
}

}  // namespace stimgen
