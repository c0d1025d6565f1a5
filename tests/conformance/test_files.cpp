// What every spike file must do, in every order, compression, size and layout: written by us, it is read by us and by
// HDF5 alone; written by HDF5 alone, it is read by us; its content is frozen; unfinished, it leaves nothing.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/digest.hpp"
#include "stimgen/diagnostic.hpp"
#include "stimgen/store.hpp"
#include "stimgen/types.hpp"
#include "store/sonata_sink.hpp"
#include "store/spike_samples.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/temp_folder.hpp"
#include "support/unfair_pool.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;
using Sorting = ForeignPopulation::Sorting;

const std::vector<FileOptions> kOptions{{Compression::gzip, 4}, {Compression::none, 4}};
const std::vector<SpikeOrder> kOrders{SpikeOrder::none, SpikeOrder::by_id, SpikeOrder::by_time};
const std::vector<const char*> kOrderTexts{"none", "by_id", "by_time"};

// Around every border: of a chunk, of a short dataset, of a block that is digested.
const std::vector<std::size_t> kSizes{
    0, 1, kChunkSpikes - 1, kChunkSpikes, kChunkSpikes + 1, 2 * kChunkSpikes, 3 * kChunkSpikes + 7};

struct Population {
  std::string name;
  SpikeBlock spikes;
};

// One population, or three with an empty one between them and ids beyond 63 bits.
std::vector<std::vector<Population>> contents_of(const SpikeBlock& spikes) {
  const SpikeBlock last{{std::numeric_limits<NodeId>::max() - 1, std::numeric_limits<NodeId>::max()}, {0.5, 0.75}};
  return {{{"thalamus", spikes}}, {{"thalamus", spikes}, {"empty", {}}, {"αβγ", last}}};
}

std::vector<PopulationContent> write(const std::filesystem::path& path, const std::vector<Population>& populations,
                                     SpikeOrder order, const FileOptions& options) {
  const auto sink = create_spike_file(path, options);
  for (const Population& population : populations) {
    sink->begin_population(population.name, order);
    append_in_batches(*sink, population.spikes, 50000);
  }
  const std::vector<PopulationContent> contents = sink->contents();
  sink->finish();
  return contents;
}

// What HDF5 alone finds of a population that we wrote.
void check_trusted(const TrustedPopulation& found, const SpikeBlock& spikes, SpikeOrder order,
                   const FileOptions& options) {
  const std::size_t size = spikes.size();
  CHECK(found.sorting_members == "none=0,by_id=1,by_time=2");
  CHECK(found.sorting == static_cast<int>(order));
  // BMTK drops all populations of a file with this attribute on an empty one.
  CHECK(found.node_ids_sorting == (order == SpikeOrder::by_id && size > 0 ? "by_id" : ""));
  CHECK(found.units == "ms");
  CHECK(found.node_ids_type == "u8");
  CHECK(found.timestamps_type == "f8");
  const std::string filters = size == 0                                  ? ""
                              : options.compression == Compression::gzip ? "shuffle,deflate"
                                                                         : "fletcher32";
  CHECK(found.node_ids_filters == filters);
  CHECK(found.timestamps_filters == filters);
  CHECK(found.chunk == std::min(size, kChunkSpikes));
  CHECK_FALSE(found.has_times);
  CHECK((found.node_ids == spikes.node_ids));
  CHECK((found.timestamps == spikes.timestamps_ms));
}

// What our reader finds of it, as a whole and across the borders of chunks.
void check_ours(const SpikeReader& reader, const PopulationInfo& info, const SpikeBlock& spikes, SpikeOrder order) {
  CHECK(info.order == order);
  REQUIRE(info.count == spikes.size());
  const SpikeBlock all = reader.read(info.name, 0, info.count);
  CHECK((all.node_ids == spikes.node_ids));
  CHECK((all.timestamps_ms == spikes.timestamps_ms));
  for (std::size_t border = kChunkSpikes; border < spikes.size(); border += kChunkSpikes) {
    const std::size_t count = std::min<std::size_t>(10, spikes.size() - border + 5);
    const SpikeBlock part = reader.read(info.name, border - 5, count);
    CHECK((part.node_ids == slice(spikes, border - 5, count).node_ids));
    CHECK((part.timestamps_ms == slice(spikes, border - 5, count).timestamps_ms));
  }
}

