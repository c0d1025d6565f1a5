// One part after the other, or all merged by time.
#include "run/join_parts.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace stimgen {
namespace {

// The spikes of a part in file order, held against its digest at the end.
class PartSource final : public SpikeSource {
 public:
  explicit PartSource(const Part& part)
      : part_(part),
        reader_(open_spike_file(part.path)),
        population_(reader_->populations().at(0)),
        digest_(population_.name, population_.order) {}
  bool next(SpikeBlock& block) override {
    block.clear();
    const std::uint64_t count = std::min<std::uint64_t>(kChunkSpikes, population_.count - at_);
    if (count == 0) {
      if (std::exchange(ended_, true) || to_hex(digest_.finish()) == part_.content) return false;
      throw InputError("run.changed-part", fmt::format("'{}' changed while it was joined", part_.path.string()),
                       "run again when no other run works in this folder");
    }
    const auto read = std::make_shared<const SpikeBlock>(reader_->read(population_.name, at_, count));
    digest_.append(read);
    block = *read;
    at_ += count;
    return true;
  }

 private:
  const Part& part_;
  std::unique_ptr<SpikeReader> reader_;
  PopulationInfo population_;
  ContentDigest digest_;
  std::uint64_t at_ = 0;
  bool ended_ = false;
};

std::uint64_t copy(SpikeSource& source, SpikeSink& sink, const TaskContext& context) {
  std::uint64_t spikes = 0;
  SpikeBlock block;
  while (source.next(block)) {
    context.check_stop();
    spikes += block.size();
    context.add_progress(block.size());
    sink.append(std::move(block));
    block = {};
  }
  return spikes;
}

std::uint64_t copy_all(const std::vector<Part>& parts, SpikeOrder order, SpikeSink& sink, const TaskContext& context) {
  if (order != SpikeOrder::by_time) {
    std::uint64_t spikes = 0;
    for (const Part& part : parts) {
      PartSource source(part);
      spikes += copy(source, sink, context);
    }
    return spikes;
  }
  // One task after the other: all parts of all tasks would be too many files at once, and too much memory.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  std::vector<std::unique_ptr<SpikeSource>> sources;
  for (const Part& part : parts) sources.push_back(std::make_unique<PartSource>(part));
  const auto merged = merge_sources(std::move(sources), order);
  return copy(*merged, sink, context);
}

}  // namespace

TaskCounts write_joined(const std::vector<Part>& parts, const std::string& population, SpikeOrder order,
                        SpikeSink& sink, const TaskContext& context) {
  TaskCounts counts;
  for (const Part& part : parts) counts.nodes += part.nodes;
  sink.begin_population(population, order);
  try {
    counts.spikes = copy_all(parts, order, sink, context);
  } catch (const std::logic_error&) {
    // Out of order: a part that was replaced may hold nodes of its neighbours. Read to its end, it says so itself.
    SpikeBlock block;
    for (const Part& part : parts) {
      for (PartSource source(part); source.next(block);) continue;
    }
    throw;
  }
  return counts;
}

}  // namespace stimgen
