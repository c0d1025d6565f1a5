// Sizes as every command, message and report shows them.
#include <doctest/doctest.h>

#include "base/format_bytes.hpp"

using stimgen::format_bytes;

TEST_SUITE("base") {
  TEST_CASE("sizes have two digits below ten of a unit and none behind the point from there on") {
    CHECK(format_bytes(std::uint64_t{0}) == "0 B");
    CHECK(format_bytes(std::uint64_t{999}) == "999 B");
    CHECK(format_bytes(std::uint64_t{1000}) == "1.0 kB");
    CHECK(format_bytes(std::uint64_t{1549}) == "1.5 kB");
    CHECK(format_bytes(std::uint64_t{9949}) == "9.9 kB");
    CHECK(format_bytes(std::uint64_t{9950}) == "10 kB");
    CHECK(format_bytes(std::uint64_t{999'499}) == "999 kB");
    CHECK(format_bytes(std::uint64_t{999'500}) == "1.0 MB");
    CHECK(format_bytes(std::uint64_t{16'000'000'000}) == "16 GB");
  }

  TEST_CASE("sizes that no disk holds are shown too") {
    CHECK(format_bytes(999.4) == "999 B");
    CHECK(format_bytes(999.6) == "1.0 kB");
    CHECK(format_bytes(2e16) == "20 PB");
    CHECK(format_bytes(1.6e22) == "16000 EB");
  }
}
