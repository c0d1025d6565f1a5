// SHA-256 over bytes that arrive in pieces (OpenSSL).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "stimgen/types.hpp"

namespace stimgen {

// Lifecycle: update* → finish, after which it starts afresh. Move-only; one thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view text);

}  // namespace stimgen
