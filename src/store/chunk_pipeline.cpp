// Encoding in the pool, writing in order.
#include "store/chunk_pipeline.hpp"

#include <atomic>
#include <exception>
#include <utility>

#include "store/chunk_codec.hpp"

namespace stimgen {

// Shared with the closure in the pool, which may run long after the pipeline is gone and then finds it claimed.
struct ChunkPipeline::Job {
  enum State : int { waiting, claimed, done };
  std::atomic<int> state{waiting};
  std::vector<std::byte> bytes, chunk;
  int level = 0;
  std::exception_ptr error;

  void run_unless_claimed() {
    int expected = waiting;
    if (!state.compare_exchange_strong(expected, claimed)) return;
    try {
      encode_deflated(bytes, level, chunk);
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
  write(*entry.dataset, entry.first, entry.length, entry.job->chunk);
}

void ChunkPipeline::push(h5::NewDataset& dataset, std::uint64_t first, std::uint64_t length,
                         std::span<const std::byte> bytes) {
  if (options_.compression == Compression::none) {  // a checksum is faster than handing it over
    encode_checksummed(bytes, chunk_);
    return write(dataset, first, length, chunk_);
  }
  if (pool_ == nullptr) {
    encode_deflated(bytes, options_.level, chunk_);
    return write(dataset, first, length, chunk_);
  }
  while (window_.size() >= kWindow) write_oldest();
  auto job = std::make_shared<Job>();
  job->bytes.assign(bytes.begin(), bytes.end());
  job->level = options_.level;
  window_.push_back({&dataset, first, length, job});
  pool_->submit([job] { job->run_unless_claimed(); });
  while (!window_.empty() && window_.front().job->state == Job::done) write_oldest();
}

void ChunkPipeline::drain() {
  while (!window_.empty()) write_oldest();
}

}  // namespace stimgen