// In the order of names that readers have: by their bytes.
std::vector<Population> by_name(std::vector<Population> populations) {
  std::sort(populations.begin(), populations.end(),
            [](const Population& a, const Population& b) { return a.name < b.name; });
  return populations;
}

// Content digests that a version of the format gives the same spikes.
const std::map<SpikeOrder, std::vector<std::string>> kFrozen{
    {SpikeOrder::none,
     {"ed0a63ca13cac32b7b9fc3a509652aece3375af62f748c923422c0878922fc9b",
      "b120a6b0370973fc93c3204e62b44e41f4b3be08e810078a7011eb33da0fa804",
      "f33343af882c2ced8d8101e098153dadf4f6188960f37e32cef8e802cbb1a0c6"}},
    {SpikeOrder::by_id,
     {"f16d5f102242b5a058305c6b51dc8a02d070902e9f96b6c95f5ee43110014b25",
      "ab304f6c9f545e52132dff952cfc7ce6ee58340d43e1fdca18f55a52e63f5ce7",
      "b3df7983f48e5c018e98411e019c3ce99540bd1e8bbd810ab8f7c2a46fae6551"}},
    {SpikeOrder::by_time,
     {"8146890461ad65b8ad0337710318414381294fda5fe22a6309486bf03ab6a42f",
      "3508585bb4b47e10b3504e407913496543b7ce4300f9d92f2b4632cfd7baf8c5",
      "091dd6794bc4174a1889a857dd8641270260eaa5e9debab7969a14ad0d8ad74b"}},
};

// A disk on which one step of making a file visible fails.
class FailingDisk final : public Disk {
 public:
  explicit FailingDisk(int step) : step_(step) {}
  int open_exclusively(const std::filesystem::path& path) override { return real_disk().open_exclusively(path); }
  int write(int descriptor, std::string_view text) override { return real_disk().write(descriptor, text); }
  int close(int descriptor) override { return real_disk().close(descriptor); }
  int sync_file(const std::filesystem::path& path) override { return step_ == 0 ? -EIO : real_disk().sync_file(path); }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return step_ == 1 ? -EDQUOT : real_disk().rename(from, to);
  }
  int sync_folder(const std::filesystem::path& path) override { return real_disk().sync_folder(path); }
  int remove(const std::filesystem::path& path) override { return real_disk().remove(path); }

 private:
  int step_;
};

// How a child process fared that writes a file on a disk where `limit` bytes fit: 0 if the error names file and reason.
// A limit on file size stands for a full disk: both fail a write with an errno, at any of HDF5's writes.
int write_within(long limit, const std::filesystem::path& path, const SpikeBlock& spikes, const FileOptions& options) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit rule{static_cast<rlim_t>(limit), static_cast<rlim_t>(limit)};
  setrlimit(RLIMIT_FSIZE, &rule);
  try {
    const auto sink = create_spike_file(path, options);
    sink->begin_population("p", SpikeOrder::by_id);
    append_in_batches(*sink, spikes, 20000);
    sink->finish();
  } catch (const EnvironmentError& error) {
    const std::string text = error.what();
    if (text.starts_with("cannot write '" + path.string() + "'") && text.find("File too large") != text.npos) return 0;
    std::fprintf(stderr, "%s\n", text.c_str());
    return 2;
  } catch (...) {
    return 3;
  }
  return 1;
}

}  // namespace

