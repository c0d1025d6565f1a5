// SHA-256 through OpenSSL's EVP interface.
#include "base/digest.hpp"

#include <charconv>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <new>

#include "stimgen/diagnostic.hpp"

namespace stimgen {

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) {
    if (context == nullptr) throw std::bad_alloc();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void start() {
    static EVP_MD* const algorithm = fetch_algorithm();
    if (algorithm == nullptr || EVP_DigestInit_ex(context, algorithm, nullptr) != 1) {
      throw EnvironmentError("system.no-digest", "OpenSSL on this system does not provide SHA-256");
    }
  }

  // Once: EVP_sha256() would look it up for every digest. The library's tables of ciphers and its configuration file,
  // which the first call would read, are left out: they take most of a millisecond and have no part in SHA-256.
  static EVP_MD* fetch_algorithm() {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                            OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
                        nullptr);
    return EVP_MD_fetch(nullptr, "SHA256", nullptr);
  }

  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  state_->start();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) {
    throw EnvironmentError("system.no-digest", "OpenSSL failed to compute a SHA-256 digest");
  }
  return *this;
}

Sha256& Sha256::update(std::string_view text) {
  return update(std::as_bytes(std::span(text.data(), text.size())));
}

Digest Sha256::finish() {
  Digest digest;
  if (EVP_DigestFinal_ex(state_->context, digest.bytes.data(), nullptr) != 1) {
    throw EnvironmentError("system.no-digest", "OpenSSL failed to compute a SHA-256 digest");
  }
  state_->start();
  return digest;
}

Digest sha256(std::string_view text) {
  thread_local Sha256 hash;  // for short texts, making one would take longer than using it
  return hash.update(text).finish();
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
