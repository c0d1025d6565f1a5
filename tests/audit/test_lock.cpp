// The lock file, and which tasks a run makes again.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <set>
#include <sstream>

#include "audit/project.hpp"
#include "base/digest.hpp"

using namespace stimgen;
using stimgen::testing::kProjectRecipe;
using stimgen::testing::Project;
using stimgen::testing::read_text;
using stimgen::testing::write_text;
using Names = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

namespace {

const Names kAll = {"base", "kinds", "long", "all"};
const Texts kAllFresh = {{"base", "fresh"}, {"kinds", "fresh"}, {"long", "fresh"}, {"all", "fresh"}};

void touch(const std::filesystem::path& path) {
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::hours(1));
}

}  // namespace

TEST_SUITE("audit") {
  TEST_CASE("a second run makes nothing and leaves the lock as it is") {
    Project project;
    CHECK(project.states()["base"] == "never made");
    CHECK(project.run() == kAll);
    const std::string lock = project.lock_text();
    CHECK(project.run().empty());
    CHECK(project.lock_text() == lock);
    CHECK(project.states() == kAllFresh);
  }

  TEST_CASE("the lock is the same wherever and with whatever state it is made, and holds no path of the machine") {
    Project one, two;
    one.run();
    two.run({"kinds"});
    two.run();
    CHECK(one.lock_text() == two.lock_text());
    CHECK(read_text(one.file("all")) == read_text(two.file("all")));
    CHECK(one.lock_text().find(one.folder().path().string()) == std::string::npos);
    CHECK(one.lock_text().find("out/") == std::string::npos);
    CHECK(read_text(one.file("all")).find(one.folder().path().string()) == std::string::npos);
  }

  TEST_CASE("spelling, comments, key order and times of files make nothing again") {
    Project project;
    project.run();
    project.edit("rate: 20 Hz", "rate: 0.02 kHz");
    project.edit("on_time: 200 ms, rates: {burst: 50 Hz}", "rates: {burst: 50}, on_time: 0.2 s");
    project.edit("B: [8, 2]", "B: {stdev: 2, mean: 8 Hz}");
    project.edit("time: {stop: 1 s}", "time: {stop: 1000 ms}  # a comment");
    touch(project.file("base"));
    touch(project.folder() / "recipe.yaml");
    CHECK(project.states() == kAllFresh);
    CHECK(project.run().empty());
  }

  TEST_CASE("what is stale, and why") {
    Project project;
    project.run();
    SUBCASE("a rate") {
      project.edit("burst: 50 Hz", "burst: 60 Hz");
      CHECK(project.states() == Texts{{"base", "fresh"},
                                      {"kinds", "fresh"},
                                      {"long", "rates.burst changed 50 Hz → 60 Hz"},
                                      {"all", "long: rates.burst changed 50 Hz → 60 Hz"}});
      CHECK(project.run() == Names{"long", "all"});
      CHECK(project.states() == kAllFresh);
    }
    SUBCASE("a seed") {
      project.edit("spikes: 2", "spikes: 3");
      CHECK(project.states()["base"] == "seeds.spikes changed 2 → 3");
      CHECK(project.states()["all"] == "seeds.spikes changed 2 → 3");
    }
    SUBCASE("a column") {
      project.edit("cycle: [A, B]", "cycle: [A, B, B]");
      CHECK(project.states()["base"] == "fresh");
      CHECK(project.states()["kinds"] == "network column kind of cells changed");
      CHECK(project.states()["long"] == "network column kind of cells changed");
    }
    SUBCASE("a column that no task uses") {
      project.edit("cycle: [1, 2, 3]", "cycle: [3, 2, 1]");
      CHECK(project.states() == kAllFresh);
    }
    SUBCASE("an assembly set") {
      project.edit("property: kind}", "property: kind, fraction: 0.5}");
      CHECK(project.states()["long"] == "assemblies.pair: fraction changed 1 → 0.5");
      CHECK(project.states()["base"] == "fresh");
    }
    SUBCASE("a lock of an older format, whose entries have keys that there are no more") {
      project.edit("rate: 20 Hz", "rate: 30 Hz");
      update_lock(project.lock_file(), "recipe.yaml", [](std::optional<Lock> lock) {
        lock->format_version = 1;
        LockedTask& base = lock->tasks.at({TaskKind::background, "base"});
        base.keys["seeds.network"] = "123";
        base.seal.clear();
        return *lock;
      });
      CHECK(project.states()["base"] == "format version changed 1 → 2; rate changed 20 Hz → 30 Hz");
      CHECK(project.run() == Names{"base", "all"});
      CHECK(project.states() == kAllFresh);
    }
    SUBCASE("the window of the recipe") {
      project.edit("stop: 1 s", "stop: 2 s");
      CHECK(project.states()["base"] == "time.stop changed 1 s → 2 s");
    }
    SUBCASE("output settings") {
      project.edit("directory: out", "directory: out, compression: none");
      CHECK(project.states()["kinds"] == "output.compression changed gzip 4 → none");
    }
    SUBCASE("the order of tasks") {
      project.edit("  base: {population: cells, rate: 20 Hz}\n", "");
      project.edit("assemblies:\n", "  base: {population: cells, rate: 20 Hz}\nassemblies:\n");
      CHECK(project.states() == kAllFresh);
    }
    SUBCASE("a new task") {
      project.edit("backgrounds:\n", "backgrounds:\n  more: {population: cells, rate: 1 Hz}\n");
      CHECK(project.states()["more"] == "never made");
      CHECK(project.run() == Names{"more"});
    }
    SUBCASE("a file that is gone") {
      std::filesystem::remove(project.file("long"));
      CHECK(project.states() ==
            Texts{{"base", "fresh"}, {"kinds", "fresh"}, {"long", "file missing"}, {"all", "fresh"}});
      CHECK(project.run() == Names{"long"});
    }
    SUBCASE("a file of another task") {
      std::filesystem::copy_file(project.file("base"), project.file("long"),
                                 std::filesystem::copy_options::overwrite_existing);
      CHECK(project.states()["long"] == "file damaged");
      CHECK(project.run() == Names{"long"});
    }
    SUBCASE("a changed byte, whatever the times") {
      const auto times = std::filesystem::last_write_time(project.file("kinds"));
      std::string bytes = read_text(project.file("kinds"));
      bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
      write_text(project.file("kinds"), bytes.substr(0, bytes.size() / 2));
      std::filesystem::last_write_time(project.file("kinds"), times);
      CHECK(project.states()["kinds"] == "file damaged");
    }
  }

  TEST_CASE("an input file counts by its bytes") {
    const std::string csv = "  listed: {population: cells, rate: {values: {csv: rates.csv}}}\n";
    std::string recipe = kProjectRecipe;
    recipe.insert(recipe.find("  base:"), csv);
    Project project(recipe);
    std::string rows = "node_id,rate\n";
    for (int id = 0; id < 60; ++id) rows += std::to_string(id) + ",3\n";
    write_text(project.folder() / "rates.csv", rows);
    project.run();
    touch(project.folder() / "rates.csv");
    CHECK(project.states()["listed"] == "fresh");
    CHECK(project.lock()->find(TaskKind::background, "listed")->inputs.count("file rates.csv") == 1);
    write_text(project.folder() / "rates.csv", rows.replace(rows.find("0,3"), 3, "0,9"));
    CHECK(project.states()["listed"] == "file rates.csv changed");
    CHECK(project.run() == Names{"listed"});
  }

  TEST_CASE("a run of some tasks keeps what the lock says of others; a whole run drops what is gone") {
    Project project;
    project.run();
    project.edit("spikes: 2", "spikes: 3");
    CHECK(project.run({"base"}) == Names{"base"});
    CHECK(project.states()["base"] == "fresh");
    CHECK(project.states()["kinds"] == "seeds.spikes changed 2 → 3");
    project.edit("  kinds: {population: cells, group_by: kind, rates: {A: 5 Hz, B: [8, 2]}}\n", "");
    project.run({"long"});
    CHECK(project.lock()->find(TaskKind::background, "kinds") != nullptr);
    project.run();
    CHECK(project.lock()->find(TaskKind::background, "kinds") == nullptr);
  }

  TEST_CASE("files that a killed run left are found by their record, with no lock and no state") {
    Project project;
    project.run({"base", "long"}, false);
    CHECK_FALSE(std::filesystem::exists(project.lock_file()));
    CHECK(project.run() == Names{"kinds", "all"});
    Project other;
    other.run();
    CHECK(project.lock_text() == other.lock_text());
  }

  TEST_CASE("recipes of one folder share the file, each with its block") {
    Project project;
    project.run();
    const std::string before = project.lock_text();
    const Lock lock = *project.lock();
    update_lock(project.lock_file(), "another.yaml", [&](const auto&) { return lock; });
    CHECK(read_lock(project.lock_file(), "another.yaml"));
    CHECK(project.run().empty());
    CHECK_FALSE(read_lock(project.lock_file(), "third.yaml"));
  }

  TEST_CASE("a lock that cannot be understood is refused, wherever it was cut or changed") {
    Project project;
    project.run();
    const std::string text = project.lock_text();
    const auto refused = [&](const std::string& code) {
      try {
        project.lock();
      } catch (const InputError& error) {
        return error.diagnostics().items().front().code == code;
      }
      return false;
    };
    for (std::size_t length = 0; length + 1 < text.size(); length += 97) {
      write_text(project.lock_file(), text.substr(0, length));
      CHECK(refused("lock.damaged"));
    }
    write_text(project.lock_file(), text);
    project.edit_lock("\"lock_version\": 2", "\"lock_version\": 3");
    CHECK(refused("lock.version"));
    write_text(project.lock_file(), text);
    project.edit_lock("\"lock_version\": 2", "\"lock_version\": 1");
    CHECK(refused("lock.version"));
    write_text(project.lock_file(), text);
    project.edit_lock("\"spikes\":", "\"spikes\":\"many\",\"x\":");
    CHECK(refused("lock.damaged"));
  }

  TEST_CASE("a task takes a line of at most 300 bytes, beside what people read") {
    Project project;
    project.run();
    std::istringstream lines(project.lock_text());
    std::size_t files = 0;
    for (std::string line; std::getline(lines, line);) {
      CHECK(line.size() <= 300);
      files += line.find(".h5\"") != std::string::npos ? 1 : 0;
    }
    CHECK(files == 4);
  }

  TEST_CASE("another version of stimgen that makes the same spikes leaves the lock as it is") {
    Project project;
    project.run();
    const std::string lock = project.lock_text();
    CHECK(lock.find(stimgen_version()) == std::string::npos);
    for (const char* const task : {"base", "kinds", "long", "all"}) {
      const auto reader = open_spike_file(project.file(task));
      auto record = nlohmann::json::parse(reader->provenance());
      CHECK(record.at("stimgen") == stimgen_version());
      record["stimgen"] = "0.0.1";
      record.erase("seal");
      record["seal"] = to_hex(blake3(record.dump())).substr(0, 16);
      const auto sink = create_spike_file(project.file(task), {Compression::none, 1});
      sink->begin_population("cells", SpikeOrder::by_id);
      sink->append(reader->read("cells", 0, reader->populations().front().count));
      sink->set_provenance(record.dump());
      sink->finish();
    }
    CHECK(project.run().empty());
    CHECK(project.lock_text() == lock);
    std::filesystem::remove(project.lock_file());
    CHECK(project.run().empty());
    CHECK(project.lock_text() == lock);
    CHECK(project.causes().empty());
  }
}
