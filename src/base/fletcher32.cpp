#include "base/fletcher32.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace stimgen {

namespace {

static_assert(std::endian::native == std::endian::little, "words are summed as they lie in memory");

using Vector = std::uint32_t __attribute__((vector_size(16)));

// Reduces as HDF5's end-around carry does: a multiple of 65535 that is not 0 becomes 65535.
std::uint32_t fold(std::uint64_t sum) {
  return sum == 0 ? 0 : static_cast<std::uint32_t>((sum - 1) % 65535 + 1);
}

}  // namespace

std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  // Sums over little-endian words. Swapping the bytes of a word multiplies it by 256 modulo 65535, so the big-endian
  // sums follow at the end. With words w_0 … w_{n-1}: first = Σ w_i and second = Σ (n - i) w_i.
  //
  // Element k of a vector holds word 2k in its low and word 2k + 1 in its high half. Every lane has a sum of its own,
  // and a sum of these sums, in which a word counts once for each vector from its own on.
  constexpr std::size_t kWords = sizeof(Vector) / 2;
  constexpr std::size_t kRounds = 256;  // the 32-bit sums hold 361
  const std::size_t words = bytes.size() / 2;
  std::uint64_t first = 0, second = 0;
  std::size_t done = 0;
  while (words - done >= kWords) {
    const std::size_t rounds = std::min((words - done) / kWords, kRounds);
    Vector even_sum{}, even_prefix{}, odd_sum{}, odd_prefix{};
    for (std::size_t round = 0; round < rounds; ++round) {
      Vector pairs;
      std::memcpy(&pairs, bytes.data() + 2 * (done + round * kWords), sizeof pairs);
      even_sum += pairs & 0xFFFF;
      odd_sum += pairs >> 16;
      even_prefix += even_sum;
      odd_prefix += odd_sum;
    }
    std::uint64_t block_first = 0, block_second = 0;
    const auto add = [&](std::size_t lane, std::uint64_t sum, std::uint64_t prefix) {
      block_first += sum;
      block_second += kWords * prefix - lane * sum;
    };
    for (std::size_t k = 0; k < kWords / 2; ++k) {
      add(2 * k, even_sum[k], even_prefix[k]);
      add(2 * k + 1, odd_sum[k], odd_prefix[k]);
    }
    const std::size_t block = rounds * kWords;
    second += block_second + block * first;
    first += block_first;
    done += block;
  }
  for (; done < words; ++done) {
    std::uint16_t word = 0;
    std::memcpy(&word, bytes.data() + 2 * done, sizeof word);
    first += word;
    second += first;
  }
  const std::uint32_t low = fold(first) * 256, high = fold(second) * 256;
  return fold(high) << 16 | fold(low);
}

}  // namespace stimgen
