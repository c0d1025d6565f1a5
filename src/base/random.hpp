// Streams of random decisions: Philox4x32-10 (Salmon et al., SC'11) as a pure function of (key, counter).
//
// Key: 64 bit, from BLAKE3 over a list of parts. Counter: 128 bit = (id: 64 bit, block: 64 bit); the id is a node id
// for all that is drawn a node. A block is 128 bits: two 64-bit words, word 0 first. Philox's four 32-bit counter words
// are {block low, block high, id low, id high}; word 0 of a block is (out[1] << 32 | out[0]), word 1 is
// (out[3] << 32 | out[2]). No generator object is shared or passed along.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "stimgen/types.hpp"

namespace stimgen {

// First 8 bytes (little-endian) of BLAKE3 over the parts "stimgen-stream", stream version, purpose, seed, stream name
// and each condition, each behind its length (length_prefixed in base/digest.hpp); numbers are in decimal. Conditions
// are "name=value", sorted. What is drawn from is asked for by its Purpose (stimgen/streams.hpp).
StreamKey make_stream_key(std::string_view purpose, std::uint64_t seed, std::string_view stream_name,
                          std::initializer_list<std::string_view> conditions = {});

// One Philox block as two 64-bit words.
std::array<std::uint64_t, 2> philox_block(StreamKey key, std::uint64_t id, std::uint64_t block);

// The top 52 bits of a word as a number in the open interval (0, 1): (k + 1/2)·2^-52, exact.
// (With 53 bits k + 1/2 would round, and k = 2^53 - 1 would give 1.)
double uniform_open01(std::uint64_t word);

// The words of one counter id in order: block 0 word 0, block 0 word 1, block 1 word 0, …
// A value: copies continue independently. One draw a statement (argument order is unspecified in C++).
class RandomStream {
 public:
  explicit RandomStream(StreamKey key, std::uint64_t id = 0) : key_(key), id_(id) {}
  std::uint64_t next_word();
  double next_uniform_open01() { return uniform_open01(next_word()); }
  // Unbiased integer in [0, bound) (Lemire, ACM TOMACS 2019: multiply-shift with rejection). Requires: bound > 0.
  std::uint64_t next_below(std::uint64_t bound);
  // Standard normal by the inverse cumulative distribution of one uniform.
  double next_normal();

 private:
  StreamKey key_;
  std::uint64_t id_;
  std::uint64_t next_block_ = 0;
  std::array<std::uint64_t, 2> block_{};
  int used_ = 2;
};

}  // namespace stimgen
