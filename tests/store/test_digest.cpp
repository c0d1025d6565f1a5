// Content digests: the documented form, what they depend on and what not; and the first difference of two files.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>

#include "base/digest.hpp"
#include "stimgen/store.hpp"
#include "store/spike_samples.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

std::string plain_blake3(const std::string& bytes) {
  const Digest digest = blake3(bytes);
  return {digest.bytes.begin(), digest.bytes.end()};
}

std::string little_endian(std::uint64_t number) {
  std::string text(8, '\0');
  for (unsigned i = 0; i < 8; ++i) text[i] = static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

// The form in store.hpp, spelt out.
Digest plain_content_digest(const std::string& population, SpikeOrder order, const SpikeBlock& spikes) {
  std::string text;
  for (const std::string& part : {std::string("stimgen-content-v2"), population, std::string("ms"),
                                  std::string(order == SpikeOrder::by_id     ? "by_id"
                                              : order == SpikeOrder::by_time ? "by_time"
                                                                             : "none")}) {
    text += little_endian(part.size()) + part;
  }
  std::string ids, times;
  for (std::size_t i = 0; i < spikes.size();) {
    std::size_t end = i + 1;
    while (order == SpikeOrder::by_id && end < spikes.size() && spikes.node_ids[end] == spikes.node_ids[i]) ++end;
    ids += little_endian(spikes.node_ids[i]);
    if (order == SpikeOrder::by_id) ids += little_endian(end - i);
    i = end;
  }
  for (const double time : spikes.timestamps_ms) times += little_endian(std::bit_cast<std::uint64_t>(time));
  for (const std::string& column : {ids, times}) {
    for (std::size_t at = 0; at < column.size(); at += 1048576) text += plain_blake3(column.substr(at, 1048576));
  }
  return blake3(text + little_endian(spikes.size()));
}

Digest digest_of(const std::string& population, SpikeOrder order, const SpikeBlock& spikes, std::size_t batch) {
  ContentDigest digest(population, order);
  for (std::size_t first = 0; first < spikes.size(); first += batch) {
    digest.append(std::make_shared<const SpikeBlock>(slice(spikes, first, std::min(batch, spikes.size() - first))));
  }
  CHECK(digest.count() == spikes.size());
  return digest.finish();
}

TEST_SUITE("store") {
  TEST_CASE("the digest is the documented one, however the spikes arrive or are stored") {
    const SpikeBlock all = spikes_by_id(1000);
    const TempFolder folder;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{131072}, std::size_t{262145}}) {
      const SpikeBlock spikes = slice(all, 0, size);
      const Digest expected = plain_content_digest("shell", SpikeOrder::by_id, spikes);
      for (const std::size_t batch : {std::size_t{1009}, std::size_t{131072}, std::size_t{1} << 20}) {
        CHECK(digest_of("shell", SpikeOrder::by_id, spikes, batch) == expected);
      }
      for (const Compression compression : {Compression::gzip, Compression::none}) {
        write_spikes(folder / "x.h5", "shell", SpikeOrder::by_id, spikes, {compression, 9}, 777);
        const auto reader = open_spike_file(folder / "x.h5");
        CHECK(digest_population(*reader, reader->populations().at(0)) == expected);
      }
      CHECK(digest_of("shell", SpikeOrder::none, spikes, 1009) ==
            plain_content_digest("shell", SpikeOrder::none, spikes));
    }
  }

  TEST_CASE("stretches of equal node ids count by where they end, not by how the spikes arrive") {
    // A label by_id says how node ids are digested, true or not: 1 1 2 2 2 1 has three stretches.
    SpikeBlock spikes{{1, 1, 2, 2, 2, 1}, {1, 2, 3, 4, 5, 6}};
    for (std::size_t more = 0; more < 40; ++more) {
      spikes.node_ids.push_back(7);
      spikes.timestamps_ms.push_back(7 + static_cast<double>(more));
    }
    const Digest expected = plain_content_digest("p", SpikeOrder::by_id, spikes);
    for (std::size_t batch = 1; batch <= spikes.size(); ++batch) {
      CHECK(digest_of("p", SpikeOrder::by_id, spikes, batch) == expected);
    }
  }

  TEST_CASE("the digest changes with one bit, the order of spikes, name, sorting and count") {
    const SpikeBlock spikes = spikes_by_id(3);
    const Digest digest = digest_of("p", SpikeOrder::by_id, spikes, 100);
    CHECK(digest_of("q", SpikeOrder::by_id, spikes, 100) != digest);
    CHECK(digest_of("p", SpikeOrder::none, spikes, 100) != digest);
    CHECK(digest_of("p", SpikeOrder::by_id, slice(spikes, 0, spikes.size() - 1), 100) != digest);
    SpikeBlock changed = spikes;
    changed.timestamps_ms[17] = std::nextafter(changed.timestamps_ms[17], 0);
    CHECK(digest_of("p", SpikeOrder::by_id, changed, 100) != digest);
    changed = spikes;
    changed.node_ids[17] ^= NodeId{1} << 63;
    CHECK(digest_of("p", SpikeOrder::by_id, changed, 100) != digest);
    changed = spikes;
    std::swap(changed.timestamps_ms[3], changed.timestamps_ms[4]);
    CHECK(digest_of("p", SpikeOrder::by_id, changed, 100) != digest);
  }

  TEST_CASE("the first difference is found wherever it is, or none") {
    const TempFolder folder;
    const SpikeBlock spikes = spikes_by_id(500);
    write_spikes(folder / "a.h5", "p", SpikeOrder::by_id, spikes);
    const auto left = open_spike_file(folder / "a.h5");
    const auto compare = [&](const SpikeBlock& other) {
      write_spikes(folder / "b.h5", "p", SpikeOrder::none, other, {Compression::none, 1});
      return first_difference(*left, *open_spike_file(folder / "b.h5"), "p");
    };
    CHECK_FALSE(compare(spikes));
    for (const std::size_t at : {std::size_t{0}, kChunkSpikes - 1, kChunkSpikes, spikes.size() - 1}) {
      SpikeBlock changed = spikes;
      changed.timestamps_ms[at] = std::nextafter(changed.timestamps_ms[at], 1e6);
      changed.node_ids.back() += at == spikes.size() - 1 ? 0 : 1;
      const auto difference = compare(changed);
      REQUIRE(difference);
      CHECK(difference->index == at);
      CHECK(difference->left == Spike{spikes.node_ids[at], spikes.timestamps_ms[at]});
      CHECK(difference->right == Spike{changed.node_ids[at], changed.timestamps_ms[at]});
    }
    const auto shorter = compare(slice(spikes, 0, 1000));
    REQUIRE(shorter);
    CHECK(shorter->index == 1000);
    CHECK(shorter->left == Spike{spikes.node_ids[1000], spikes.timestamps_ms[1000]});
    CHECK_FALSE(shorter->right);
    CHECK(compare({})->index == 0);
  }
}

}  // namespace
}  // namespace stimgen
