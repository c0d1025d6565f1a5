// Content digests of spike populations: a tree of two levels over blocks of 1 MiB (store.hpp gives the form).
#include "base/digest.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "stimgen/store.hpp"
#include "store/spike_order.hpp"

namespace stimgen {
namespace {

constexpr std::size_t kLeafBytes = std::size_t{1} << 20;
static_assert(std::endian::native == std::endian::little, "columns are digested as they lie in memory");

// The leaf digests of one column.
class Column {
 public:
  void append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), kLeafBytes - in_leaf_));
      leaf_.update(part);
      in_leaf_ += part.size();
      bytes = bytes.subspan(part.size());
      if (in_leaf_ == kLeafBytes) end_leaf();
    }
  }
  void finish_into(Sha256& whole) {
    if (in_leaf_ > 0) end_leaf();
    for (const Digest& leaf : leaves_) whole.update(std::as_bytes(std::span(leaf.bytes)));
  }

 private:
  void end_leaf() {
    leaves_.push_back(leaf_.finish());
    in_leaf_ = 0;
  }
  Sha256 leaf_;
  std::size_t in_leaf_ = 0;
  std::vector<Digest> leaves_;
};

}  // namespace

struct ContentDigest::State {
  std::string population;
  SpikeOrder order = SpikeOrder::none;
  std::uint64_t count = 0;
  Column node_ids, timestamps;
};

ContentDigest::ContentDigest(std::string population, SpikeOrder order) : state_(std::make_unique<State>()) {
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
