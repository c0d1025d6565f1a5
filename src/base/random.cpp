// Philox streams: see random.hpp.
#include "base/random.hpp"

#include <Random123/philox.h>

#include <stdexcept>
#include <string>

#include "base/digest.hpp"
#include "base/log_kernel.hpp"
#include "base/maths.hpp"

namespace stimgen {

StreamKey make_stream_key(std::string_view purpose, std::uint64_t seed, std::string_view stream_name,
                          std::initializer_list<std::string_view> conditions) {
  std::string text =
      length_prefixed({"stimgen-stream", std::to_string(kStreamVersion), purpose, std::to_string(seed), stream_name});
  const Digest digest = blake3(text + length_prefixed(conditions));
  StreamKey key;
  for (unsigned i = 0; i < 8; ++i) key.value |= std::uint64_t{digest.bytes[i]} << (8 * i);
  return key;
}

std::array<std::uint64_t, 2> philox_block(StreamKey key, std::uint64_t id, std::uint64_t block) {
  const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  const philox4x32_ctr_t counter = {{low(block), high(block), low(id), high(id)}};
  const philox4x32_key_t philox_key = {{low(key.value), high(key.value)}};
  const philox4x32_ctr_t out = philox4x32(counter, philox_key);
  return {std::uint64_t{out.v[1]} << 32 | out.v[0], std::uint64_t{out.v[3]} << 32 | out.v[2]};
}

double uniform_open01(std::uint64_t word) {
  // 1 + k·2^-52 by its bits; the difference has 53 significant bits and is exact.
  return maths::as_bits<double>(std::uint64_t{0x3ff0000000000000} | word >> 12) - (1 - 0x1p-53);
}

std::uint64_t RandomStream::next_word() {
  if (used_ == 2) {
    block_ = philox_block(key_, id_, next_block_++);
    used_ = 0;
  }
  return block_[static_cast<unsigned>(used_++)];
}

std::uint64_t RandomStream::next_below(std::uint64_t bound) {
  if (bound == 0) throw std::logic_error("next_below: bound is 0");
  __extension__ using Wide = unsigned __int128;
  Wide product = Wide{next_word()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t surplus = (0 - bound) % bound;  // 2^64 mod bound: so many low products are one too many
    while (static_cast<std::uint64_t>(product) < surplus) product = Wide{next_word()} * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::next_normal() {
  return maths::normal_quantile(next_uniform_open01());
}

}  // namespace stimgen
