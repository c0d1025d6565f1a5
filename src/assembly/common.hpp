// What the grouping methods share: shuffling, cutting, ordering of labels, and node rows as ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "stimgen/assembly.hpp"

namespace stimgen {

// A set named in a recipe, and where.
struct SetReference {
  std::string name;
  SourceLoc loc;
};

// Moves `chosen` elements, drawn at random, to the front in random order (Fisher–Yates; all: a full shuffle).
template <typename Item>
void draw_to_front(std::vector<Item>& items, std::size_t chosen, RandomStream& stream) {
  for (std::size_t i = 0; i < chosen && i + 1 < items.size(); ++i) {
    const std::uint64_t step = stream.next_below(items.size() - i);
    std::swap(items[i], items[i + static_cast<std::size_t>(step)]);
  }
}

// Cuts `items` into `count` runs whose sizes differ by at most one, the longer ones first. Each run is sorted.
// Requires: count > 0.
std::vector<std::vector<NodeId>> cut_evenly(const std::vector<NodeId>& items, std::size_t count);

// The ids of rows, in their order.
std::vector<NodeId> ids_of_rows(const NodePopulation& population, const NodeSelection& rows);

// Texts that are numbers come first, in the order of the numbers; then the others, byte by byte.
bool label_less(std::string_view left, std::string_view right);

// "1, 2, 3, …": the first few.
std::string list_some(const std::vector<NodeId>& ids);
// "1 node", "3 nodes".
std::string count_text(std::uint64_t count, std::string_view what);

}  // namespace stimgen
