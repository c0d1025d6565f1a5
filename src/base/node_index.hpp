// Finds the row of a node id in an ascending list, quickly where ids are consecutive or spikes come node by node.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "stimgen/types.hpp"

namespace stimgen {

// Refers to the list. One thread at a time.
class NodeIndex {
 public:
  explicit NodeIndex(std::span<const NodeId> ids)
      : ids_(ids), consecutive_(!ids.empty() && ids.back() - ids.front() == ids.size() - 1) {}

  std::size_t size() const { return ids_.size(); }
  NodeId id_at(std::size_t row) const { return ids_[row]; }

  // size() if the list does not have it.
  std::size_t row_of(NodeId id) {
    if (last_ < ids_.size() && ids_[last_] == id) return last_;
    if (ids_.empty() || id < ids_.front() || id > ids_.back()) return ids_.size();
    if (consecutive_) return last_ = static_cast<std::size_t>(id - ids_.front());
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (*found != id) return ids_.size();
    return last_ = static_cast<std::size_t>(found - ids_.begin());
  }

 private:
  std::span<const NodeId> ids_;
  bool consecutive_;
  std::size_t last_ = 0;
};

}  // namespace stimgen
