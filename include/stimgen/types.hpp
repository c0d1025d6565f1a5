// The vocabulary every part shares: ids, time windows, stream keys, digests, spikes. No logic beyond it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stimgen {

// SONATA node id inside one population (uint64, as in the files).
using NodeId = std::uint64_t;

// Node ids that never change; copies share them, because there may be tens of millions.
class NodeIds {
 public:
  NodeIds() = default;
  NodeIds(std::vector<NodeId> ids) : own_(std::make_shared<const std::vector<NodeId>>(std::move(ids))), ids_(*own_) {}
  // Refers to a list that must outlive it and all copies.
  static NodeIds of(const std::vector<NodeId>& ids) {
    NodeIds shared;
    shared.ids_ = ids;
    return shared;
  }

  std::size_t size() const { return ids_.size(); }
  NodeId operator[](std::size_t i) const { return ids_[i]; }
  auto begin() const { return ids_.begin(); }
  auto end() const { return ids_.end(); }

 private:
  std::shared_ptr<const std::vector<NodeId>> own_;
  std::span<const NodeId> ids_;
};

// Half-open interval [start, stop) in milliseconds.
struct TimeWindow {
  double start_ms = 0;
  double stop_ms = 0;

  double duration_ms() const { return stop_ms - start_ms; }
  bool operator==(const TimeWindow&) const = default;
};

// The 64-bit Philox key of one stream of random decisions (make_stream_key in base/random.hpp).
struct StreamKey {
  std::uint64_t value = 0;
  bool operator==(const StreamKey&) const = default;
};

// A BLAKE3 digest.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  bool operator==(const Digest&) const = default;
};

// 64 lower-case hexadecimal digits.
std::string to_hex(const Digest& digest);
// Requires: such digits.
Digest digest_from_hex(std::string_view digits);

// The order of spikes in a file, with the values of SONATA's `sorting` enum.
// Persistent: do not change the values.
enum class SpikeOrder : std::uint8_t { none = 0, by_id = 1, by_time = 2 };

enum class Compression : std::uint8_t { none, gzip };

struct Spike {
  NodeId node_id = 0;
  double timestamp_ms = 0;
  bool operator==(const Spike&) const = default;
};

// A run of spikes as two columns of equal length, the layout of the files.
struct SpikeBlock {
  std::vector<NodeId> node_ids;
  std::vector<double> timestamps_ms;

  std::size_t size() const { return timestamps_ms.size(); }
  bool empty() const { return timestamps_ms.empty(); }
  void clear() {
    node_ids.clear();
    timestamps_ms.clear();
  }
};

// Spikes by node: stretches of spikes of one node, one after the other. Half the memory of a SpikeBlock.
struct TrainBlock {
  struct Stretch {
    NodeId node_id = 0;
    std::uint64_t count = 0;  // at least 1
  };
  std::vector<Stretch> stretches;
  std::vector<double> timestamps_ms;  // of all stretches

  std::size_t size() const { return timestamps_ms.size(); }
};

// The version of fingerprints, and so of locks and of the records in files. Raised, with an entry in CHANGELOG.md, when
// a recipe gets other fingerprints or other bits than before: what was made earlier is then made again.
inline constexpr int kFormatVersion = 2;

// The version of the random streams, part of every stream's key. A deliberate change of any generated bit raises it,
// and kFormatVersion with it.
inline constexpr int kStreamVersion = 2;

}  // namespace stimgen
