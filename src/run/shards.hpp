// One shard of every spike task: which nodes it has, and what of it is made already.
//
// A shard is a contiguous range of a task's nodes in order of id. As a node's spikes depend on no other node, the
// shards together are the task's spikes, whatever their number. parts.hpp says where they are kept.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "run/parts.hpp"

namespace stimgen {

// Ends of the ranges of nodes of shards 1 … count; each begins where the one before ends, and may be empty. A pure
// function of the rates: every process cuts alike.
std::vector<std::size_t> shard_ends(const NodeRates& rates, unsigned count);
// The nodes of one shard with their rates.
NodeRates take_shard(const NodeRates& rates, Shard shard);

// What is up to date in a run of one shard: tasks whose file is, by `tasks`, and parts that lie there. It tells `tasks`
// of nothing that was made, as other shards are being made at the same time.
class ShardLog : public TaskLog {
 public:
  // With `force` no part is current. `tasks` must outlive this.
  ShardLog(Shard shard, TaskLog& tasks, bool force) : shard_(shard), tasks_(tasks), force_(force) {}
  bool is_current(const Plan& plan, const Task& task, TaskResult& result) override;
  std::string provenance(const Plan& plan, const Task& task, const TaskResult& result) const override;
  void finished(const Plan&, const Task&, const TaskResult&) override {}

 private:
  Shard shard_;
  TaskLog& tasks_;
  bool force_;
  std::map<std::string, Part> looked_at_;
};

}  // namespace stimgen
