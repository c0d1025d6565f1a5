// Encoding in the pool, writing in order.
#include "store/chunk_pipeline.hpp"

#include <atomic>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

#include "base/fletcher32.hpp"
#include "store/chunk_codec.hpp"

namespace stimgen {

// Shared with the closure in the pool, which may run long after the pipeline is gone and then finds it claimed.
struct ChunkPipeline::Job {
  enum State : int { waiting, claimed, done };

  Job(std::shared_ptr<ChunkColumn> values, const FileOptions& file_options)
      : column(std::move(values)), options(file_options) {}

  std::atomic<int> state{waiting};
  std::shared_ptr<ChunkColumn> column;
  FileOptions options;
  std::vector<std::byte> deflated;
  std::exception_ptr error;

  void encode() {
    std::visit(
        [this](auto& values) {
          if (options.compression == Compression::gzip) {
            encode_deflated(std::as_bytes(std::span(values)), options.level, deflated);
            return;
          }
          const std::uint32_t checksum = fletcher32(std::as_bytes(std::span(values)));
          if (values.size() == values.capacity()) throw std::logic_error("no room for a checksum");
          values.emplace_back();
          std::memcpy(&values.back(), &checksum, sizeof checksum);
        },
        *column);
  }
  // Requires: encoded.
  std::span<const std::byte> chunk() const {
    if (options.compression == Compression::gzip) return deflated;
    return std::visit(
        [](const auto& values) {
          const auto bytes = std::as_bytes(std::span(values));
          return bytes.first(bytes.size() - sizeof values.back() + sizeof(std::uint32_t));
        },
        *column);
  }

  void run_unless_claimed() {
    int expected = waiting;
    if (!state.compare_exchange_strong(expected, claimed)) return;
    try {
      encode();
    } catch (...) {
      error = std::current_exception();
    }
    state = done;
    state.notify_all();
  }
  void wait() {
    run_unless_claimed();
    for (int now = state; now != done; now = state) state.wait(now);
    if (error) std::rethrow_exception(error);
  }
};

void ChunkPipeline::write(h5::NewDataset& dataset, std::uint64_t first, std::uint64_t length,
                          std::span<const std::byte> chunk) {
  if (length > 0) dataset.extend(length);
  dataset.write_chunk(first, chunk);
}

void ChunkPipeline::write_oldest() {
  const Entry entry = std::move(window_.front());
  window_.pop_front();
  entry.job->wait();
  write(*entry.dataset, entry.first, entry.length, entry.job->chunk());
}

void ChunkPipeline::push(h5::NewDataset& dataset, std::uint64_t first, std::uint64_t length,
                         std::shared_ptr<ChunkColumn> column) {
  if (pool_ == nullptr) {
    Job job(std::move(column), options_);
    job.encode();
    return write(dataset, first, length, job.chunk());
  }
  // Checksums are quick: a few chunks under way keep the pool busy, and fewer buffers stay in the cache.
  const std::size_t most = options_.compression == Compression::gzip ? kWindow : kWindow / 4;
  while (window_.size() >= most) write_oldest();
  auto job = std::make_shared<Job>(std::move(column), options_);
  window_.push_back({&dataset, first, length, job});
  pool_->submit([job] { job->run_unless_claimed(); });
  while (!window_.empty() && window_.front().job->state == Job::done) write_oldest();
}

void ChunkPipeline::drain() {
  while (!window_.empty()) write_oldest();
}

}  // namespace stimgen
