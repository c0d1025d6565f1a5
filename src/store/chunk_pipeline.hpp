// Chunks on their way into a file: encoded side by side by a pool, written one after the other in the order given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "base/deferred.hpp"
#include "h5/write.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

// One column of a chunk. Requires: room for one more element, where an uncompressed chunk gets its checksum.
using ChunkColumn = std::variant<std::vector<NodeId>, std::vector<double>>;

// At most kWindow chunks are under way; push() then waits for the oldest (Deferred), so it may be called from a thread
// of the pool. One thread at a time.
class ChunkPipeline {
 public:
  ChunkPipeline(const FileOptions& options, WorkerPool* pool) : options_(options), pool_(pool) {}

  // The chunk of `dataset` that starts at element `first`; afterwards the dataset has `length` elements (0: as before).
  // `dataset` must live until drain(). The elements of `column` stay as they are, for others to read meanwhile.
  void push(h5::NewDataset& dataset, std::uint64_t first, std::uint64_t length, std::shared_ptr<ChunkColumn> column);
  // Writes what is under way.
  void drain();
  // Forgets what is under way.
  void clear() noexcept { window_.clear(); }

 private:
  // What is written of a column: itself with its checksum, or its deflated form.
  struct Chunk {
    std::shared_ptr<ChunkColumn> column;
    std::vector<std::byte> deflated;
    std::span<const std::byte> bytes() const;
  };
  struct Entry {
    h5::NewDataset* dataset;
    std::uint64_t first, length;
    Deferred<Chunk> chunk;
  };
  static constexpr std::size_t kWindow = 24;  // about 1 MiB each

  static Chunk encode(std::shared_ptr<ChunkColumn> column, const FileOptions& options);
  static void write(h5::NewDataset& dataset, std::uint64_t first, std::uint64_t length,
                    std::span<const std::byte> chunk);
  void write_oldest();

  FileOptions options_;
  WorkerPool* pool_;
  std::deque<Entry> window_;
};

}  // namespace stimgen
