// Bytes are hashed little-endian, as they lie in memory on the machines we support.
#include "stimgen/canonical.hpp"

#include <fmt/format.h>

#include <bit>

#include "base/digest.hpp"
#include "stimgen/grammar.hpp"

namespace stimgen {
namespace {

static_assert(std::endian::native == std::endian::little, "digests hash little-endian bytes");

template <typename Number>
void add(Blake3& hash, std::span<const Number> numbers) {
  hash.update(std::as_bytes(numbers));
}

}  // namespace

std::string canonical(StreamKey key) {
  return fmt::format("{:016x}", key.value);
}

std::string canonical(const TimeWindow& window) {
  return fmt::format("{} … {} ms", format_number(window.start_ms), format_number(window.stop_ms));
}

std::string canonical_digest(std::span<const NodeId> node_ids) {
  Blake3 hash;
  add(hash, node_ids);
  return fmt::format("{} nodes, blake3 {}", node_ids.size(), to_hex(hash.finish()));
}

std::string canonical_digest(std::span<const double> values) {
  Blake3 hash;
  add(hash, values);
  return fmt::format("{} values, blake3 {}", values.size(), to_hex(hash.finish()));
}

std::string canonical_digest(const RateFunction& rate) {
  Blake3 hash;
  const double window_ms[] = {rate.window().start_ms, rate.window().stop_ms};
  add(hash, std::span<const double>(window_ms));
  for (const RateSegment& segment : rate.segments()) {
    const double numbers[] = {segment.start_ms, segment.rate_hz, segment.slope_hz_per_ms};
    add(hash, std::span<const double>(numbers));
  }
  return fmt::format("{} segments, blake3 {}", rate.segments().size(), to_hex(hash.finish()));
}

std::string canonical_digest(const std::string& text) {
  Blake3 hash;
  hash.update(text);
  return fmt::format("blake3 {}", to_hex(hash.finish()));
}

}  // namespace stimgen
