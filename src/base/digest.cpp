// BLAKE3 by its authors' C code, which takes the best instructions that the processor has; all give the same bits.
#include "base/digest.hpp"

#include <charconv>
#include <stdexcept>

#include <blake3.h>

namespace stimgen {

struct Blake3::State {
  State() { start(); }
  void start() { blake3_hasher_init(&hasher); }
  blake3_hasher hasher;
};

Blake3::Blake3() : state_(std::make_unique<State>()) {}
Blake3::~Blake3() = default;
Blake3::Blake3(Blake3&&) noexcept = default;
Blake3& Blake3::operator=(Blake3&&) noexcept = default;

Blake3& Blake3::update(std::span<const std::byte> bytes) {
  blake3_hasher_update(&state_->hasher, bytes.data(), bytes.size());
  return *this;
}

Blake3& Blake3::update(std::string_view text) {
  return update(std::as_bytes(std::span(text.data(), text.size())));
}

Digest Blake3::finish() {
  Digest digest;
  blake3_hasher_finalize(&state_->hasher, digest.bytes.data(), digest.bytes.size());
  state_->start();
  return digest;
}

Digest blake3(std::string_view text) {
  thread_local Blake3 hash;  // for short texts, making one would take longer than using it
  return hash.update(text).finish();
}

std::string length_prefixed(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    for (unsigned i = 0; i < 8; ++i) text += static_cast<char>(std::uint64_t{part.size()} >> (8 * i) & 0xff);
    text.append(part);
  }
  return text;
}

std::string to_hex(const Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.bytes.size());
  for (const unsigned byte : digest.bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Digest digest_from_hex(std::string_view digits) {
  Digest digest;
  if (digits.size() != 2 * digest.bytes.size()) throw std::logic_error("a digest has 64 digits");
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const char* const pair = digits.data() + 2 * i;
    const auto [end, error] = std::from_chars(pair, pair + 2, digest.bytes[i], 16);
    if (error != std::errc() || end != pair + 2) throw std::logic_error("a digest has hexadecimal digits");
  }
  return digest;
}

}  // namespace stimgen
