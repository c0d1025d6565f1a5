// Encoding in the pool, writing in order.
#include "store/chunk_pipeline.hpp"

#include <cstring>
#include <stdexcept>
#include <utility>

#include "base/chunk_codec.hpp"
#include "base/fletcher32.hpp"
#include "base/profile.hpp"

namespace stimgen {

ChunkPipeline::Chunk ChunkPipeline::encode(std::shared_ptr<ChunkColumn> column, const FileOptions& options) {
  const ProfiledStage stage(options.compression == Compression::gzip ? Stage::compression : Stage::checksum);
  Chunk chunk{std::move(column), {}};
  std::visit(
      [&](auto& values) {
        const auto bytes = std::as_bytes(std::span(values));
        if (options.compression == Compression::gzip) return encode_deflated(bytes, options.level, chunk.deflated);
        const std::uint32_t checksum = fletcher32(bytes);
        if (values.size() == values.capacity()) throw std::logic_error("no room for a checksum");
        values.emplace_back();
        std::memcpy(&values.back(), &checksum, sizeof checksum);
      },
      *chunk.column);
  return chunk;
}

std::span<const std::byte> ChunkPipeline::Chunk::bytes() const {
  if (!deflated.empty()) return deflated;
  return std::visit(
      [](const auto& values) {
        const auto all = std::as_bytes(std::span(values));
        return all.first(all.size() - sizeof values.back() + sizeof(std::uint32_t));
      },
      *column);
}

void ChunkPipeline::write(h5::NewDataset& dataset, std::uint64_t first, std::uint64_t length,
                          std::span<const std::byte> chunk) {
  const ProfiledStage stage(Stage::writing);
  if (length > 0) dataset.extend(length);
  dataset.write_chunk(first, chunk);
}

void ChunkPipeline::write_oldest() {
  Entry entry = std::move(window_.front());
  window_.pop_front();
  write(*entry.dataset, entry.first, entry.length, entry.chunk.take().bytes());
}

void ChunkPipeline::push(h5::NewDataset& dataset, std::uint64_t first, std::uint64_t length,
                         std::shared_ptr<ChunkColumn> column) {
  // A checksum takes less time than moving a chunk to another core's cache and back.
  if (pool_ == nullptr || options_.compression == Compression::none) {
    return write(dataset, first, length, encode(std::move(column), options_).bytes());
  }
  while (window_.size() >= kWindow) write_oldest();
  window_.push_back({&dataset, first, length, Deferred<Chunk>(*pool_, [column = std::move(column), options = options_] {
                       return encode(column, options);
                     })});
  while (!window_.empty() && window_.front().chunk.is_made()) write_oldest();
}

void ChunkPipeline::drain() {
  while (!window_.empty()) write_oldest();
}

}  // namespace stimgen
