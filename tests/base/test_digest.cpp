// SHA-256 against the examples of FIPS 180-4.
#include "base/digest.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_SUITE("base") {
  using namespace stimgen;

  TEST_CASE("SHA-256 of the standard's examples") {
    CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256(std::string(1000000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }

  TEST_CASE("a digest does not depend on the pieces, and finish starts afresh") {
    Sha256 hash;
    const std::string text(1000, 'x');
    for (std::size_t at = 0; at < text.size(); at += 37) hash.update(std::string_view(text).substr(at, 37));
    CHECK(hash.finish() == sha256(text));
    hash.update("abc");
    CHECK(hash.finish() == sha256("abc"));
  }
}
