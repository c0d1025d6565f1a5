// The sink beyond what tests/conformance/test_files.cpp asks of every file: equal bytes, misuse, paths, memory.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "stimgen/diagnostic.hpp"
#include "stimgen/store.hpp"
#include "store/spike_samples.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/temp_folder.hpp"
#include "support/unfair_pool.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

const FileOptions kGzip{Compression::gzip, 4};
const FileOptions kNone{Compression::none, 4};

TEST_SUITE("store") {
  TEST_CASE("equal content gives equal bytes, whatever blocks, threads, folder and time") {
    const SpikeBlock spikes = spikes_by_id(1000);
    const SpikeBlock few = spikes_by_id(20, 7000);
    const auto write = [&](const std::filesystem::path& path, const FileOptions& options, std::size_t batch,
                           WorkerPool* pool) {
      const auto sink = create_spike_file(path, options, pool);
      sink->begin_population("long", SpikeOrder::by_id);
      append_in_batches(*sink, spikes, batch);
      sink->begin_population("short", SpikeOrder::by_id);
      append_in_batches(*sink, few, batch);
      sink->begin_population("again", SpikeOrder::by_time);
      append_in_batches(*sink, by_time(spikes), batch);
      sink->set_provenance("{}");
      sink->finish();
    };
    const TempFolder folder, other;
    for (const FileOptions& options : {kGzip, kNone}) {
      const auto reference_path = folder / "reference.h5";
      write(reference_path, options, 0, nullptr);
      const std::string reference = read_text(reference_path);
      for (const std::size_t batch : {std::size_t{997}, kChunkSpikes, kChunkSpikes + 1}) {
        write(other / "x.h5", options, batch, nullptr);
        CHECK((read_text(other / "x.h5") == reference));
      }
      for (const int threads : {0, 1, 4}) {
        UnfairPool pool(threads, 5);
        write(other / "y.h5", options, 3000, &pool);
        CHECK((read_text(other / "y.h5") == reference));
      }
    }
  }

  TEST_CASE("spikes by node give the file that the same spikes one by one give") {
    const SpikeBlock spikes = spikes_by_id(1000);
    const TempFolder folder;
    write_spikes(folder / "reference.h5", "p", SpikeOrder::by_id, spikes, kNone);
    write_spikes(folder / "by_time.h5", "p", SpikeOrder::by_time, by_time(spikes), kNone);
    const auto write = [&](SpikeOrder order, const SpikeBlock& all, std::size_t batch, bool mixed, WorkerPool* pool) {
      const auto sink = create_spike_file(folder / "x.h5", kNone, pool);
      sink->begin_population("p", order);
      for (std::size_t first = 0; first < all.size(); first += batch) {
        SpikeBlock block = slice(all, first, std::min(batch, all.size() - first));
        if (mixed && first / batch % 2 == 1) {
          sink->append(std::move(block));
        } else {
          sink->append_trains(as_trains(block));
        }
      }
      sink->finish();
      return read_text(folder / "x.h5");
    };
    UnfairPool pool(4, 7);
    // Blocks that end within trains, with chunks, and one block of all.
    for (const std::size_t batch : {std::size_t{997}, kChunkSpikes, kChunkSpikes + 1, spikes.size()}) {
      CHECK((write(SpikeOrder::by_id, spikes, batch, false, nullptr) == read_text(folder / "reference.h5")));
      CHECK((write(SpikeOrder::by_id, spikes, batch, true, &pool) == read_text(folder / "reference.h5")));
    }
    CHECK((write(SpikeOrder::by_time, by_time(spikes), 1009, false, &pool) == read_text(folder / "by_time.h5")));
    const auto reader = open_spike_file(folder / "reference.h5");
    const auto sink = create_spike_file(folder / "y.h5", kNone, &pool);
    sink->begin_population("p", SpikeOrder::by_id);
    sink->append_trains(as_trains(spikes));
    CHECK(sink->contents().at(0).digest == digest_population(*reader, reader->populations().at(0)));
  }

  TEST_CASE("spikes by node that are none are refused, and their file with them") {
    const auto refused = [](TrainBlock block) {
      const TempFolder folder;
      const auto sink = create_spike_file(folder / "x.h5", kNone);
      CHECK_THROWS_AS(sink->append_trains({{{1, 1}}, {1}}), std::logic_error);  // before a population
      sink->begin_population("p", SpikeOrder::by_id);
      sink->append_trains({{{3, 2}}, {1, 2}});
      CHECK_THROWS_AS(sink->append_trains(std::move(block)), std::logic_error);
      return true;
    };
    CHECK(refused({{{4, 0}}, {}}));
    CHECK(refused({{{4, 2}}, {1}}));
    CHECK(refused({{{4, 1}}, {1, 2}}));
    CHECK(refused({{{4, ~std::uint64_t{0}}, {5, 2}}, {1}}));
    CHECK(refused({{{2, 1}}, {5}}));    // an earlier node
    CHECK(refused({{{3, 1}}, {1.5}}));  // an earlier time of the node before
    CHECK(refused({{{4, 2}}, {5, 4}}));
  }

  TEST_CASE("misuse is our own mistake, and is refused") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    const auto sink = create_spike_file(path, kGzip);
    CHECK_THROWS_AS(sink->append({{1}, {1}}), std::logic_error);
    for (const char* name : {"", ".", "a/b"})
      CHECK_THROWS_AS(sink->begin_population(name, SpikeOrder::none), std::logic_error);
    sink->begin_population("p", SpikeOrder::none);
    CHECK_THROWS_AS(sink->begin_population("p", SpikeOrder::none), std::logic_error);
    CHECK_THROWS_AS(sink->append({{1, 2}, {1}}), std::logic_error);
    sink->append({{3, 1, 1}, {2, 1, 1}});  // no order is promised; equal spikes are allowed
    sink->finish();
    CHECK_THROWS_AS(sink->append({{1}, {1}}), std::logic_error);
    CHECK(read_spikes_trusted(path).populations.at(0).node_ids == std::vector<NodeId>{3, 1, 1});
  }

  TEST_CASE("a symbolic link under the final name is replaced, not followed") {
    const TempFolder folder;
    write_text(folder / "target", "precious");
    std::filesystem::create_symlink(folder / "target", folder / "x.h5");
    write_spikes(folder / "x.h5", "p", SpikeOrder::by_id, spikes_by_id(2));
    CHECK(read_text(folder / "target") == "precious");
    CHECK_FALSE(std::filesystem::is_symlink(folder / "x.h5"));
  }

  TEST_CASE("a folder that is missing or closed is named with the reason") {
    const TempFolder folder;
    const auto path = folder.path() / "absent" / "x.h5";
    CHECK_THROWS_WITH_AS(
        create_spike_file(path, kGzip),
        ("cannot write '" + path.string() + "': No such file or directory [disk.cannot-write]").c_str(),
        EnvironmentError);
  }

  TEST_CASE("memory does not grow with the number of spikes") {
    const auto peak_kib = [](std::size_t chunks) {
      const TempFolder folder;
      const pid_t child = fork();
      if (child == 0) {
        SpikeBlock block;
        block.node_ids.assign(kChunkSpikes, 3);
        block.timestamps_ms.assign(kChunkSpikes, 1.5);
        const auto sink = create_spike_file(folder / "x.h5", kNone);
        sink->begin_population("p", SpikeOrder::by_id);
        for (std::size_t i = 0; i < chunks; ++i) sink->append(block);
        sink->finish();
        _exit(0);
      }
      int status = 0;
      rusage usage{};
      wait4(child, &status, 0, &usage);
      REQUIRE(WEXITSTATUS(status) == 0);
      return usage.ru_maxrss;
    };
    const long few = peak_kib(4), many = peak_kib(200);  // 4 MiB and 200 MiB of spikes
    CHECK(many < few + 4096);
  }
}

}  // namespace
}  // namespace stimgen
