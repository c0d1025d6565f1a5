// verify and audit: nothing that was changed goes unseen, and the cause is told.
#include <doctest/doctest.h>

#include "audit/project.hpp"

using namespace stimgen;
using stimgen::testing::Project;
using stimgen::testing::read_text;
using stimgen::testing::write_text;
using Texts = std::map<std::string, std::string>;

namespace {

// Writes a file with these spikes and the record of another.
void write_spikes_like(const std::filesystem::path& path, SpikeBlock spikes, const std::string& record) {
  const auto sink = create_spike_file(path, {});
  sink->begin_population("cells", SpikeOrder::by_id);
  sink->append(std::move(spikes));
  sink->set_provenance(record);
  sink->finish();
}

SpikeBlock spikes_of(const std::filesystem::path& path) {
  const auto reader = open_spike_file(path);
  return reader->read("cells", 0, reader->populations().front().count);
}

}  // namespace

TEST_SUITE("audit") {
  TEST_CASE("verify: all is well after a run, and nothing is written") {
    Project project;
    project.run();
    const std::string lock = project.lock_text();
    const auto entries = std::filesystem::last_write_time(project.folder() / "out");
    CHECK(project.causes().empty());
    CHECK(project.causes({1, {}, false}).empty());
    CHECK(project.causes({2, {}, true}).empty());
    CHECK(project.verdicts({2, {"long"}, false}).size() == 1);
    CHECK(project.verdicts().size() == 4);
    CHECK(project.verdict("base").spikes > 1000);
    CHECK(project.lock_text() == lock);
    CHECK(std::filesystem::last_write_time(project.folder() / "out") == entries);
  }

  TEST_CASE("verify tells causes apart") {
    Project project;
    project.run();
    SUBCASE("an edited recipe") {
      project.edit("burst: 50 Hz", "burst: 60 Hz");
      CHECK(project.causes() == Texts{{"long", "recipe"}, {"all", "recipe"}});
      CHECK(project.verdict("long").message == "the recipe was edited: rates.burst changed 50 Hz → 60 Hz");
      CHECK(project.verdict("long").first);
    }
    SUBCASE("an edited seed") {
      project.edit("spikes: 2", "spikes: 3");
      CHECK(project.causes() == Texts{{"base", "seed"}, {"kinds", "seed"}, {"long", "seed"}, {"all", "seed"}});
      CHECK(project.verdict("base").message == "a seed was edited: seeds.spikes changed 2 → 3");
    }
    SUBCASE("a changed network") {
      project.edit("cycle: [A, B]", "cycle: [B, A]");
      CHECK(project.causes() == Texts{{"kinds", "network"}, {"long", "network"}, {"all", "network"}});
      CHECK(project.verdict("kinds").message == "network column kind of cells changed");
    }
    SUBCASE("a missing file") {
      std::filesystem::remove(project.file("base"));
      CHECK(project.causes() == Texts{{"base", "missing"}});
      CHECK(project.causes({2, {}, true}) == Texts{{"base", "missing"}});
    }
    SUBCASE("a file that is cut off") {
      write_text(project.file("base"), read_text(project.file("base")).substr(0, 5000));
      CHECK(project.causes() == Texts{{"base", "truncated"}});
      CHECK(project.causes({2, {}, true}) == Texts{{"base", "truncated"}});
    }
    SUBCASE("an empty file") {
      write_text(project.file("base"), "");
      CHECK(project.causes() == Texts{{"base", "truncated"}});
    }
    SUBCASE("swapped files") {
      std::filesystem::rename(project.file("base"), project.folder() / "spare");
      std::filesystem::rename(project.file("long"), project.file("base"));
      std::filesystem::rename(project.folder() / "spare", project.file("long"));
      CHECK(project.causes() == Texts{{"base", "swapped"}, {"long", "swapped"}});
      CHECK(project.verdict("base").message == "the file is swapped: it is that of task 'long'");
      CHECK(project.causes({2, {}, true}) == Texts{{"base", "swapped"}, {"long", "swapped"}});
    }
    SUBCASE("an older file of the same task") {
      std::filesystem::copy_file(project.file("base"), project.folder() / "old");
      project.edit("rate: 20 Hz", "rate: 21 Hz");
      project.run();
      std::filesystem::rename(project.folder() / "old", project.file("base"));
      CHECK(project.causes() == Texts{{"base", "recipe"}});
      CHECK(project.verdict("base").message ==
            "the file is whole, but was made before a change: rate changed 20 Hz → 21 Hz");
      CHECK(project.states()["base"] == "rate changed 20 Hz → 21 Hz");
      CHECK(project.causes({2, {}, true}) == Texts{{"base", "swapped"}});
    }
    SUBCASE("a moved spike") {
      SpikeBlock spikes = spikes_of(project.file("base"));
      spikes.timestamps_ms[17] += 1e-9;
      const Spike wrong{spikes.node_ids[17], spikes.timestamps_ms[17]};
      write_spikes_like(project.file("base"), spikes, open_spike_file(project.file("base"))->provenance());
      CHECK(project.causes() == Texts{{"base", "damaged"}});
      const Verdict verdict = project.verdict("base");
      CHECK(verdict.population == "cells");
      REQUIRE(verdict.first);
      CHECK(verdict.first->index == 17);
      CHECK(verdict.first->right == wrong);
      CHECK(verdict.first->left->timestamp_ms < wrong.timestamp_ms);
      CHECK(verdict.expected_count == verdict.file_count);
      CHECK(project.causes({2, {}, true}) == Texts{{"base", "damaged"}});
    }
    SUBCASE("a spike less") {
      SpikeBlock spikes = spikes_of(project.file("base"));
      spikes.node_ids.pop_back();
      spikes.timestamps_ms.pop_back();
      write_spikes_like(project.file("base"), spikes, {});
      const Verdict verdict = project.verdict("base");
      CHECK(verdict.cause == Cause::damaged);
      CHECK(*verdict.expected_count == *verdict.file_count + 1);
      REQUIRE(verdict.first);
      CHECK_FALSE(verdict.first->right);
    }
    SUBCASE("a spike more") {
      SpikeBlock spikes = spikes_of(project.file("base"));
      spikes.node_ids.push_back(59);
      spikes.timestamps_ms.push_back(999.5);
      write_spikes_like(project.file("base"), spikes, {});
      CHECK(project.verdict("base").cause == Cause::damaged);
      REQUIRE(project.verdict("base").first);
      CHECK_FALSE(project.verdict("base").first->left);
    }
    SUBCASE("another compression of the same spikes is no difference") {
      const std::string record = open_spike_file(project.file("base"))->provenance();
      const SpikeBlock spikes = spikes_of(project.file("base"));
      const auto sink = create_spike_file(project.file("base"), {Compression::gzip, 1});
      sink->begin_population("cells", SpikeOrder::by_id);
      sink->append(spikes);
      sink->set_provenance(record);
      sink->finish();
      CHECK(project.causes().empty());
    }
    SUBCASE("an edited digest in the lock") {
      const std::string digest = project.lock()->find(TaskKind::background, "base")->populations.at("cells").content;
      project.edit_lock(digest, std::string(64, '0'));
      CHECK(project.causes() == Texts{{"base", "lock"}});
    }
    SUBCASE("an edited count in the lock") {
      const std::uint64_t spikes = project.lock()->find(TaskKind::background, "base")->populations.at("cells").spikes;
      project.edit_lock("\"spikes\":" + std::to_string(spikes), "\"spikes\":7");
      CHECK(project.causes().size() == 1);
      CHECK(project.causes().begin()->second == "lock");
    }
    SUBCASE("an edited fingerprint in the lock") {
      project.edit_lock(project.lock()->find(TaskKind::background, "base")->fingerprint, std::string(64, 'a'));
      CHECK(project.causes() == Texts{{"base", "lock"}});
    }
    SUBCASE("an edited key in the lock") {
      project.edit_lock("\"rate\": \"20 Hz\"", "\"rate\": \"30 Hz\"");
      CHECK(project.causes() == Texts{{"base", "lock"}});
    }
    SUBCASE("an edited key of an assembly set in the lock") {
      project.edit_lock("\"property\": \"kind\"", "\"property\": \"sort\"");
      CHECK(project.causes() == Texts{{"assembly pair", "lock"}});
    }
    SUBCASE("another format version") {
      project.edit_lock("\"format_version\": 2", "\"format_version\": 99");
      for (const auto& [task, cause] : project.causes()) CHECK(cause == "version");
      CHECK(project.causes().size() == 4);
    }
    SUBCASE("what the lock has and the recipe no longer") {
      project.edit("  long: {type: long, assemblies: pair, on_time: 200 ms, rates: {burst: 50 Hz}}\n",
                   "  wide: {type: long, assemblies: pair, on_time: 200 ms, rates: {burst: 50 Hz}}\n");
      project.edit("from: [base, long]", "from: [base]");
      CHECK(project.causes() == Texts{{"wide", "unlocked"}, {"all", "recipe"}, {"long", "recipe"}});
      CHECK(project.verdict("long").message == "stimgen.lock has it, but the recipe no longer does");
      CHECK(project.causes({2, {}, true}) == Texts{{"wide", "unlocked"}, {"long", "recipe"}});
      CHECK(project.causes({2, {"base"}, false}).empty());
    }
    SUBCASE("an entry of a network or of assemblies that is gone, or of another version") {
      const auto change = [&](const auto& edit) {
        update_lock(project.lock_file(), "recipe.yaml", [&](std::optional<Lock> lock) {
          edit(*lock);
          return *lock;
        });
      };
      change([](Lock& lock) { lock.tasks.erase({TaskKind::assembly, "pair"}); });
      CHECK(project.causes() == Texts{{"assembly pair", "unlocked"}});
      CHECK(project.causes({2, {}, true}) == Texts{{"assembly pair", "unlocked"}});
      CHECK(project.causes({2, {"base"}, true}).empty());
      CHECK(project.verdicts({2, {"long"}, true}).front().message ==
            "stimgen.lock has no entry for it, which pattern long needs");
      change([](Lock& lock) {
        LockedTask& cells = lock.tasks.at({TaskKind::network, "cells"});
        cells.fingerprint = std::string(64, 'a');
        cells.seal.clear();
      });
      CHECK(project.causes() == Texts{{"assembly pair", "unlocked"}, {"network cells", "unlocked"}});
      // They belong to a version of a task that is still in the lock.
      project.edit("rate: 20 Hz", "rate: 30 Hz");
      CHECK(project.causes() == Texts{{"base", "recipe"}, {"all", "recipe"}});
    }
    SUBCASE("a task without an entry") {
      project.edit("backgrounds:\n", "backgrounds:\n  more: {population: cells, rate: 1 Hz}\n");
      CHECK(project.causes() == Texts{{"more", "unlocked"}});
    }
  }

  TEST_CASE("verify: several combinations of files that are gone are judged side by side, each by itself") {
    Project project;
    project.edit("combine:\n",
                 "combine:\n  first: {from: [base, kinds]}\n  second: {from: [kinds, long]}\n"
                 "  of_both: {from: [first, long]}\n");
    project.run();
    for (const char* const task : {"base", "kinds", "first"}) std::filesystem::remove(project.file(task));
    std::filesystem::copy_file(project.file("all"), project.file("second"),
                               std::filesystem::copy_options::overwrite_existing);
    for (const unsigned threads : {1U, 2U, 5U}) {
      CHECK(project.causes({threads, {}, false}) ==
            Texts{{"base", "missing"}, {"kinds", "missing"}, {"first", "missing"}, {"second", "swapped"}});
    }
  }

  TEST_CASE("verify: asked to stop, it says no word on any file") {
    Project project;
    project.run();
    const Plan plan = project.plan();
    const std::atomic<bool> stop = true;
    CHECK_THROWS_AS(verify_plan(plan, project.lock(), {2, {}, false}, stop), Interrupted);
    CHECK_THROWS_AS(verify_plan(plan, project.lock(), {2, {}, true}, stop), Interrupted);
  }

  TEST_CASE("verify sees every flipped byte of the spike data, and never more than it can explain") {
    Project project;
    project.run();
    const std::string bytes = read_text(project.file("kinds"));
    const std::string content = read_text(project.folder() / "stimgen.lock");
    std::size_t seen = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 211) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 0x10);
      write_text(project.file("kinds"), changed);
      const auto verdicts = project.verdicts({1, {"kinds"}, false});
      REQUIRE(verdicts.size() == 1);
      if (!verdicts[0].same) {
        ++seen;
        CHECK_FALSE(verdicts[0].message.empty());
      } else {
        // Harmless: the spikes are those that were made.
        CHECK(spikes_of(project.file("kinds")).size() == verdicts[0].spikes);
      }
    }
    CHECK(seen > 0);
    CHECK(content == project.lock_text());
  }

  TEST_CASE("audit: a file proves itself, without recipe, lock or the folder it was made in") {
    Project project;
    project.run();
    for (const std::string task : {"base", "kinds", "long", "all"}) {
      CAPTURE(task);
      const auto elsewhere = project.folder() / "renamed.h5";
      std::filesystem::copy_file(project.file(task), elsewhere, std::filesystem::copy_options::overwrite_existing);
      const Verdict verdict = testing::audit_by_record(elsewhere);
      CHECK(verdict.same);
      CHECK(verdict.message.empty());
      CHECK(verdict.task == task);
    }
  }

  TEST_CASE("audit: a changed spike, a changed record, and the wrong recipe") {
    Project project;
    project.run();
    const std::string record = open_spike_file(project.file("base"))->provenance();
    SpikeBlock spikes = spikes_of(project.file("base"));
    SUBCASE("a changed spike") {
      spikes.timestamps_ms[3] += 1e-9;
      write_spikes_like(project.file("base"), spikes, record);
      CHECK(testing::audit_by_record(project.file("base")).cause == Cause::damaged);
      CHECK(testing::audit_by_record(project.file("base")).first->index == 3);
    }
    SUBCASE("a changed seed in the record") {
      std::string changed = record;
      const std::string seed = "\"seeds\":{\"network\":123,\"spikes\":2},\"stimgen\":1";
      REQUIRE(changed.find(seed) != std::string::npos);
      changed.replace(changed.find(seed), seed.size(), "\"seeds\":{\"network\":123,\"spikes\":5},\"stimgen\":1");
      write_spikes_like(project.file("base"), spikes, changed);
      CHECK(testing::audit_by_record(project.file("base")).cause == Cause::seed);
    }
    SUBCASE("the recipe of today") {
      project.edit("rate: 20 Hz", "rate: 25 Hz");
      const std::atomic<bool> stop = false;
      const Plan plan = project.plan();
      const Verdict verdict =
          audit_file(plan, read_provenance(project.file("base")), project.file("base"), {.threads = 2}, stop);
      CHECK(verdict.cause == Cause::recipe);
      CHECK(verdict.message == "the recipe was edited: rate changed 20 Hz → 25 Hz");
    }
    SUBCASE("no record") {
      write_spikes_like(project.file("base"), spikes, {});
      CHECK_THROWS_AS(testing::audit_by_record(project.file("base")), InputError);
    }
  }

  TEST_CASE("the record holds no time, host or path, and does not depend on other tasks") {
    Project one, two;
    two.edit("  base:", "  before: {population: cells, rate: 3 Hz}\n  base:");
    one.run();
    two.run();
    CHECK(read_text(one.file("base")) == read_text(two.file("base")));
    const std::string record = open_spike_file(one.file("base"))->provenance();
    CHECK(record.find(one.folder().path().filename().string()) == std::string::npos);
    CHECK(record.find("before") == std::string::npos);
  }
}
