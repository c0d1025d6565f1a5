// Philox streams: the published vectors, the layout, unbiased draws, keys.
#include "base/random.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "support/statistics.hpp"

TEST_SUITE("base") {
  using namespace stimgen;

  TEST_CASE("philox_block gives the published known answers") {
    std::ifstream table(STIMGEN_SOURCE_DIR "/tests/base/philox_kat.txt");
    REQUIRE(table.good());
    int vectors = 0;
    for (std::string line; std::getline(table, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::istringstream words(line);
      std::uint64_t w[10];
      for (auto& word : w) words >> std::hex >> word;
      REQUIRE_FALSE(words.fail());
      const auto block = philox_block({w[5] << 32 | w[4]}, w[3] << 32 | w[2], w[1] << 32 | w[0]);
      CHECK(block[0] == (w[7] << 32 | w[6]));
      CHECK(block[1] == (w[9] << 32 | w[8]));
      ++vectors;
    }
    CHECK(vectors == 3);
  }

  TEST_CASE("a stream is the words of its blocks in order, and a copy continues independently") {
    const StreamKey key{0x1122334455667788};
    RandomStream stream(key, 77);
    RandomStream copy = stream;
    for (std::uint64_t block = 0; block < 5; ++block) {
      const auto words = philox_block(key, 77, block);
      CHECK(stream.next_word() == words[0]);
      CHECK(stream.next_word() == words[1]);
    }
    CHECK(copy.next_word() == philox_block(key, 77, 0)[0]);
  }

  TEST_CASE("uniform_open01 never gives 0 or 1") {
    CHECK(uniform_open01(0) == 0x1p-53);
    CHECK(uniform_open01(~std::uint64_t{0}) == 1 - 0x1p-53);
    CHECK(uniform_open01(std::uint64_t{1} << 63) == 0.5 + 0x1p-53);
    CHECK(uniform_open01(0xfff) == 0x1p-53);  // the low 12 bits do not count
  }

  TEST_CASE("uniforms are uniform: p-values over 200 seeds are themselves uniform (bound 0.001)") {
    std::vector<double> p_values;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      RandomStream stream(make_stream_key("test", seed, "uniform"));
      std::vector<double> values(500);
      for (double& value : values) value = stream.next_uniform_open01();
      p_values.push_back(test::ks_uniform_p(values));
    }
    CHECK(test::ks_uniform_p(p_values) > 0.001);
  }

  TEST_CASE("next_below is unbiased, small bounds and bounds that reject a quarter of all words alike (bound 0.001)") {
    RandomStream stream(StreamKey{3}, 4);
    std::vector<std::uint64_t> counts(7);
    for (int i = 0; i < 70000; ++i) ++counts[stream.next_below(7)];
    CHECK(test::equal_counts_p(counts) > 0.001);

    // 4/3 words a value: without rejection every third value would come twice as often as the others.
    const std::uint64_t bound = std::uint64_t{3} << 62;
    std::vector<std::uint64_t> thirds(3);
    for (int i = 0; i < 30000; ++i) {
      const std::uint64_t value = stream.next_below(bound);
      REQUIRE(value < bound);
      ++thirds[value % 3];
    }
    CHECK(test::equal_counts_p(thirds) > 0.001);

    CHECK(stream.next_below(1) == 0);
    CHECK_THROWS_AS(stream.next_below(0), std::logic_error);
  }

  TEST_CASE("normal draws are standard normal (bound 0.001)") {
    RandomStream stream(StreamKey{9});
    std::vector<double> values(20000);
    for (double& value : values) value = std::erfc(-stream.next_normal() / std::sqrt(2.0)) / 2;
    CHECK(test::ks_uniform_p(values) > 0.001);
  }

  TEST_CASE("a stream key depends on purpose, seed, stream name and conditions; seed 0 is a seed like any other") {
    std::set<std::uint64_t> keys;
    for (const char* purpose : {"spikes", "rate"}) {
      for (const std::uint64_t seed : {0U, 1U, 2U}) {
        for (const char* name : {"baseline", "shell", ""}) {
          keys.insert(make_stream_key(purpose, seed, name).value);
          keys.insert(make_stream_key(purpose, seed, name, {"trial=1"}).value);
          keys.insert(make_stream_key(purpose, seed, name, {"animal=1", "trial=1"}).value);
        }
      }
    }
    CHECK(keys.size() == 54);
    CHECK(keys.count(0) == 0);
    CHECK(make_stream_key("spikes", 0, "baseline") == make_stream_key("spikes", 0, "baseline"));
    CHECK(make_stream_key("spikes", ~std::uint64_t{0}, "baseline").value !=
          make_stream_key("spikes", 0, "baseline").value);
  }

  TEST_CASE("no two lists of parts share a key") {
    CHECK(make_stream_key("spikes", 1, "a", {"b"}) != make_stream_key("spikes", 1, "a", {"", "b"}));
    CHECK(make_stream_key("spikes", 1, "a", {"b", "c"}) != make_stream_key("spikes", 1, "a", {"bc"}));
    CHECK(make_stream_key("spikes", 1, "2") != make_stream_key("spikes", 12, ""));
  }

  TEST_CASE("keys are frozen") {
    // By PyPI's blake3 over the parts, each behind its length as 8 bytes little-endian.
    CHECK(make_stream_key("spikes", 2, "baseline").value == 0x925db0eed4ef162a);
    CHECK(make_stream_key("spikes", 2, "baseline", {"trial=3"}).value == 0x2dd4d272b86f84fb);
  }
}
