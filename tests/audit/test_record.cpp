// The record in a file, and the files that a recipe reads: no change of them goes unseen or unnamed.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <hdf5.h>

#include <array>
#include <cstring>
#include <functional>

#include "audit/project.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/sonata_fixture.hpp"

using namespace stimgen;
using stimgen::testing::change_hdf5;
using stimgen::testing::checked;
using stimgen::testing::FixtureDataset;
using stimgen::testing::plain_population;
using stimgen::testing::Project;
using stimgen::testing::read_text;
using stimgen::testing::write_sonata;
using stimgen::testing::write_text;
using Json = nlohmann::json;
using Texts = std::map<std::string, std::string>;

namespace {

struct SpikeFile {
  SpikeBlock spikes;
  std::string record;
};

SpikeFile read_file(const std::filesystem::path& path) {
  const auto reader = open_spike_file(path);
  return {reader->read("cells", 0, reader->populations().front().count), reader->provenance()};
}

void write_file(const std::filesystem::path& path, const SpikeFile& file) {
  const auto sink = create_spike_file(path, {});
  sink->begin_population("cells", SpikeOrder::by_id);
  sink->append(file.spikes);
  if (!file.record.empty()) sink->set_provenance(file.record);
  sink->finish();
}

// Whether `stimgen audit` would end with 0.
bool passes_audit(const std::filesystem::path& file) {
  try {
    return testing::audit_by_record(file).same;
  } catch (const InputError&) {
    return false;
  }
}

// Another value of the same type.
Json changed(const Json& value) {
  if (value.is_string()) {
    std::string text = value.get<std::string>();
    if (text.empty()) return "x";
    text.back() = text.back() == '1' ? '2' : '1';
    return text;
  }
  if (value.is_number()) return value.get<double>() + 1;
  if (value.is_boolean()) return !value.get<bool>();
  return 1;
}

const std::string kFilesRecipe =
    "stimgen: 1\n"
    "seeds: 1\n"
    "time: {stop: 1 s}\n"
    "networks: {files: [{nodes: nodes.h5}], node_sets: sets.json}\n"
    "backgrounds:\n"
    "  base: {population: cells, rate: 20 Hz}\n"
    "  some: {population: cells, node_set: few, rate: 20 Hz}\n"
    "combine:\n"
    "  all: {from: [base, {file: recorded.h5}]}\n"
    "output: {directory: out}\n";

void write_nodes(const std::filesystem::path& path, std::uint64_t last_id) {
  auto datasets = plain_population("cells", 20);
  for (FixtureDataset& dataset : datasets) {
    if (dataset.name.ends_with("/node_id")) std::get<std::vector<std::uint64_t>>(dataset.values).back() = last_id;
  }
  write_sonata(path, datasets);
}

void write_recorded(const std::filesystem::path& path, const std::vector<std::string>& populations, double time_ms) {
  const auto sink = create_spike_file(path, {});
  for (const std::string& name : populations) {
    sink->begin_population(name, SpikeOrder::by_id);
    sink->append({{7}, {time_ms}});
  }
  sink->finish();
}

}  // namespace

