// BLAKE3 against the published test vectors, and lists of parts.
#include "base/digest.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_SUITE("base") {
  using namespace stimgen;

  // https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json: byte i of the input is i % 251.
  TEST_CASE("BLAKE3 of the published test vectors") {
    const auto of = [](std::size_t bytes) {
      std::string input;
      for (std::size_t i = 0; i < bytes; ++i) input += static_cast<char>(i % 251);
      return to_hex(blake3(input));
    };
    CHECK(of(0) == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    CHECK(of(1) == "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213");
    CHECK(of(1024) == "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7");
    CHECK(of(102400) == "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085");
  }

  TEST_CASE("a digest does not depend on the pieces, and finish starts afresh") {
    Blake3 hash;
    const std::string text(100000, 'x');
    for (std::size_t at = 0; at < text.size(); at += 37) hash.update(std::string_view(text).substr(at, 37));
    CHECK(hash.finish() == blake3(text));
    hash.update("abc");
    CHECK(hash.finish() == blake3("abc"));
  }

  TEST_CASE("no two lists of parts have one text") {
    CHECK(length_prefixed({}).empty());
    CHECK(length_prefixed({"ab", ""}) == std::string("\2\0\0\0\0\0\0\0ab\0\0\0\0\0\0\0\0", 18));
    CHECK(length_prefixed({"a", "b"}) != length_prefixed({"ab"}));
    CHECK(length_prefixed({"a", "b"}) != length_prefixed({"", "ab"}));
    CHECK(length_prefixed({"a"}) != length_prefixed({"a", ""}));
  }
}
