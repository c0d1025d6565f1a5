// Spike files as other programs write them and as people change them: units, populations, links, times that are none.
#include <doctest/doctest.h>

#include <hdf5.h>

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "stimgen/diagnostic.hpp"
#include "stimgen/store.hpp"
#include "store/spike_samples.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;
using Times = std::vector<double>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

ForeignPopulation population(const std::string& name, std::vector<std::int64_t> node_ids, Times timestamps) {
  ForeignPopulation made;
  made.name = name;
  made.group = "/spikes/" + name;
  made.node_ids = std::move(node_ids);
  made.timestamps = std::move(timestamps);
  return made;
}

// The message of the InputError that `read` gives; empty: none.
template <typename Read>
std::string refusal(Read read) {
  try {
    read();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

std::vector<std::string> names(const SpikeReader& reader) {
  std::vector<std::string> all;
  for (const PopulationInfo& info : reader.populations()) all.push_back(info.name);
  return all;
}

// A file with a group /spikes and what `fill` adds to it.
void make_spikes(const std::filesystem::path& path, const std::function<void(hid_t spikes)>& fill) {
  make_hdf5(path, [&](hid_t file) {
    const hid_t group = H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    fill(group);
    H5Gclose(group);
  });
}

template <typename T>
void add_dataset(hid_t group, const char* name, hid_t type, const std::vector<T>& values) {
  const hsize_t size = values.size();
  const hid_t space = H5Screate_simple(1, &size, nullptr);
  const hid_t dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  H5Dclose(dataset);
  H5Sclose(space);
}

void add_loose(hid_t spikes, const char* ids_name) {
  add_dataset<std::uint64_t>(spikes, ids_name, H5T_NATIVE_UINT64, {0, 1, 0});
  add_dataset<double>(spikes, "timestamps", H5T_NATIVE_DOUBLE, {1, 2, 3});
}

TEST_SUITE("store") {
  TEST_CASE("times in another unit are the milliseconds that their digits say") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    const auto read = [&](const std::string& units, int bytes, const Times& times) {
      ForeignPopulation made = population("p", std::vector<std::int64_t>(times.size(), 0), times);
      made.units = units;
      made.time_bytes = bytes;
      write_spikes_foreign(path, {.populations = {made}});
      return open_spike_file(path)->read("p", 0, times.size()).timestamps_ms;
    };
    // In doubles 0.0123 · 1000 is 12.299999999999999 and 0.3 / 1000 is not 0.0003.
    CHECK(read("s", 8, {0.0123, 0.1, 1.001, 3, -0.25, 0}) == Times{12.3, 100, 1001, 3000, -250, 0});
    CHECK(read("seconds", 8, {0.00457, 1e-7}) == Times{4.57, 1e-4});
    CHECK(read("us", 8, {1500, 0.3, 12.3}) == Times{1.5, 0.0003, 0.0123});
    CHECK(read("milliseconds", 8, {0.0123}) == Times{0.0123});
    CHECK(read("", 8, {0.0123}) == Times{0.0123});
    // What was stored in 4 bytes has the digits of those.
    CHECK(read("s", 4, {0.0123F, 0.1F}) == Times{12.3, 100});
    CHECK(read("ms", 4, {0.5, 12.25}) == Times{0.5, 12.25});
    CHECK(contains(refusal([&] { read("minutes", 8, {1}); }), "are 'minutes'; expected ms, s or us"));
    CHECK(contains(refusal([&] { read("s", 8, {1, 1e306}); }), "spike 1 of the file, of node 0, is at inf ms"));
  }

  TEST_CASE("whole numbers are times, too") {
    const TempFolder folder;
    make_spikes(folder / "x.h5", [](hid_t spikes) {
      const hid_t group = H5Gcreate2(spikes, "p", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      add_dataset<std::int32_t>(group, "node_ids", H5T_NATIVE_INT32, {4, 4});
      add_dataset<std::int64_t>(group, "timestamps", H5T_NATIVE_INT64, {-3, 2000000000000});
      H5Gclose(group);
    });
    CHECK(open_spike_file(folder / "x.h5")->read("p", 0, 2).timestamps_ms == Times{-3, 2e12});
  }

  TEST_CASE("a time that is none is an error that names the spike, wherever it stands and whoever reads") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    for (const double bad : {kNaN, kInfinity, -kInfinity}) {
      for (const std::size_t at : {std::size_t{0}, std::size_t{2}, std::size_t{70000}}) {
        Times times(70001);
        for (std::size_t i = 0; i < times.size(); ++i) times[i] = static_cast<double>(i + 1);
        times[at] = bad;
        write_spikes_foreign(path, {.populations = {population("p", std::vector<std::int64_t>(70001, 8), times)}});
        const auto reader = open_spike_file(path);
        const std::string named = fmt::format("spike {} of the file, of node 8, is at {} ms", at, bad);
        CHECK(contains(refusal([&] { digest_population(*reader, reader->populations()[0]); }), named));
        CHECK(contains(refusal([&] { first_difference(*reader, *reader, "p"); }), named));
        CHECK(contains(refusal([&] {
                         const auto sorted =
                             open_sorted(*reader, {.population = "p", .early = true}, SpikeOrder::by_time, {});
                         read_whole(*sorted);
                       }),
                       named));
      }
    }
  }

  TEST_CASE("spikes that belong to no population go by the name that they are given") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    for (const char* const ids_name : {"gids", "node_ids"}) {
      make_spikes(path, [&](hid_t spikes) { add_loose(spikes, ids_name); });
      const std::string nobodys = refusal([&] { open_spike_file(path); });
      CHECK(contains(nobodys, fmt::format("no population (/spikes/{})", ids_name)));
      CHECK(contains(nobodys, "[{file: x.h5, population: …}]"));
      for (const SpikeFileView& view : {SpikeFileView{.only = "lgn"}, SpikeFileView{.unnamed = "lgn"}}) {
        const auto reader = open_spike_file(path, view);
        CHECK(names(*reader) == std::vector<std::string>{"lgn"});
        CHECK_FALSE(reader->populations()[0].named);
        CHECK(reader->read("lgn", 0, 3).node_ids == std::vector<NodeId>{0, 1, 0});
      }
    }
    // Beside others they are one more, which cannot have the name of one of those.
    write_spikes_foreign(path, {.populations = {population("b", {5}, {1})}});
    change_hdf5(path, [](hid_t file) {
      const hid_t group = H5Gopen2(file, "/spikes", H5P_DEFAULT);
      add_loose(group, "gids");
      H5Gclose(group);
    });
    CHECK(names(*open_spike_file(path, {.unnamed = "a"})) == std::vector<std::string>{"a", "b"});
    CHECK(names(*open_spike_file(path, {.unnamed = "c"})) == std::vector<std::string>{"b", "c"});
    CHECK(open_spike_file(path, {.unnamed = "a"})->read("b", 0, 1).node_ids == std::vector<NodeId>{5});
    CHECK(open_spike_file(path, {.only = "b"})->read("b", 0, 1).node_ids == std::vector<NodeId>{5});
    CHECK(contains(refusal([&] { open_spike_file(path, {.unnamed = "b"}); }), "two populations 'b'"));
  }

  TEST_CASE("a file without spikes holds an empty population of the name it is asked for") {
    const TempFolder folder;
    make_spikes(folder / "x.h5", [](hid_t) {});
    CHECK(open_spike_file(folder / "x.h5")->populations().empty());
    const auto reader = open_spike_file(folder / "x.h5", {.only = "lgn"});
    REQUIRE(names(*reader) == std::vector<std::string>{"lgn"});
    CHECK(reader->populations()[0].count == 0);
    CHECK(reader->read("lgn", 0, 0).empty());
    // Not so where others have spikes: the name is wrong.
    write_spikes_foreign(folder / "y.h5", {.populations = {population("lgm", {1}, {1})}});
    CHECK(contains(refusal([&] { open_spike_file(folder / "y.h5", {.only = "lgn"}); }), "did you mean 'lgm'?"));
  }

  TEST_CASE("a population can be read beside one that cannot") {
    const TempFolder folder;
    const auto path = folder / "x.h5";
    ForeignPopulation broken = population("broken", {1, 2}, {1});
    ForeignPopulation minutes = population("minutes", {1}, {1});
    minutes.units = "minutes";
    write_spikes_foreign(path, {.populations = {broken, population("fine", {3}, {4}), minutes}});
    CHECK(open_spike_file(path, {.only = "fine"})->read("fine", 0, 1).timestamps_ms == Times{4});
    CHECK(contains(refusal([&] { open_spike_file(path); }), "/spikes/broken/node_ids has 2 values"));
    CHECK(contains(refusal([&] { open_spike_file(path, {.only = "minutes"}); }), "'minutes'"));
  }

  TEST_CASE("a population behind a link is read if the link stays in the folder of the file") {
    const TempFolder folder;
    std::filesystem::create_directories(folder / "in/deep");
    write_spikes_foreign(folder / "out.h5", {.populations = {population("a", {7}, {1})}});
    write_spikes_foreign(folder / "in/deep/b.h5", {.populations = {population("a", {8}, {2})}});
    const auto link = [&](const char* file, const char* object) {
      make_spikes(folder / "in/x.h5", [&](hid_t spikes) {
        if (file != nullptr) H5Lcreate_external(file, object, spikes, "p", H5P_DEFAULT, H5P_DEFAULT);
        if (file == nullptr) H5Lcreate_soft(object, spikes, "p", H5P_DEFAULT, H5P_DEFAULT);
        const hid_t group = H5Gcreate2(spikes, "own", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        add_loose(group, "node_ids");
        H5Gclose(group);
        H5Lcreate_external("deep/b.h5", "/spikes", spikes, "far", H5P_DEFAULT, H5P_DEFAULT);
      });
      return folder / "in/x.h5";
    };
    const auto ids = [](const std::filesystem::path& path) {
      const auto reader = open_spike_file(path, {.only = "p"});
      return reader->read("p", 0, reader->populations()[0].count).node_ids;
    };
    CHECK(ids(link(nullptr, "/spikes/own")) == std::vector<NodeId>{0, 1, 0});
    CHECK(ids(link(nullptr, "own")) == std::vector<NodeId>{0, 1, 0});  // from where the link stands
    CHECK(ids(link("deep/b.h5", "/spikes/a")) == std::vector<NodeId>{8});
    CHECK(ids(link(nullptr, "/spikes/far/a")) == std::vector<NodeId>{8});  // through another link
    const auto refused = [&](const char* file, const char* object) {
      const auto path = link(file, object);
      return refusal([&] { ids(path); });
    };
    CHECK(contains(refused("../out.h5", "/spikes/a"), "which is not in the folder"));
    CHECK(contains(refused((folder / "out.h5").c_str(), "/spikes/a"), "which is not in the folder"));
    CHECK(contains(refused("deep/none.h5", "/spikes/a"), "none.h5', which does not exist"));
    CHECK(contains(refused("deep/b.h5", "/spikes/z"), "leads nowhere"));
    CHECK(contains(refused(nullptr, "/spikes/p"), "behind too many links"));
    // A symbolic link of the file system leads out as well.
    std::filesystem::create_symlink(folder / "out.h5", folder / "in/alias.h5");
    CHECK(contains(refused("alias.h5", "/spikes/a"), "which is not in the folder"));
  }

  TEST_CASE("spikes at or before 0 come where they are asked for, and are errors with a way out elsewhere") {
    const TempFolder folder;
    for (const Times& times : {Times{-5, 0, 10}, Times{10, 0, -5}}) {
      write_spikes_foreign(folder / "x.h5", {.populations = {population("p", {0, 0, 0}, times)}});
      const auto reader = open_spike_file(folder / "x.h5");
      const auto all = open_sorted(*reader, {.population = "p", .early = true}, SpikeOrder::by_id, {});
      CHECK(read_whole(*all).timestamps_ms == Times{-5, 0, 10});
      const std::string refused =
          refusal([&] { read_whole(*open_sorted(*reader, {.population = "p"}, SpikeOrder::by_id, {})); });
      CHECK(contains(refused, "expected times above 0"));
      CHECK(contains(refused, "'shift'"));
      CHECK(contains(refused, "'where'"));
    }
  }
}

}  // namespace
}  // namespace stimgen