TEST_SUITE("audit") {
  TEST_CASE("a record tells the window of the file that it belongs to, and of no other") {
    Project project;
    project.run();
    const auto window = [&](const std::filesystem::path& path) { return recorded_window(*open_spike_file(path)); };
    const std::filesystem::path file = project.file("base");
    const auto own = window(file);
    REQUIRE(own);
    CHECK(own->window == TimeWindow{0, 1000});
    CHECK(own->grid_ms == 0);
    // Whoever cuts a file may keep its record; then the window is no longer that of the spikes.
    const std::filesystem::path copy = project.file("base").parent_path() / "copy.h5";
    SpikeFile cut = read_file(file);
    write_file(copy, cut);
    CHECK(window(copy));
    cut.spikes.node_ids.pop_back();
    cut.spikes.timestamps_ms.pop_back();
    write_file(copy, cut);
    CHECK_FALSE(window(copy));
    SpikeFile edited = read_file(file);
    const std::size_t at = edited.record.find("\"stop\":\"1 s\"");
    REQUIRE(at != std::string::npos);
    edited.record.replace(at, 12, "\"stop\":\"9 s\"");
    write_file(copy, edited);
    CHECK_FALSE(window(copy));
    write_file(copy, {read_file(file).spikes, ""});
    CHECK_FALSE(window(copy));
    write_file(copy, {read_file(file).spikes, "{}"});
    CHECK_FALSE(window(copy));
  }

  TEST_CASE("audit notices every leaf of the record that is changed or gone") {
    Project project;
    project.run();
    for (const char* const task : {"kinds", "all"}) {
      const SpikeFile file = read_file(project.file(task));
      REQUIRE(passes_audit(project.file(task)));
      const Json record = Json::parse(file.record), leaves = record.flatten();
      CHECK(leaves.size() > 40);
      for (const auto& [pointer, value] : leaves.items()) {
        CAPTURE(pointer);
        Json other = record;
        other[Json::json_pointer(pointer)] = changed(value);
        write_file(project.file(task), {file.spikes, other.dump()});
        CHECK_FALSE(passes_audit(project.file(task)));
      }
      for (const auto& [key, value] : record.items()) {
        CAPTURE(key);
        Json other = record;
        other.erase(key);
        write_file(project.file(task), {file.spikes, other.dump()});
        CHECK_FALSE(passes_audit(project.file(task)));
      }
      write_file(project.file(task), file);
      CHECK(passes_audit(project.file(task)));
    }
  }

  TEST_CASE("verify and run notice a record that is not that of the file") {
    Project project;
    project.run();
    const std::string bytes = read_text(project.file("base"));
    SpikeFile file = read_file(project.file("base"));
    std::string message;
    SUBCASE("nothing in it") {
      file.record = "{}";
      message = "its record is damaged";
    }
    SUBCASE("none") {
      file.record.clear();
      message = "it has no record of how it was made";
    }
    SUBCASE("edited") {
      Json record = Json::parse(file.record);
      record["stimgen"] = "9.9.9";
      file.record = record.dump();
      message = "its record was edited";
    }
    SUBCASE("of another task") {
      file.record = read_file(project.file("kinds")).record;
      message = "its record is that of something else";
    }
    write_file(project.file("base"), file);
    CHECK(project.causes() == Texts{{"base", "damaged"}});
    CHECK(project.causes({2, {}, true}) == Texts{{"base", "damaged"}});
    CHECK(project.verdict("base").message == "the file holds the right spikes, but " + message);
    CHECK(project.states()["base"] == message);
    CHECK(project.run() == std::vector<std::string>{"base"});
    CHECK(read_text(project.file("base")) == bytes);
  }

  TEST_CASE("verify, audit and run notice what a reader would act on beside the numbers") {
    struct Change {
      const char* what;
      std::function<void(hid_t file)> change;
      std::string message;
    };
    const auto replace_text = [](const char* object, const char* name, const char* text) {
      return [=](hid_t file) {
        H5Adelete_by_name(file, object, name, H5P_DEFAULT);
        if (text == nullptr) return;
        const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
        H5Tset_size(type, H5T_VARIABLE);
        H5Tset_cset(type, H5T_CSET_UTF8);
        const hid_t attribute =
            H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        checked(H5Awrite(attribute, type, &text), name);
        H5Aclose(attribute);
      };
    };
    const auto set_number = [](const char* object, const char* name, int value) {
      return [=](hid_t file) {
        const hid_t attribute = checked(H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT), name);
        const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
        H5Aclose(attribute);
        H5Adelete_by_name(file, object, name, H5P_DEFAULT);
        // HDF5 1.10.8 cannot write to an attribute of a file that it opened.
        const hid_t other = H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        std::array<std::uint32_t, 2> values{};
        std::memcpy(values.data(), &value, sizeof value);
        checked(H5Awrite(other, type, values.data()), name);
        H5Aclose(other);
      };
    };
    const auto add_group = [](const char* name) {
      return
          [=](hid_t file) { H5Gclose(checked(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), name)); };
    };
    const auto copy = [](const char* from, const char* to) {
      return [=](hid_t file) { checked(H5Ocopy(file, from, file, to, H5P_DEFAULT, H5P_DEFAULT), to); };
    };
    const Change changes[] = {
        {"sorting of the group", set_number("/spikes/cells", "sorting", 0),
         "the attribute sorting of /spikes/cells is 0 (none), not 1 (by_id)"},
        {"no sorting of the group", replace_text("/spikes/cells", "sorting", nullptr),
         "the attribute sorting of /spikes/cells is gone, which is 1 (by_id)"},
        {"sorting as a text", replace_text("/spikes/cells", "sorting", "by_id"),
         "the attribute sorting of /spikes/cells is 'by_id', not 1 (by_id)"},
        {"sorting of the ids", replace_text("/spikes/cells/node_ids", "sorting", "by_time"),
         "the attribute sorting of /spikes/cells/node_ids is 'by_time', not 'by_id'"},
        {"no sorting of the ids", replace_text("/spikes/cells/node_ids", "sorting", nullptr),
         "the attribute sorting of /spikes/cells/node_ids is gone, which is 'by_id'"},
        {"units", replace_text("/spikes/cells/timestamps", "units", "milliseconds"),
         "the attribute units of /spikes/cells/timestamps is 'milliseconds', not 'ms'"},
        {"no units", replace_text("/spikes/cells/timestamps", "units", nullptr),
         "the attribute units of /spikes/cells/timestamps is gone, which is 'ms'"},
        {"no magic", replace_text("/", "magic", nullptr),
         "the attribute magic of / is gone, which is the integer 2682"},
        {"version", set_number("/", "version", 7),
         "the attribute version of / is the integers [7, 0], not the integers [0, 1]"},
        {"another attribute", replace_text("/spikes/cells", "units", "seconds"),
         "/spikes/cells has an attribute units, which stimgen does not write"},
        {"another dataset", copy("/spikes/cells/node_ids", "/spikes/cells/gids"),
         "it has /spikes/cells/gids, which stimgen does not write"},
        {"another group", add_group("/extra"), "it has /extra, which stimgen does not write"},
        {"another thing in the record's group", add_group("/stimgen/extra"),
         "it has /stimgen/extra, which stimgen does not write"},
    };
    Project project;
    project.run();
    const std::string bytes = read_text(project.file("base"));
    for (const Change& item : changes) {
      CAPTURE(std::string(item.what));
      change_hdf5(project.file("base"), item.change);
      CHECK(project.causes() == Texts{{"base", "form"}});
      CHECK(project.causes({2, {}, true}) == Texts{{"base", "form"}});
      CHECK(project.verdict("base").message == "the file holds the right spikes, but " + item.message);
      CHECK(testing::audit_by_record(project.file("base")).cause == Cause::form);
      CHECK(project.states()["base"] == item.message);
      CHECK(project.run() == std::vector<std::string>{"base"});
      CHECK(read_text(project.file("base")) == bytes);
    }
  }

  TEST_CASE("verify, audit and run name the form of a file that reads as another population") {
    Project project;
    project.edit("output: {", "output: {sort: by_time, ");
    project.run();
    const auto file = project.file("base");
    std::string message, state;
    SUBCASE("a false sorting") {
      change_hdf5(file, [](hid_t id) { H5Adelete_by_name(id, "/spikes/cells", "sorting", H5P_DEFAULT); });
      state = "the attribute sorting of /spikes/cells is gone, which is 2 (by_time)";
      message = "the file was changed by another program: " + state;
    }
    SUBCASE("another population with spikes") {
      change_hdf5(file, [](hid_t id) { H5Ocopy(id, "/spikes/cells", id, "/spikes/more", H5P_DEFAULT, H5P_DEFAULT); });
      state = "it has /spikes/more, which stimgen does not write";
      message = "the file was changed by another program: " + state;
    }
    SUBCASE("a name of the population that is not its own") {
      change_hdf5(file, [](hid_t id) { H5Lmove(id, "/spikes/cells", id, "/spikes/others", H5P_DEFAULT, H5P_DEFAULT); });
      state = "it has /spikes/others, which stimgen does not write";
      message = "the file was changed by another program: " + state;
    }
    CHECK(project.causes() == Texts{{"base", "form"}});
    CHECK(project.causes({2, {}, true}) == Texts{{"base", "form"}});
    CHECK(project.verdict("base").message == message);
    CHECK(testing::audit_by_record(file).message == message);
    CHECK(project.states()["base"] == state);
    CHECK(project.run() == std::vector<std::string>{"base"});
    CHECK(project.causes().empty());
  }

  TEST_CASE("what changed in a file that a recipe reads is named, under the same words") {
    Project project(kFilesRecipe);
    const auto nodes = project.folder() / "nodes.h5", sets = project.folder() / "sets.json",
               recorded = project.folder() / "recorded.h5";
    write_nodes(nodes, 19);
    write_text(sets, R"({"few": {"node_id": [1, 2, 3]}})");
    write_recorded(recorded, {"other"}, 5);
    project.run();
    CHECK(project.causes().empty());
    SUBCASE("node ids") {
      write_nodes(nodes, 25);
      CHECK(project.causes() == Texts{{"base", "network"}, {"some", "network"}, {"all", "network"}});
      CHECK(project.verdict("base").message == "network file nodes.h5 changed");
      CHECK(project.states()["base"] == "network file nodes.h5 changed");
    }
    SUBCASE("the nodes of a node set") {
      write_text(sets, R"({"few": {"node_id": [1, 2, 4]}})");
      CHECK(project.causes() == Texts{{"some", "input"}});
      CHECK(project.verdict("some").message == "an input file changed: file sets.json changed");
    }
    SUBCASE("another node set") {
      write_text(sets, R"({"few": {"node_id": [1, 2, 3]}, "more": {"node_id": [4]}})");
      CHECK(project.causes().empty());
      CHECK(project.verdict("some").message == "file sets.json changed, but nothing that this task uses");
    }
    SUBCASE("a population more in recorded spikes") {
      write_recorded(recorded, {"more", "other"}, 5);
      CHECK(project.causes() == Texts{{"all", "input"}});
      CHECK(project.verdict("all").message == "an input file changed: file recorded.h5 changed");
    }
    SUBCASE("recorded spikes") {
      write_recorded(recorded, {"other"}, 6);
      CHECK(project.causes() == Texts{{"all", "input"}});
      CHECK(project.verdict("all").message == "an input file changed: spikes of other in recorded.h5 changed");
    }
  }
}
