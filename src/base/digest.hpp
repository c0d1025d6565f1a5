// BLAKE3 over bytes that arrive in pieces: the one hash of stimgen (third_party/blake3).
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "stimgen/types.hpp"

namespace stimgen {

// Lifecycle: update* → finish, after which it starts afresh. Move-only; one thread at a time.
class Blake3 {
 public:
  Blake3();
  ~Blake3();
  Blake3(Blake3&&) noexcept;
  Blake3& operator=(Blake3&&) noexcept;

  Blake3& update(std::span<const std::byte> bytes);
  Blake3& update(std::string_view text);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest blake3(std::string_view text);

// A text that no other list of parts has: each part behind its length in bytes, as 8 bytes little-endian.
std::string length_prefixed(std::initializer_list<std::string_view> parts);

}  // namespace stimgen
