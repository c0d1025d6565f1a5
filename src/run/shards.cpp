// Cuts by expected work; the log of a run of one shard.
#include "run/shards.hpp"

#include <type_traits>

namespace stimgen {
namespace {

// A train takes one draw more than it has spikes: nodes that hardly fire take time, too.
double work_of(const NodeRates& rates, std::size_t node) {
  return rates.expected_spikes(node) + 1;
}

}  // namespace

std::vector<std::size_t> shard_ends(const NodeRates& rates, unsigned count) {
  double total = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) total += work_of(rates, i);
  std::vector<std::size_t> ends(count, rates.size());
  std::size_t shard = 0;
  double before = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const double work = work_of(rates, i);
    // A node belongs where the middle of its work lies.
    const double place = (before + work / 2) / total * count;
    while (shard + 1 < count && static_cast<double>(shard + 1) <= place) ends[shard++] = i;
    before += work;
  }
  return ends;
}

NodeRates take_shard(const NodeRates& rates, Shard shard) {
  const std::vector<std::size_t> ends = shard_ends(rates, shard.count);
  const std::size_t first = shard.index == 1 ? 0 : ends[shard.index - 2];
  const auto cut = [first, last = ends[shard.index - 1]](const auto& column) {
    using Values = std::remove_cvref_t<decltype(column)>;
    if (column.empty()) return Values();
    return Values(column.begin() + static_cast<std::ptrdiff_t>(first),
                  column.begin() + static_cast<std::ptrdiff_t>(last));
  };
  NodeRates part;
  part.window = rates.window;
  part.functions = rates.functions;
  part.node_ids = cut(std::vector<NodeId>(rates.node_ids.begin(), rates.node_ids.end()));
  part.constant_hz = cut(rates.constant_hz);
  part.function_of_node = cut(rates.function_of_node);
  part.groups = rates.groups;
  part.group_of_node = cut(rates.group_of_node);
  part.group_of_function = rates.group_of_function;
  return part;
}

bool ShardLog::is_current(const Plan& plan, const Task& task, TaskResult& result) {
  if (tasks_.is_current(plan, task, result)) return true;
  if (force_ || task.sampled() == nullptr) return false;
  auto known = looked_at_.find(task.name);
  if (known == looked_at_.end()) {
    known = looked_at_.emplace(task.name, look_at_part(plan, task, shard_)).first;
  }
  const Part& part = known->second;
  if (!part.problem.empty()) return false;
  result.spikes = part.spikes;
  result.nodes = part.nodes;
  const double seconds = task.sampled()->window.duration_ms() / 1000;
  if (part.nodes > 0) {
    result.mean_rate_hz = static_cast<double>(part.spikes) / static_cast<double>(part.nodes) / seconds;
  }
  std::error_code ignored;
  result.bytes = std::filesystem::file_size(part.path, ignored);
  return true;
}

std::string ShardLog::provenance(const Plan& plan, const Task& task, const TaskResult& result) const {
  return part_record(plan, task, shard_, result);
}

}  // namespace stimgen
