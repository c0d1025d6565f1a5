// One part after the other, or all merged by time.
#include "run/join_parts.hpp"

#include <algorithm>
#include <mutex>

namespace stimgen {
namespace {

// The spikes of a part in file order.
class PartSource final : public SpikeSource {
 public:
  explicit PartSource(const std::filesystem::path& path) : reader_(open_spike_file(path)) {}
  bool next(SpikeBlock& block) override {
    block.clear();
    const PopulationInfo& population = reader_->populations().at(0);
    const std::uint64_t count = std::min<std::uint64_t>(kChunkSpikes, population.count - at_);
    if (count == 0) return false;
    block = reader_->read(population.name, at_, count);
    at_ += count;
    return true;
  }

 private:
  std::unique_ptr<SpikeReader> reader_;
  std::uint64_t at_ = 0;
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

}  // namespace

TaskCounts write_joined(const std::vector<Part>& parts, const std::string& population, SpikeOrder order,
                        SpikeSink& sink, const TaskContext& context) {
  TaskCounts counts;
  for (const Part& part : parts) counts.nodes += part.nodes;
  sink.begin_population(population, order);
  if (order != SpikeOrder::by_time) {
    for (const Part& part : parts) {
      PartSource source(part.path);
      counts.spikes += copy(source, sink, context);
    }
    return counts;
  }
  // One task after the other: all parts of all tasks would be too many files at once, and too much memory.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  std::vector<std::unique_ptr<SpikeSource>> sources;
  for (const Part& part : parts) sources.push_back(std::make_unique<PartSource>(part.path));
  const auto merged = merge_sources(std::move(sources), order);
  counts.spikes = copy(*merged, sink, context);
  return counts;
}

}  // namespace stimgen
