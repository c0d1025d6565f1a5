// Chunk filters against zlib's own inflate and the definition of HDF5's Fletcher-32.
#include <doctest/doctest.h>

#include <zlib.h>

#include <cstring>
#include <random>

#include "base/chunk_codec.hpp"
#include "base/fletcher32.hpp"
#include "store/spike_samples.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

// As the HDF5 file format says: sums of big-endian words with end-around carry.
std::uint32_t plain_fletcher32(std::span<const std::byte> bytes) {
  std::uint32_t first = 0, second = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    first += std::to_integer<std::uint32_t>(bytes[i]) << 8 | std::to_integer<std::uint32_t>(bytes[i + 1]);
    first = (first & 0xffff) + (first >> 16);
    second += first;
    second = (second & 0xffff) + (second >> 16);
  }
  return second << 16 | first;
}

std::vector<std::byte> inflated(std::span<const std::byte> chunk, std::size_t size) {
  std::vector<std::byte> planes(size);
  uLongf got = size;
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(planes.data()), &got, reinterpret_cast<const Bytef*>(chunk.data()),
                     chunk.size()) == Z_OK);
  REQUIRE(got == size);
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[(i % (size / 8)) * 8 + i / (size / 8)] = planes[i];
  return bytes;
}

template <typename T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

TEST_SUITE("base") {
  TEST_CASE("the fast Fletcher-32 is HDF5's") {
    std::mt19937_64 generator(3);
    for (const std::size_t words : {0u, 1u, 2u, 31u, 32u, 33u, 360u, 8192u, 8193u, 20000u, 262144u}) {
      for (const int kind : {0, 1, 2}) {
        std::vector<std::uint16_t> values(words, kind == 0 ? std::uint16_t{0} : std::uint16_t{0xffff});
        if (kind == 2) {
          for (auto& value : values) value = static_cast<std::uint16_t>(generator());
        }
        CHECK(fletcher32(bytes_of(values)) == plain_fletcher32(bytes_of(values)));
      }
    }
  }

  TEST_CASE("every kind of column comes back from an ordinary inflate") {
    std::mt19937_64 generator(4);
    const SpikeBlock spikes = spikes_by_id(300);
    std::vector<std::vector<std::byte>> columns = {bytes_of(spikes.node_ids), bytes_of(spikes.timestamps_ms),
                                                   bytes_of(by_time(spikes).node_ids)};
    std::vector<double> grid, periodic;
    std::vector<std::uint64_t> noise;
    for (int i = 0; i < 70000; ++i) {
      grid.push_back(static_cast<double>(generator() % 150000) * 0.1);
      periodic.push_back(static_cast<double>(i % 150) * 10.0 + 1.0 / 3);
      noise.push_back(generator());
    }
    columns.push_back(bytes_of(grid));
    columns.push_back(bytes_of(periodic));
    columns.push_back(bytes_of(noise));
    for (const auto& column : columns) {
      for (const std::size_t count : {1u, 7u, 8u, 100u, 1023u, 1024u, 5000u, 65536u}) {
        const auto bytes = std::span(column).first(count * 8);
        for (const int level : {1, 4, 9}) {
          std::vector<std::byte> chunk, again;
          encode_deflated(bytes, level, chunk);
          CHECK((inflated(chunk, bytes.size()) == std::vector<std::byte>(bytes.begin(), bytes.end())));
          encode_deflated(bytes, level, again);  // nothing is remembered from chunk to chunk
          CHECK((again == chunk));
          std::vector<std::byte> decoded(bytes.size());
          CHECK(decode_deflated(chunk, decoded));
          CHECK(std::equal(bytes.begin(), bytes.end(), decoded.begin()));
        }
      }
    }
  }

  TEST_CASE("a chunk of any zlib is decoded, and no damaged one, nor one of another length") {
    const std::vector<std::byte> bytes = bytes_of(spikes_by_id(300).timestamps_ms);
    const std::size_t count = bytes.size() / 8;
    std::vector<std::byte> planes(bytes.size()), decoded(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) planes[(i % 8) * count + i / 8] = bytes[i];
    std::vector<std::byte> chunk(compressBound(bytes.size()));
    uLongf size = chunk.size();
    REQUIRE(compress2(reinterpret_cast<Bytef*>(chunk.data()), &size, reinterpret_cast<const Bytef*>(planes.data()),
                      planes.size(), 9) == Z_OK);
    chunk.resize(size);
    REQUIRE(decode_deflated(chunk, decoded));
    CHECK((decoded == bytes));
    CHECK_FALSE(decode_deflated(chunk, std::span(decoded).first(bytes.size() - 8)));
    std::vector<std::byte> longer(bytes.size() + 8);
    CHECK_FALSE(decode_deflated(chunk, longer));
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, size / 2, size - 1}) {
      CHECK_FALSE(decode_deflated(std::span(chunk).first(cut), decoded));
    }
    for (std::size_t at = 0; at < size; at += 1 + size / 50) {
      auto damaged = chunk;
      damaged[at] ^= std::byte{0x10};
      CHECK_FALSE(decode_deflated(damaged, decoded));
    }
  }

  TEST_CASE("storing the noise loses nothing against a full deflate") {
    const SpikeBlock spikes = spikes_by_id(300);
    for (const auto& column : {bytes_of(spikes.node_ids), bytes_of(spikes.timestamps_ms)}) {
      const auto bytes = std::span(column).first(kChunkSpikes * 8);
      std::vector<std::byte> chunk;
      encode_deflated(bytes, 4, chunk);
      std::vector<std::byte> planes(bytes.size());
      for (std::size_t i = 0; i < bytes.size(); ++i) planes[(i % 8) * kChunkSpikes + i / 8] = bytes[i];
      std::vector<std::byte> full(compressBound(bytes.size()));
      uLongf size = full.size();
      REQUIRE(compress2(reinterpret_cast<Bytef*>(full.data()), &size, reinterpret_cast<const Bytef*>(planes.data()),
                        planes.size(), 4) == Z_OK);
      CHECK(chunk.size() < size + size / 100);
    }
  }
}

}  // namespace
}  // namespace stimgen
