// Blocks are compared as bytes first; only a block that differs is looked at spike by spike.
#include "audit/compare_sink.hpp"

#include <algorithm>
#include <cstring>

namespace stimgen {
namespace {

Spike spike_of(const SpikeBlock& block, std::size_t i) {
  return {block.node_ids[i], block.timestamps_ms[i]};
}

bool same_bits(const SpikeBlock& a, std::size_t i, const SpikeBlock& b, std::size_t k) {
  return a.node_ids[i] == b.node_ids[k] && std::memcmp(&a.timestamps_ms[i], &b.timestamps_ms[k], sizeof(double)) == 0;
}

}  // namespace

void CompareSink::differ(std::optional<SpikeDifference> first) {
  if (!different_.empty()) return;
  different_ = name_;
  first_ = first;
  if (info_ != nullptr) file_count_ = info_->count;
}

void CompareSink::begin_population(const std::string& name, SpikeOrder order) {
  end_population();
  name_ = name;
  info_ = nullptr;
  at_ = 0;
  counts_[name] = 0;
  digest_.emplace(name, order, pool_);
  if (file_ == nullptr) return;
  info_ = find_population(*file_, name);
  if (info_ == nullptr || info_->order != order) differ(std::nullopt);
}

void CompareSink::append(SpikeBlock block) {
  const auto shared = std::make_shared<const SpikeBlock>(std::move(block));
  counts_[name_] += shared->size();
  digest_->append(shared);
  compare(*shared);
}

void CompareSink::compare(const SpikeBlock& block) {
  if (info_ == nullptr || !different_.empty() || block.empty()) return;
  const std::uint64_t left = info_->count - std::min(at_, info_->count);
  const auto shared = static_cast<std::size_t>(std::min<std::uint64_t>(left, block.size()));
  const SpikeBlock there = shared > 0 ? file_->read(name_, at_, shared) : SpikeBlock();
  const bool same = shared == 0 ||
                    (std::memcmp(there.node_ids.data(), block.node_ids.data(), shared * sizeof(NodeId)) == 0 &&
                     std::memcmp(there.timestamps_ms.data(), block.timestamps_ms.data(), shared * sizeof(double)) == 0);
  if (!same) {
    std::size_t i = 0;
    while (same_bits(block, i, there, i)) ++i;
    differ(SpikeDifference{at_ + i, spike_of(block, i), spike_of(there, i)});
  } else if (shared < block.size()) {
    differ(SpikeDifference{at_ + shared, spike_of(block, shared), std::nullopt});
  }
  at_ += block.size();
}

void CompareSink::end_population() {
  if (digest_) contents_.push_back({name_, counts_[name_], digest_->finish()});
  digest_.reset();
  if (info_ != nullptr && different_.empty() && at_ < info_->count) {
    const SpikeBlock there = file_->read(name_, at_, 1);
    differ(SpikeDifference{at_, std::nullopt, spike_of(there, 0)});
  }
}

void CompareSink::finish() {
  end_population();
  if (file_ == nullptr) return;
  for (const PopulationInfo& info : file_->populations()) {
    if (counts_.contains(info.name)) continue;
    name_ = info.name;
    info_ = &info;
    differ(std::nullopt);
  }
}

const std::vector<PopulationContent>& CompareSink::contents() {
  end_population();
  return contents_;
}

std::uint64_t CompareSink::count_of(const std::string& name) const {
  const auto found = counts_.find(name);
  return found == counts_.end() ? 0 : found->second;
}

void MemoryFile::begin_population(const std::string& name, SpikeOrder order) {
  populations_.push_back({name, order, 0});
  spikes_[name];
}

void MemoryFile::append(SpikeBlock block) {
  PopulationInfo& info = populations_.back();
  SpikeBlock& all = spikes_[info.name];
  all.node_ids.insert(all.node_ids.end(), block.node_ids.begin(), block.node_ids.end());
  all.timestamps_ms.insert(all.timestamps_ms.end(), block.timestamps_ms.begin(), block.timestamps_ms.end());
  info.count += block.size();
}

SpikeBlock MemoryFile::read(const std::string& population, std::uint64_t first, std::uint64_t count) const {
  const SpikeBlock& all = spikes_.at(population);
  const auto from = static_cast<std::ptrdiff_t>(first), to = static_cast<std::ptrdiff_t>(first + count);
  SpikeBlock block;
  block.node_ids.assign(all.node_ids.begin() + from, all.node_ids.begin() + to);
  block.timestamps_ms.assign(all.timestamps_ms.begin() + from, all.timestamps_ms.begin() + to);
  return block;
}

}  // namespace stimgen
