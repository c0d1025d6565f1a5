// What every node population shares: ids and columns loaded once, on first use, by any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "stimgen/network.hpp"

namespace stimgen {

class LazyPopulation : public NodePopulation {
 public:
  const std::string& name() const final { return name_; }
  std::uint64_t size() const final { return size_; }
  const std::vector<NodeId>& node_ids() const final;
  const std::vector<ColumnInfo>& columns() const final { return columns_; }
  std::shared_ptr<const Column> column(std::string_view name) const final;
  std::vector<std::string> take_columns_used() const final;

 protected:
  LazyPopulation(std::string name, std::uint64_t size) : name_(std::move(name)), size_(size) {}

  // Both are called under the lock, once each.
  virtual std::vector<NodeId> read_node_ids() const = 0;
  // Any type; made canonical by the caller.
  virtual Column read_column(const ColumnInfo& info) const = 0;
  // Throws InputError if `name` is there, but in a form that cannot be a column.
  virtual void refuse_unusable(std::string_view /*name*/) const {}

  // Requires: called by read_column.
  const std::vector<NodeId>& ids_under_lock() const;
  void set_columns(std::vector<ColumnInfo> columns);

 private:
  std::string name_;
  std::uint64_t size_;
  std::vector<ColumnInfo> columns_;  // sorted by name
  mutable std::mutex mutex_;
  mutable bool have_ids_ = false;
  mutable std::vector<NodeId> ids_;
  mutable std::map<std::string, std::shared_ptr<const Column>, std::less<>> cache_;
  mutable std::set<std::string, std::less<>> used_;
};

// 0, 1, …, count - 1
std::vector<NodeId> counted_ids(std::uint64_t count);

}  // namespace stimgen
