// Exponential numbers of mean 1 along the blocks of a node, drawn ahead in vectors.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "process/renewal_kernel.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// -ln of word 0 of a block, as a number in (0, 1). Asked for along ascending blocks.
class Exponentials {
 public:
  Exponentials(const RenewalKernel& kernel, StreamKey key, NodeId node) : kernel_(&kernel), key_(key), node_(node) {}

  double of_block(std::uint64_t block) {
    if (block - first_ >= count_) draw_from(block);
    return drawn_[block - first_];
  }

 private:
  static constexpr std::size_t kFewest = 4, kMost = 64;

  // Few at first: a train may be short.
  void draw_from(std::uint64_t block) {
    count_ = std::clamp(2 * count_, kFewest, kMost);
    std::array<std::uint64_t, kMost> nodes, blocks;
    for (std::size_t i = 0; i < count_; ++i) {
      nodes[i] = node_;
      blocks[i] = block + i;
    }
    kernel_->exponential({key_.value, nodes.data(), blocks.data(), count_}, drawn_.data());
    first_ = block;
  }

  const RenewalKernel* kernel_;
  StreamKey key_;
  NodeId node_;
  std::uint64_t first_ = 0;
  std::size_t count_ = 0;
  std::array<double, kMost> drawn_;  // of blocks [first_, first_ + count_)
};

}  // namespace stimgen
