// Reading beyond what tests/conformance/test_files.cpp asks of every file: names, parts, and files that must be
// refused.
#include <doctest/doctest.h>

#include <hdf5.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <random>

#include "stimgen/diagnostic.hpp"
#include "stimgen/store.hpp"
#include "store/spike_samples.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

// The message of the InputError that opening (and reading) gives; empty: none.
std::string refusal(const std::filesystem::path& path) {
  try {
    const auto reader = open_spike_file(path);
    for (const PopulationInfo& info : reader->populations()) reader->read(info.name, 0, info.count);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

TEST_SUITE("store") {
  TEST_CASE("populations are in alphabetical order, empty ones too, and parts can be read") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    ForeignPopulation b, a, empty;
    b.name = "b", b.group = "/spikes/b", b.node_ids = {1, 2, 3, 4, 5}, b.timestamps = {1, 2, 3, 4, 5}, b.chunk = 2;
    a.name = "a", a.group = "/spikes/a", a.node_ids = {9}, a.timestamps = {9};
    empty.name = "Z", empty.group = "/spikes/Z", empty.chunk = 4;
    write_spikes_foreign(path, {.populations = {b, a, empty}});
    const auto reader = open_spike_file(path);
    REQUIRE(reader->populations().size() == 3);
    CHECK(reader->populations()[0].name == "Z");
    CHECK(reader->populations()[0].count == 0);
    CHECK(reader->populations()[1].name == "a");
    CHECK(reader->populations()[2].name == "b");
    CHECK(reader->read("Z", 0, 0).empty());
    CHECK(reader->read("b", 1, 3).node_ids == std::vector<NodeId>{2, 3, 4});
    CHECK(reader->read("b", 5, 0).empty());
    CHECK_THROWS_AS(reader->read("b", 3, 3), std::logic_error);
    CHECK_THROWS_AS(reader->read("c", 0, 0), std::logic_error);
    CHECK(reader->path() == path.string());
    write_spikes_foreign(folder / "none.h5", {});
    CHECK(open_spike_file(folder / "none.h5")->populations().empty());
  }

  TEST_CASE("a file that is no spike file is named with what was expected") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    const auto quoted = "'" + path.string() + "'";
    const auto refused_with = [&](const std::string& problem, const std::string& expected) {
      const std::string text = refusal(path);
      CAPTURE(text);
      CHECK(contains(text, quoted));
      CHECK(contains(text, problem));
      CHECK(contains(text, "expected " + expected));
    };
    refused_with("does not exist", "a SONATA spike file");
    write_text(path, "");
    refused_with("is empty", "a SONATA spike file");
    write_text(path, "timestamps population node_ids\n1.5 a 3\n");
    refused_with("is not an HDF5 file", "a SONATA spike file");
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    refused_with("is a folder", "a SONATA spike file");
    std::filesystem::remove(path);
    make_hdf5(path, [](auto) {});
    refused_with("no group /spikes", "a SONATA spike file");

    const auto with = [&](auto change) {
      ForeignPopulation population;
      population.node_ids = {1, 2};
      population.timestamps = {1, 2};
      ForeignFile file;
      change(population, file);
      file.populations = {population};
      write_spikes_foreign(path, file);
    };
    with([](auto&, auto& file) { file.magic_value = 7; });
    refused_with("'magic'", "0x0A7A");
    with([](auto& population, auto&) { population.timestamps = {1}; });
    refused_with("/spikes/pop/node_ids has 2 values, but /spikes/pop/timestamps has 1", "the same number in both");
    with([](auto& population, auto&) { population.units = "hours"; });
    refused_with("the units of /spikes/pop/timestamps are 'hours'", "ms, s or us");
    with([](auto& population, auto&) { population.node_ids = {1, -2}; });
    refused_with("-2", "integers of at least 0");
    with([](auto& population, auto&) { population.ids_name = "ids"; });
    refused_with("no dataset /spikes/pop/node_ids", "the datasets node_ids and timestamps");
    with([](auto& population, auto&) { population.group = "/spikes", population.ids_name = "gids"; });
    write_spikes_foreign(path, {});
    make_hdf5(path, [](hid_t file) {
      const hid_t group = H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      const hsize_t two = 2;
      const hid_t space = H5Screate_simple(1, &two, nullptr);
      H5Dclose(H5Dcreate2(group, "gids", H5T_STD_U64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      H5Sclose(space);
      H5Gclose(group);
    });
    refused_with("no population (/spikes/gids)", "/spikes/<population>/node_ids");
  }

  TEST_CASE("wrong types and ranks are refused") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    const auto make = [&](hid_t ids_type, hid_t times_type, int rank) {
      make_hdf5(path, [&](hid_t file) {
        H5Gclose(H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        const hid_t group = H5Gcreate2(file, "/spikes/p", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        const std::array<hsize_t, 2> dims = {2, 2};
        const hid_t space = H5Screate_simple(rank, dims.data(), nullptr);
        H5Dclose(H5Dcreate2(group, "node_ids", ids_type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        H5Dclose(H5Dcreate2(group, "timestamps", times_type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        H5Sclose(space);
        H5Gclose(group);
      });
      return refusal(path);
    };
    CHECK(make(H5T_STD_U64LE, H5T_IEEE_F64LE, 1).empty());
    CHECK(make(H5T_STD_U16BE, H5T_IEEE_F32BE, 1).empty());
    CHECK(contains(make(H5T_IEEE_F64LE, H5T_IEEE_F64LE, 1), "/spikes/p/node_ids"));
    CHECK(make(H5T_STD_U64LE, H5T_STD_I64LE, 1).empty());
    CHECK(contains(make(H5T_STD_U64LE, H5T_C_S1, 1), "/spikes/p/timestamps"));
    CHECK(contains(make(H5T_STD_U64LE, H5T_IEEE_F64LE, 2), "one dimension"));
    CHECK(contains(make(H5T_C_S1, H5T_IEEE_F64LE, 1), "/spikes/p/node_ids"));
  }

  TEST_CASE("a file cut anywhere or being written is refused") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    for (const Compression compression : {Compression::gzip, Compression::none}) {
      write_spikes(path, "p", SpikeOrder::by_id, spikes_by_id(20), {compression, 4});
      const std::string whole = read_text(path);
      for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 97) {
        write_text(folder / "cut.h5", whole.substr(0, size));
        CAPTURE(size);
        CHECK_FALSE(refusal(folder / "cut.h5").empty());
      }
    }
    const auto sink = create_spike_file(folder / "new.h5", {});
    sink->begin_population("p", SpikeOrder::by_id);
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (!contains(entry.path().filename().string(), ".tmp.")) continue;
      // What a killed writer leaves: the bytes so far.
      std::filesystem::copy_file(entry.path(), folder / "left.h5");
    }
    CHECK_FALSE(refusal(folder / "left.h5").empty());
  }

  // The checksums of superblock v3, deflate and Fletcher-32 promise this; a crash would end the child with a signal.
  TEST_CASE("a file with changed bytes is refused or gives the same spikes, and never crashes") {
    const TempFolder folder;
    const SpikeBlock spikes = spikes_by_id(3);
    for (const Compression compression : {Compression::gzip, Compression::none}) {
      const auto path = folder / "x.h5";
      write_spikes(path, "p", SpikeOrder::by_id, spikes, {compression, 4});
      const std::string whole = read_text(path);
      const pid_t child = fork();
      if (child == 0) {
        std::mt19937_64 generator(11);
        int refused = 0;
        for (int i = 0; i < 400; ++i) {
          std::string damaged = whole;
          for (std::uint64_t n = generator() % 3 + 1; n > 0; --n) {
            damaged[generator() % damaged.size()] ^= static_cast<char>(1u << generator() % 8);
          }
          write_text(path, damaged);
          try {
            const auto reader = open_spike_file(path);
            for (const PopulationInfo& info : reader->populations()) {
              const SpikeBlock read = reader->read(info.name, 0, info.count);
              if (read.node_ids != spikes.node_ids || read.timestamps_ms != spikes.timestamps_ms) _exit(2);
            }
          } catch (const InputError&) {
            ++refused;
          } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            _exit(3);
          }
        }
        _exit(refused > 150 ? 0 : 4);
      }
      int status = 0;
      REQUIRE(waitpid(child, &status, 0) == child);
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 0);
    }
  }
}

}  // namespace
}  // namespace stimgen
