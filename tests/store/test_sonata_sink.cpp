// What we write, read by the trusted reader; and what is left when writing fails.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <deque>
#include <limits>
#include <mutex>
#include <random>
#include <thread>

#include "base/atomic_file.hpp"
#include "stimgen/diagnostic.hpp"
#include "store/sonata_sink.hpp"
#include "store/spike_samples.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

const FileOptions kGzip{Compression::gzip, 4};
const FileOptions kNone{Compression::none, 4};

// Threads that take work in any order, late, or never.
class UnfairPool final : public WorkerPool {
 public:
  UnfairPool(int threads, std::uint64_t seed) : generator_(seed) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~UnfairPool() override {
    stop_ = true;
    for (auto& thread : threads_) thread.join();
  }
  void submit(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  bool run_one() override {
    std::function<void()> next;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) return false;
      const auto at = static_cast<std::ptrdiff_t>(generator_() % waiting_.size());
      next = std::move(waiting_[static_cast<std::size_t>(at)]);
      waiting_.erase(waiting_.begin() + at);
    }
    next();
    return true;
  }

 private:
  void work() {
    while (!stop_) {
      if (!run_one()) std::this_thread::yield();
    }
  }
  std::mt19937_64 generator_;
  std::mutex mutex_;
  std::deque<std::function<void()>> waiting_;
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> threads_;
};

