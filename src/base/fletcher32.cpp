#include "base/fletcher32.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace stimgen {

namespace {

// Reduces as HDF5's end-around carry does: a multiple of 65535 that is not 0 becomes 65535.
std::uint32_t fold(std::uint64_t sum) {
  return sum == 0 ? 0 : static_cast<std::uint32_t>((sum - 1) % 65535 + 1);
}

}  // namespace

std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  // Sums over little-endian words, in lanes that the compiler turns into vectors. Swapping the bytes of a word
  // multiplies it by 256 modulo 65535, so the big-endian sums follow at the end. With words w_0 … w_{n-1}:
  // first = Σ w_i and second = Σ (n - i) w_i.
  constexpr std::size_t kLanes = 32;
  constexpr std::size_t kRounds = 256;  // the 32-bit lanes hold 361
  const std::size_t words = bytes.size() / 2;
  std::uint64_t first = 0, second = 0;
  std::size_t done = 0;
  while (words - done >= kLanes) {
    const std::size_t rounds = std::min((words - done) / kLanes, kRounds);
    std::array<std::uint32_t, kLanes> sum{}, prefix{};
    for (std::size_t round = 0; round < rounds; ++round) {
      std::array<std::uint16_t, kLanes> word;
      std::memcpy(word.data(), bytes.data() + 2 * (done + round * kLanes), sizeof word);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        sum[lane] += word[lane];
        prefix[lane] += sum[lane];
      }
    }
    std::uint64_t block_first = 0, block_second = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      block_first += sum[lane];
      block_second += kLanes * std::uint64_t{prefix[lane]} - lane * std::uint64_t{sum[lane]};
    }
    const std::size_t block = rounds * kLanes;
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