TEST_SUITE("conformance") {
  TEST_CASE("files: what we write, HDF5 alone and we read, whatever order, compression, size and populations") {
    const SpikeBlock all = spikes_by_id(900);
    REQUIRE(all.size() > kSizes.back());
    const TempFolder folder;
    const auto path = folder / "spikes.h5";
    for (const std::size_t size : kSizes) {
      for (const SpikeOrder order : kOrders) {
        const SpikeBlock part = slice(all, 0, size);
        for (const auto& populations : contents_of(order == SpikeOrder::by_time ? by_time(part) : part)) {
          for (const FileOptions& options : kOptions) {
            CAPTURE(size);
            CAPTURE(populations.size());
            const auto contents = write(path, populations, order, options);
            const TrustedSpikes file = read_spikes_trusted(path);
            CHECK(file.magic == 0x0A7A);
            CHECK(file.version == std::vector<std::uint64_t>{0, 1});
            CHECK(file.provenance.empty());
            const auto reader = open_spike_file(path);
            const auto expected = by_name(populations);
            REQUIRE(file.populations.size() == expected.size());
            REQUIRE(reader->populations().size() == expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
              CHECK(file.populations[i].name == expected[i].name);
              check_trusted(file.populations[i], expected[i].spikes, order, options);
              const PopulationInfo& info = reader->populations()[i];
              CHECK(info.name == expected[i].name);
              check_ours(*reader, info, expected[i].spikes, order);
            }
            REQUIRE(contents.size() == populations.size());
            for (std::size_t i = 0; i < contents.size(); ++i) {
              CHECK(contents[i].name == populations[i].name);
              CHECK(contents[i].spikes == populations[i].spikes.size());
              CHECK(contents[i].digest == digest_population(*reader, population_of(*reader, contents[i].name)));
            }
            CHECK(folder.entries() == 1);
          }
        }
      }
    }
  }

  TEST_CASE("files: populations in several orders, and where the spikes come from") {
    const TempFolder folder;
    const auto path = folder / "a.h5";
    const SpikeBlock spikes = spikes_by_id(30, (NodeId{1} << 40) + 5);
    for (const FileOptions& options : kOptions) {
      const auto sink = create_spike_file(path, options);
      sink->begin_population("zeta", SpikeOrder::by_id);
      append_in_batches(*sink, spikes, 100);
      sink->begin_population("empty", SpikeOrder::by_id);
      sink->append({});
      sink->begin_population("alpha", SpikeOrder::by_time);
      append_in_batches(*sink, by_time(spikes), 100);
      sink->set_provenance("{\"recipe\": \"µ\"}");
      sink->finish();
      const TrustedSpikes file = read_spikes_trusted(path);
      REQUIRE(file.populations.size() == 3);
      check_trusted(file.populations[0], by_time(spikes), SpikeOrder::by_time, options);
      check_trusted(file.populations[1], {}, SpikeOrder::by_id, options);
      check_trusted(file.populations[2], spikes, SpikeOrder::by_id, options);
      CHECK(file.provenance == "{\"recipe\": \"µ\"}");
      CHECK(file.compressor.starts_with(options.compression == Compression::gzip ? "zlib " : "none"));
      CHECK(open_spike_file(path)->provenance() == "{\"recipe\": \"µ\"}");
    }
  }

  TEST_CASE("files: a record has no limit, and every byte of it comes back") {
    const TempFolder folder;
    for (const std::size_t size : {std::size_t{1}, std::size_t{65535}, std::size_t{65536}, std::size_t{20} << 20U}) {
      CAPTURE(size);
      const auto path = folder / "a.h5";
      std::string text(size, 'x');
      for (std::size_t i = 0; i < size; i += 1000) text[i] = static_cast<char>('a' + i / 1000 % 26);
      text.back() = ' ';
      const auto sink = create_spike_file(path, {});
      sink->begin_population("a", SpikeOrder::by_id);
      append_in_batches(*sink, spikes_by_id(3), 100);
      sink->set_provenance(text);
      sink->finish();
      CHECK((read_spikes_trusted(path).provenance == text));
      CHECK((open_spike_file(path)->provenance() == text));
    }
  }

  TEST_CASE("files: what HDF5 alone writes we read, whatever layout, width, size and populations") {
    constexpr std::uint64_t kChunk = 4;
    const TempFolder folder;
    const auto path = folder / "x.h5";
    struct Layout {
      std::uint64_t chunk;
      int deflate;
    };
    const std::vector<std::int64_t> ids{7, 7, 0, 127, 3, 1, 2, 4, 100, 9, 9, 11, 5};
    for (const Layout layout : {Layout{0, 0}, Layout{kChunk, 0}, Layout{kChunk, 6}}) {
      for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk + 1}) {
        for (int variant = 0; variant < 32; ++variant) {
          ForeignPopulation population;
          population.node_ids.assign(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(size));
          for (std::size_t i = 0; i < size; ++i) population.timestamps.push_back(0.25 + static_cast<double>(i));
          population.id_bytes = 1 << (variant & 3);
          population.signed_ids = (variant & 4) != 0;
          population.time_bytes = (variant & 8) != 0 ? 4 : 8;
          population.big_endian = (variant & 16) != 0;
          population.chunk = layout.chunk;
          population.deflate = layout.deflate;
          ForeignPopulation other = population;
          other.name = "other", other.group = "/spikes/other";
          std::reverse(other.node_ids.begin(), other.node_ids.end());
          CAPTURE(variant);
          CAPTURE(size);
          write_spikes_foreign(path, {.populations = {population, other}});
          const auto reader = open_spike_file(path);
          REQUIRE(reader->populations().size() == 2);
          for (const auto& written : {population, other}) {
            CHECK(population_of(*reader, written.name).count == size);
            const SpikeBlock block = reader->read(written.name, 0, size);
            CHECK(block.node_ids == std::vector<NodeId>(written.node_ids.begin(), written.node_ids.end()));
            CHECK(block.timestamps_ms == written.timestamps);
          }
        }
      }
    }
  }

  TEST_CASE("files: every way in which SONATA, libsonata and BMTK say the order, the units and the names is read") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    for (const Sorting sorting : {Sorting::absent, Sorting::enum_on_group, Sorting::string_on_group,
                                  Sorting::string_on_node_ids, Sorting::integer_on_group}) {
      for (const SpikeOrder order : kOrders) {
        for (int variant = 0; variant < 16; ++variant) {
          ForeignPopulation population;
          population.node_ids = {7, 7, (std::int64_t{1} << 31) - 1, 3};
          population.timestamps = {0.5, 0.25, 100, 14999.75};
          population.sorting = sorting;
          population.order = kOrderTexts[static_cast<std::size_t>(order)];
          population.variable_strings = (variant & 1) != 0;
          population.ids_name = (variant & 2) != 0 ? "gids" : "node_ids";
          population.units = (variant & 4) != 0 ? "" : "ms";
          write_spikes_foreign(path, {.magic = (variant & 8) != 0, .populations = {population}});
          CAPTURE(variant);
          const auto reader = open_spike_file(path);
          REQUIRE(reader->populations().size() == 1);
          const PopulationInfo& info = reader->populations()[0];
          CHECK(info.name == "pop");
          CHECK(info.order == (sorting == Sorting::absent ? SpikeOrder::none : order));
          CHECK(reader->read("pop", 0, info.count).timestamps_ms == population.timestamps);
        }
      }
    }
  }

  TEST_CASE("files: the content of a version is frozen") {
    CHECK(kFormatVersion == 2);  // another version of the format freezes its content anew
    const SpikeBlock all = spikes_by_id(700);
    const TempFolder folder;
    for (const SpikeOrder order : kOrders) {
      const SpikeBlock part = slice(all, 0, 2 * kChunkSpikes + 5);
      for (const FileOptions& options : kOptions) {
        const auto contents =
            write(folder / "x.h5", contents_of(order == SpikeOrder::by_time ? by_time(part) : part)[1], order, options);
        REQUIRE(contents.size() == 3);
        for (std::size_t i = 0; i < contents.size(); ++i) {
          CHECK_MESSAGE(to_hex(contents[i].digest) == kFrozen.at(order)[i], contents[i].name);
        }
      }
    }
  }

  TEST_CASE("files: abandoned or forgotten at any time, nothing is left but what was there before") {
    const SpikeBlock all = spikes_by_id(500);
    REQUIRE(all.size() > kChunkSpikes);
    const std::vector<std::function<void(SpikeSink&, SpikeOrder, const SpikeBlock&)>> stages{
        [](SpikeSink&, SpikeOrder, const SpikeBlock&) {},
        [](SpikeSink& sink, SpikeOrder order, const SpikeBlock&) { sink.begin_population("p", order); },
        [](SpikeSink& sink, SpikeOrder order, const SpikeBlock& spikes) {
          sink.begin_population("p", order);
          append_in_batches(sink, spikes, 0);
        },
        [](SpikeSink& sink, SpikeOrder order, const SpikeBlock& spikes) {
          sink.begin_population("p", order);
          append_in_batches(sink, spikes, 30000);
          sink.contents();
        }};
    for (const SpikeOrder order : kOrders) {
      const SpikeBlock spikes = order == SpikeOrder::by_time ? by_time(all) : all;
      for (const FileOptions& options : kOptions) {
        for (std::size_t stage = 0; stage < stages.size(); ++stage) {
          for (int variant = 0; variant < 8; ++variant) {
            CAPTURE(stage);
            CAPTURE(variant);
            const bool old_file = (variant & 1) != 0, forgotten = (variant & 2) != 0, threads = (variant & 4) != 0;
            const TempFolder folder;
            if (old_file) write_text(folder / "x.h5", "old");
            std::unique_ptr<UnfairPool> pool;
            if (threads) pool = std::make_unique<UnfairPool>(2, 1);
            {
              const auto sink = create_spike_file(folder / "x.h5", options, pool.get());
              stages[stage](*sink, order, spikes);
              CHECK(folder.entries() == (old_file ? 2 : 1));
              if (!forgotten) {
                sink->abandon();
                CHECK(folder.entries() == (old_file ? 1 : 0));
                CHECK_THROWS_AS(sink->finish(), std::logic_error);
              }
            }
            CHECK(folder.entries() == (old_file ? 1 : 0));
            if (old_file) CHECK(read_text(folder / "x.h5") == "old");
          }
        }
      }
    }
  }

  TEST_CASE("files: spikes out of order or at no time end the file, and nothing is left of it") {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr double kInf = std::numeric_limits<double>::infinity();
    struct Bad {
      SpikeOrder order;
      SpikeBlock first, second;
    };
    std::vector<Bad> all{{SpikeOrder::by_id, {}, {{2, 1}, {1, 2}}},   {SpikeOrder::by_id, {}, {{1, 1}, {2, 1}}},
                         {SpikeOrder::by_id, {{5}, {1}}, {{4}, {2}}}, {SpikeOrder::by_time, {}, {{1, 1}, {2, 1}}},
                         {SpikeOrder::by_time, {}, {{2, 1}, {3, 3}}}, {SpikeOrder::by_time, {{1}, {5}}, {{1}, {4}}}};
    for (const SpikeOrder order : kOrders) {
      for (const double bad_ms : {0.0, -0.0, -1.0, kNan, kInf, -kInf})
        all.push_back({order, {{1}, {0.5}}, {{1}, {bad_ms}}});
    }
    for (const Bad& bad : all) {
      for (const FileOptions& options : kOptions) {
        const TempFolder folder;
        const auto sink = create_spike_file(folder / "x.h5", options);
        sink->begin_population("p", bad.order);
        sink->append(bad.first);
        CHECK_THROWS_AS(sink->append(bad.second), std::logic_error);
        CHECK(folder.entries() == 0);
        CHECK_THROWS_AS(sink->append(bad.first), std::logic_error);
        CHECK_THROWS_AS(sink->finish(), std::logic_error);
        CHECK(folder.entries() == 0);
      }
    }
  }

  TEST_CASE("files: a failing sync or rename leaves the old file and nothing else, and stays an error") {
    for (const FileOptions& options : kOptions) {
      for (const SpikeOrder order : kOrders) {
        for (const int step : {0, 1}) {
          const TempFolder folder;
          write_text(folder / "x.h5", "old");
          FailingDisk disk(step);
          const auto sink = create_sonata_file(folder / "x.h5", options, nullptr, disk);
          sink->begin_population("p", order);
          sink->append({{1}, {1}});
          CHECK_THROWS_AS(sink->finish(), EnvironmentError);
          CHECK_THROWS_AS(sink->finish(), EnvironmentError);
          CHECK(read_text(folder / "x.h5") == "old");
          CHECK(folder.entries() == 1);
        }
      }
    }
  }

  TEST_CASE("files: however little fits on the disk, the error names file and reason and the old file stays") {
    const SpikeBlock spikes = spikes_by_id(1000);
    for (const FileOptions& options : kOptions) {
      const TempFolder folder;
      write_spikes(folder / "whole.h5", "p", SpikeOrder::by_id, spikes, options);
      const auto whole = static_cast<long>(std::filesystem::file_size(folder / "whole.h5"));
      std::filesystem::remove(folder / "whole.h5");
      write_text(folder / "x.h5", "old");
      std::vector<long> limits = {0, 1, 48, 95, 96, 512, 800, 2048, 4096, 500000, 600000, whole - 1};
      for (long limit = 1; limit < 24; ++limit) limits.push_back(whole * limit / 24);
      for (const long limit : limits) {
        CAPTURE(limit);
        const pid_t child = fork();
        if (child == 0) _exit(write_within(limit, folder / "x.h5", spikes, options));
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);
        CHECK(read_text(folder / "x.h5") == "old");
        CHECK(folder.entries() == 1);
      }
    }
  }
}

}  // namespace stimgen
