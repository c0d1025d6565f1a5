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

// A whole leaf that a pool digests, or its owner if no thread has begun: waiting for it cannot come to a standstill.
struct LeafJob {
  enum State : int { waiting, claimed, done };
  std::atomic<int> state{waiting};
  std::vector<std::byte> bytes;
  Digest digest;
  std::exception_ptr error;

  void run_unless_claimed() {
    int expected = waiting;
    if (!state.compare_exchange_strong(expected, claimed)) return;
    try {
      digest = Sha256().update(bytes).finish();
    } catch (...) {
      error = std::current_exception();
    }
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

// The leaf digests of one column.
class Column {
 public:
  explicit Column(WorkerPool* pool) : pool_(pool) {}

  void append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), kLeafBytes - in_leaf_));
      if (pool_ == nullptr) {
        leaf_.update(part);
      } else {
        if (pending_.capacity() < kLeafBytes) pending_.reserve(kLeafBytes);
        pending_.insert(pending_.end(), part.begin(), part.end());
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
    auto job = std::make_shared<LeafJob>();
    job->bytes = std::move(pending_);
    pending_ = {};
    if (!spare_.empty()) {
      pending_ = std::move(spare_.back());
      pending_.clear();
      spare_.pop_back();
    }
    jobs_.push_back(job);
    pool_->submit([job] { job->run_unless_claimed(); });
  }
  void take_oldest() {
    leaves_.push_back(jobs_.front()->wait());
    spare_.push_back(std::move(jobs_.front()->bytes));  // used again: fresh memory costs as much as the copy
    jobs_.pop_front();
  }

  WorkerPool* pool_;
  Sha256 leaf_;
  std::size_t in_leaf_ = 0;
  std::vector<std::byte> pending_;
  std::vector<std::vector<std::byte>> spare_;
  std::deque<std::shared_ptr<LeafJob>> jobs_;
  std::vector<Digest> leaves_;
};

}  // namespace

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

void ContentDigest::append(const SpikeBlock& block) {
  if (block.node_ids.size() != block.timestamps_ms.size()) throw std::logic_error("columns of different length");
  state_->node_ids.append(std::as_bytes(std::span(block.node_ids)));
  state_->timestamps.append(std::as_bytes(std::span(block.timestamps_ms)));
  state_->count += block.size();
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
    digest.append(reader.read(population.name, first, count));
  }
  return digest.finish();
}

}  // namespace stimgen