TEST_SUITE("store") {
  TEST_CASE("a file has SONATA's attributes, types and values, whatever its size and compression") {
    const SpikeBlock all = spikes_by_id(900);
    REQUIRE(all.size() > 4 * kChunkSpikes);
    const TempFolder folder;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunkSpikes - 1, kChunkSpikes, kChunkSpikes + 1,
                                   2 * kChunkSpikes, 3 * kChunkSpikes + 7}) {
      for (const FileOptions& options : {kGzip, kNone}) {
        for (const SpikeOrder order : {SpikeOrder::by_id, SpikeOrder::by_time, SpikeOrder::none}) {
          CAPTURE(size);
          const SpikeBlock spikes = order == SpikeOrder::by_time ? by_time(slice(all, 0, size)) : slice(all, 0, size);
          const auto path = folder / "spikes.h5";
          write_spikes(path, "thalamus", order, spikes, options, 5000);
          const TrustedSpikes file = read_spikes_trusted(path);
          CHECK(file.magic == 0x0A7A);
          CHECK(file.version == std::vector<std::uint64_t>{0, 1});
          REQUIRE(file.populations.size() == 1);
          const TrustedPopulation& population = file.populations[0];
          CHECK(population.name == "thalamus");
          CHECK(population.sorting_members == "none=0,by_id=1,by_time=2");
          CHECK(population.sorting == static_cast<int>(order));
          // BMTK drops all populations of a file with this attribute on an empty one.
          CHECK(population.node_ids_sorting == (order == SpikeOrder::by_id && size > 0 ? "by_id" : ""));
          CHECK(population.units == "ms");
          CHECK(population.node_ids_type == "u8");
          CHECK(population.timestamps_type == "f8");
          const std::string filters = size == 0                                  ? ""
                                      : options.compression == Compression::gzip ? "shuffle,deflate"
                                                                                 : "fletcher32";
          CHECK(population.node_ids_filters == filters);
          CHECK(population.timestamps_filters == filters);
          CHECK(population.chunk == std::min(size, kChunkSpikes));
          CHECK_FALSE(population.has_times);
          CHECK(population.node_ids == spikes.node_ids);
          CHECK(population.timestamps == spikes.timestamps_ms);
          CHECK(file.provenance.empty());
          CHECK(folder.entries() == 1);
        }
      }
    }
  }

  TEST_CASE("several populations, one of them empty, and ids beyond 32 bits") {
    const TempFolder folder;
    const auto path = folder / "a.h5";
    const SpikeBlock large = spikes_by_id(300, (NodeId{1} << 40) + 5);
    const SpikeBlock most{{std::numeric_limits<NodeId>::max()}, {0.5}};
    const auto sink = create_spike_file(path, kGzip);
    sink->begin_population("zeta", SpikeOrder::by_id);
    append_in_batches(*sink, large, 10000);
    sink->begin_population("empty", SpikeOrder::by_id);
    sink->append({});
    sink->begin_population("alpha", SpikeOrder::by_time);
    sink->append(most);
    sink->set_provenance("{\"recipe\": \"µ\"}");
    sink->finish();
    const TrustedSpikes file = read_spikes_trusted(path);
    REQUIRE(file.populations.size() == 3);
    CHECK(file.populations[0].node_ids == most.node_ids);
    CHECK(file.populations[1].node_ids.empty());
    CHECK(file.populations[1].timestamps.empty());
    CHECK(file.populations[1].node_ids_sorting.empty());
    CHECK(file.populations[2].node_ids == large.node_ids);
    CHECK(file.populations[2].timestamps == large.timestamps_ms);
    CHECK(file.provenance == "{\"recipe\": \"µ\"}");
    CHECK(file.compressor.substr(0, 5) == "zlib ");
  }

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

  TEST_CASE("a broken order, a bad time and misuse are our own mistakes and leave nothing") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double inf = std::numeric_limits<double>::infinity();
    const auto refused = [&](SpikeOrder order, const SpikeBlock& first, const SpikeBlock& second) {
      const auto sink = create_spike_file(path, kGzip);
      sink->begin_population("p", order);
      sink->append(first);
      CHECK_THROWS_AS(sink->append(second), std::logic_error);
    };
    refused(SpikeOrder::by_id, {}, {{2, 1}, {1, 2}});
    refused(SpikeOrder::by_id, {}, {{1, 1}, {2, 1}});
    refused(SpikeOrder::by_id, {{5}, {1}}, {{4}, {2}});
    refused(SpikeOrder::by_time, {}, {{1, 1}, {2, 1}});
    refused(SpikeOrder::by_time, {}, {{2, 1}, {3, 3}});
    refused(SpikeOrder::by_time, {{1}, {5}}, {{1}, {4}});
    for (const double bad : {0.0, -0.0, -1.0, nan, inf, -inf}) refused(SpikeOrder::none, {}, {{1}, {bad}});
    refused(SpikeOrder::none, {}, {{1, 2}, {1}});
    CHECK(folder.entries() == 0);
    const auto sink = create_spike_file(path, kGzip);
    CHECK_THROWS_AS(sink->append({{1}, {1}}), std::logic_error);
    for (const char* name : {"", ".", "a/b"})
      CHECK_THROWS_AS(sink->begin_population(name, SpikeOrder::none), std::logic_error);
    sink->begin_population("p", SpikeOrder::none);
    CHECK_THROWS_AS(sink->begin_population("p", SpikeOrder::none), std::logic_error);
    sink->append({{3, 1, 1}, {2, 1, 1}});  // no order is promised; equal spikes are allowed
    sink->finish();
    CHECK_THROWS_AS(sink->append({{1}, {1}}), std::logic_error);
    CHECK(read_spikes_trusted(path).populations.at(0).node_ids == std::vector<NodeId>{3, 1, 1});
  }

  TEST_CASE("abandoned or forgotten, a sink leaves the old file and nothing else") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    write_text(path, "old");
    const SpikeBlock spikes = spikes_by_id(1000);
    UnfairPool pool(2, 1);
    {
      const auto sink = create_spike_file(path, kGzip, &pool);
      sink->begin_population("p", SpikeOrder::by_id);
      append_in_batches(*sink, spikes, 0);
      CHECK(folder.entries() == 2);
      sink->abandon();
      CHECK(folder.entries() == 1);
      CHECK_THROWS_AS(sink->finish(), std::logic_error);
    }
    {
      const auto sink = create_spike_file(path, kNone);
      sink->begin_population("p", SpikeOrder::by_id);
    }
    CHECK(folder.entries() == 1);
    CHECK(read_text(path) == "old");
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

  // A disk on which one step of making a file visible fails.
  TEST_CASE("a failing sync or rename leaves the old file and nothing else, and stays an error") {
    class FailingDisk final : public Disk {
     public:
      explicit FailingDisk(int step) : step_(step) {}
      int open_exclusively(const std::filesystem::path& path) override { return real_disk().open_exclusively(path); }
      int write(int descriptor, std::string_view text) override { return real_disk().write(descriptor, text); }
      int close(int descriptor) override { return real_disk().close(descriptor); }
      int sync_file(const std::filesystem::path& path) override {
        return step_ == 0 ? -EIO : real_disk().sync_file(path);
      }
      int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return step_ == 1 ? -EDQUOT : real_disk().rename(from, to);
      }
      int sync_folder(const std::filesystem::path& path) override {
        return step_ == 2 ? -EIO : real_disk().sync_folder(path);
      }
      int remove(const std::filesystem::path& path) override { return real_disk().remove(path); }

     private:
      int step_;
    };
    for (const int step : {0, 1}) {
      const TempFolder folder;
      write_text(folder / "x.h5", "old");
      FailingDisk disk(step);
      const auto sink = create_sonata_file(folder / "x.h5", kGzip, nullptr, disk);
      sink->begin_population("p", SpikeOrder::by_id);
      sink->append({{1}, {1}});
      CHECK_THROWS_AS(sink->finish(), EnvironmentError);
      CHECK_THROWS_AS(sink->finish(), EnvironmentError);
      CHECK(read_text(folder / "x.h5") == "old");
      CHECK(folder.entries() == 1);
    }
  }

  // A limit on file size stands for a full disk: both fail a write with an errno, at any of HDF5's writes.
  TEST_CASE("however little fits on the disk, the error names file and reason and the old file stays") {
    const SpikeBlock spikes = spikes_by_id(1000);
    for (const FileOptions& options : {kGzip, kNone}) {
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
        if (child == 0) {
          signal(SIGXFSZ, SIG_IGN);
          const rlimit rule{static_cast<rlim_t>(limit), static_cast<rlim_t>(limit)};
          setrlimit(RLIMIT_FSIZE, &rule);
          int code = 1;
          try {
            const auto path = folder / "x.h5";
            try {
              const auto sink = create_spike_file(path, options);
              sink->begin_population("p", SpikeOrder::by_id);
              append_in_batches(*sink, spikes, 20000);
              sink->finish();
            } catch (const EnvironmentError& error) {
              const std::string text = error.what();
              const bool named = text.find("cannot write '" + path.string() + "'") == 0;
              code = named && text.find("File too large") != text.npos ? 0 : 2;
              if (code != 0) std::fprintf(stderr, "%s\n", text.c_str());
            }
          } catch (...) {
            code = 3;
          }
          _exit(code);
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);
        CHECK(read_text(folder / "x.h5") == "old");
        CHECK(folder.entries() == 1);
      }
    }
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
