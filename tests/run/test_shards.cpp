// Tasks made in parts: the joined files are those of one process, and no part is used that does not belong.
#include <doctest/doctest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/folder_lock.hpp"
#include "run/join_parts.hpp"
#include "run/shards.hpp"
#include "support/planned_recipe.hpp"

using namespace stimgen;
using stimgen::testing::PlannedRecipe;
using stimgen::testing::read_text;
using stimgen::testing::recipe_head;
using stimgen::testing::SilentObserver;
using stimgen::testing::write_text;

namespace {

namespace fs = std::filesystem;

// A background with rates drawn from a distribution, a pattern with three rate functions, and both in one file.
const std::string kTasks =
    "backgrounds:\n"
    "  base: {population: cells, rate: [20, 15]}\n"
    "assemblies: {kinds: {method: property, population: cells, property: kind}}\n"
    "patterns:\n"
    "  bursts: {type: long, assemblies: kinds, on_time: 0.2 s, off_time: 0.1 s, rates: {burst: 90 Hz, silent: 3 Hz}}\n"
    "combine: {both: {from: [base, bursts]}}\n";
const std::string kOneTask = "backgrounds: {base: {population: cells, rate: [20, 15]}}\n";

class Warnings : public SilentObserver {
 public:
  std::string text;
  void warned(const Diagnostics& warnings) override { text += render(warnings); }
};

RunSummary run_shard(PlannedRecipe& recipe, unsigned index, unsigned count) {
  SilentObserver observer;
  return recipe.run({.threads = 2, .shard = Shard{index, count}}, observer);
}

void run_all_shards(PlannedRecipe& recipe, unsigned count) {
  for (unsigned k = 1; k <= count; ++k) REQUIRE(run_shard(recipe, k, count).exit_code() == 0);
}

const TaskResult& result_of(const PlannedRecipe& recipe, const RunSummary& summary, std::string_view task) {
  const TaskIndex index = *recipe.plan().index_of(std::string(task));
  return std::find_if(summary.results.begin(), summary.results.end(),
                      [&](const auto& one) { return one.first == index; })
      ->second;
}

fs::path part(const PlannedRecipe& recipe, const std::string& name) {
  return recipe.folder() / ("out/shards/" + name + ".h5");
}

// Device and inode: a file that is written anew is another one.
std::pair<dev_t, ino_t> identity(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return {status.st_dev, status.st_ino};
}

void flip_last_spike(const fs::path& path) {
  std::string bytes = read_text(path);
  // The record is at the end; spikes make up the middle.
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_text(path, bytes);
}

}  // namespace

TEST_SUITE("run") {
  TEST_CASE("joined shards are the file of one process, byte for byte, whatever their number") {
    for (const char* output :
         {"{directory: out}", "{directory: out, compression: gzip}",
          "{directory: out, sort: by_time, resolution: 1 ms}", "{directory: out, sort: by_time}"}) {
      // Files have several chunks; the last number is larger than that of nodes.
      for (const auto& [nodes, count] : {std::pair{9000, 1U}, {9000, 2U}, {9000, 7U}, {12, 40U}}) {
        CAPTURE(output);
        CAPTURE(count);
        PlannedRecipe whole(recipe_head(nodes, output) + kTasks);
        REQUIRE_MESSAGE(whole.problems() == "", whole.problems());
        PlannedRecipe cut(recipe_head(nodes, output) + kTasks);
        const RunSummary expected = whole.run();
        REQUIRE(expected.exit_code() == 0);
        run_all_shards(cut, count);
        CHECK_FALSE(fs::exists(cut.folder() / "out/base.h5"));
        Warnings observer;
        const RunSummary joined = cut.run({.threads = 2}, observer);
        REQUIRE(joined.exit_code() == 0);
        CHECK(observer.text == "");
        for (const char* task : {"base", "bursts", "both"}) {
          CHECK((whole.file_bytes(task) == cut.file_bytes(task)));  // not printed
          const TaskResult& one = result_of(whole, expected, task);
          const TaskResult& other = result_of(cut, joined, task);
          CHECK(other.parts == (std::string(task) == "both" ? 0 : count));
          CHECK(other.spikes == one.spikes);
          CHECK(other.nodes == one.nodes);
          CHECK(other.mean_rate_hz == one.mean_rate_hz);
        }
        CHECK_FALSE(fs::exists(cut.folder() / "out/shards"));
      }
    }
  }

  TEST_CASE("shards share the expected spikes evenly, and every node is in one") {
    PlannedRecipe recipe(recipe_head(1000) + kTasks);
    for (const char* task : {"base", "bursts"}) {
      const NodeRates rates = recipe.plan().find(task)->sampled()->node_rates();
      double total = 0;
      for (std::size_t i = 0; i < rates.size(); ++i) total += rates.expected_spikes(i);
      std::vector<NodeId> ids;
      for (unsigned k = 1; k <= 8; ++k) {
        const NodeRates shard = take_shard(rates, {k, 8});
        double expected = 0;
        for (std::size_t i = 0; i < shard.size(); ++i) expected += shard.expected_spikes(i);
        CHECK(expected == doctest::Approx(total / 8).epsilon(0.05));
        ids.insert(ids.end(), shard.node_ids.begin(), shard.node_ids.end());
      }
      CHECK(std::equal(ids.begin(), ids.end(), rates.node_ids.begin(), rates.node_ids.end()));
    }
    // One node has nearly all spikes; none has any; there is no node.
    NodeRates uneven{{0, 1000}, std::vector<NodeId>{1, 2, 3, 4}, {0, 1e6, 0, 0}, {}, {}, {}, {}, {}};
    CHECK(shard_ends(uneven, 3) == std::vector<std::size_t>{1, 2, 4});
    NodeRates silent{{0, 1000}, std::vector<NodeId>{1, 2, 3, 4}, {0, 0, 0, 0}, {}, {}, {}, {}, {}};
    CHECK(shard_ends(silent, 2) == std::vector<std::size_t>{2, 4});
    CHECK(shard_ends(NodeRates{}, 2) == std::vector<std::size_t>{0, 0});
  }

  TEST_CASE("parts that are missing, damaged or of another recipe are named and not used") {
    struct Harm {
      std::string expected;
      std::function<void(PlannedRecipe&)> inflict;
      bool stays = false;  // what cannot be told to be a part of this recipe
    };
    const std::vector<Harm> harms = {
        {"parts 2, 4 of 4 are missing",
         [](PlannedRecipe& recipe) {
           fs::remove(part(recipe, "base.2-of-4"));
           fs::remove(part(recipe, "base.4-of-4"));
         }},
        {"part 3 of 4 is damaged", [](PlannedRecipe& recipe) { flip_last_spike(part(recipe, "base.3-of-4")); }},
        {"part 1 of 4 is damaged", [](PlannedRecipe& recipe) { write_text(part(recipe, "base.1-of-4"), "cut off"); },
         true},
        {"parts 2-3 of 4 are of another version of the recipe or of stimgen",
         [](PlannedRecipe& recipe) {
           PlannedRecipe other(recipe_head(2000) + kOneTask, {"seeds.spikes=3"});
           for (const unsigned k : {2U, 3U}) {
             REQUIRE(run_shard(other, k, 4).exit_code() == 0);
             const std::string name = "base." + std::to_string(k) + "-of-4";
             fs::copy_file(part(other, name), part(recipe, name), fs::copy_options::overwrite_existing);
           }
         }},
        // Sound as a file, but one spike was moved.
        {"part 4 of 4 is damaged",
         [](PlannedRecipe& recipe) {
           const fs::path path = part(recipe, "base.4-of-4");
           const auto reader = open_spike_file(path);
           SpikeBlock spikes = reader->read("cells", 0, reader->populations().at(0).count);
           spikes.timestamps_ms.back() += 0.001;
           const auto sink = create_spike_file(path, {.compression = Compression::none});
           sink->begin_population("cells", SpikeOrder::by_id);
           sink->append(std::move(spikes));
           sink->set_provenance(reader->provenance());
           sink->finish();
         }},
        {"parts 1-2 of 4 are of another version of the recipe or of stimgen",
         [](PlannedRecipe& recipe) {
           // With a record as format version 1 wrote it, and with one that is kept where nobody looks any more.
           const std::string old = R"({"part_version":1,"sha256":")" + std::string(64, '0') + R"(","task":"base"})";
           for (const auto& [name, record] : {std::pair("base.1-of-4", old), {"base.2-of-4", std::string()}}) {
             const fs::path path = part(recipe, name);
             const auto reader = open_spike_file(path);
             const auto sink = create_spike_file(path, {.compression = Compression::none});
             sink->begin_population("cells", SpikeOrder::by_id);
             sink->append(reader->read("cells", 0, reader->populations().at(0).count));
             if (!record.empty()) sink->set_provenance(record);
             sink->finish();
           }
         },
         true},
        // A whole file of the right spikes in the wrong place.
        {"part 2 of 4 is of another version of the recipe or of stimgen",
         [](PlannedRecipe& recipe) {
           fs::copy_file(part(recipe, "base.1-of-4"), part(recipe, "base.2-of-4"),
                         fs::copy_options::overwrite_existing);
         }},
    };
    PlannedRecipe whole(recipe_head(2000) + kOneTask);
    REQUIRE(whole.run().exit_code() == 0);
    for (const Harm& harm : harms) {
      CAPTURE(harm.expected);
      PlannedRecipe recipe(recipe_head(2000) + kOneTask);
      run_all_shards(recipe, 4);
      harm.inflict(recipe);
      Warnings observer;
      const RunSummary summary = recipe.run({.threads = 2}, observer);
      CHECK(summary.exit_code() == 0);
      CHECK_MESSAGE(observer.text.find("'base' is made in one piece: " + harm.expected + " ") != std::string::npos,
                    observer.text);
      CHECK(result_of(recipe, summary, "base").parts == 0);
      CHECK((recipe.file_bytes("base") == whole.file_bytes("base")));
      CHECK(fs::exists(recipe.folder() / "out/shards") == harm.stays);
      CHECK(fs::exists(part(recipe, "base.1-of-4")) == harm.stays);
    }
  }

  TEST_CASE("a part that another recipe made stays, unless --force is given") {
    for (const bool force : {false, true}) {
      CAPTURE(force);
      PlannedRecipe recipe(recipe_head(500) + kOneTask);
      PlannedRecipe edited(recipe_head(500) + "backgrounds: {base: {population: cells, rate: [21, 15]}}\n");
      Recipe& other = edited.plan().recipe;
      other.output.directory = recipe.plan().recipe.output.directory;
      other.path = other.path.parent_path() / "other.yaml";
      REQUIRE(run_shard(edited, 1, 2).exit_code() == 0);
      const std::string before = read_text(part(recipe, "base.1-of-2"));
      const TaskIndex base = *recipe.plan().index_of("base");
      CHECK(find_other_parts(edited.plan(), {base}).empty());
      const std::vector<OtherPart> others = find_other_parts(recipe.plan(), {base});
      REQUIRE(others.size() == 1);
      CHECK(fs::path(others[0].recipe).filename() == "other.yaml");
      SilentObserver observer;
      CHECK(recipe.run({.threads = 2, .force = force}, observer).exit_code() == 0);
      CHECK(fs::exists(part(recipe, "base.1-of-2")) == !force);
      if (!force) CHECK((read_text(part(recipe, "base.1-of-2")) == before));
    }
  }

  TEST_CASE("a part that is replaced between the look and the join ends the join, and no file appears") {
    for (const char* order : {"by_id", "by_time"}) {
      CAPTURE(order);
      const std::string head = recipe_head(500, std::string("{directory: out, sort: ") + order + "}");
      PlannedRecipe recipe(head + kOneTask);
      PlannedRecipe edited(head + "backgrounds: {base: {population: cells, rate: [21, 15]}}\n");
      run_all_shards(recipe, 3);
      run_all_shards(edited, 3);
      const Task& task = *recipe.plan().find("base");
      std::vector<Part> parts;
      for (unsigned k = 1; k <= 3; ++k) parts.push_back(look_at_part(recipe.plan(), task, {k, 3}));
      REQUIRE(std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.problem.empty(); }));
      fs::copy_file(part_path(edited.plan(), *edited.plan().find("base"), {2, 3}), parts[1].path,
                    fs::copy_options::overwrite_existing);
      const fs::path joined = recipe.folder() / "joined.h5";
      TaskContext context;
      context.add_progress = [](std::uint64_t) {};
      {
        const auto file = create_spike_file(joined, {});
        const SpikeOrder wanted = recipe.plan().recipe.output.sort;
        CHECK_THROWS_AS(write_joined(parts, "cells", wanted, *file, context), InputError);
      }
      CHECK_FALSE(fs::exists(joined));
    }
  }

  TEST_CASE("a whole set is found beside parts of another number") {
    PlannedRecipe recipe(recipe_head(500) + kOneTask);
    REQUIRE(run_shard(recipe, 1, 2).exit_code() == 0);
    run_all_shards(recipe, 3);
    Warnings observer;
    const RunSummary summary = recipe.run({.threads = 2}, observer);
    CHECK(observer.text == "");
    CHECK(result_of(recipe, summary, "base").parts == 3);
    CHECK_FALSE(fs::exists(recipe.folder() / "out/shards"));
  }

  TEST_CASE("a shard is made once, and again if its part is damaged or --force asks for it") {
    PlannedRecipe recipe(recipe_head(500) + kOneTask);
    const RunSummary made = run_shard(recipe, 2, 3);
    CHECK(result_of(recipe, made, "base").status == TaskStatus::made);
    const auto before = identity(part(recipe, "base.2-of-3"));
    const RunSummary again = run_shard(recipe, 2, 3);
    CHECK(result_of(recipe, again, "base").status == TaskStatus::current);
    CHECK(result_of(recipe, again, "base").spikes == result_of(recipe, made, "base").spikes);
    CHECK(result_of(recipe, again, "base").nodes == result_of(recipe, made, "base").nodes);
    CHECK(identity(part(recipe, "base.2-of-3")) == before);
    const std::string right = read_text(part(recipe, "base.2-of-3"));
    flip_last_spike(part(recipe, "base.2-of-3"));
    CHECK(result_of(recipe, run_shard(recipe, 2, 3), "base").status == TaskStatus::made);
    CHECK((read_text(part(recipe, "base.2-of-3")) == right));
    SilentObserver observer;
    const RunSummary forced = recipe.run({.threads = 2, .shard = Shard{2, 3}, .force = true}, observer);
    CHECK(result_of(recipe, forced, "base").status == TaskStatus::made);
  }

  TEST_CASE("--force makes a task without its parts") {
    PlannedRecipe recipe(recipe_head(500) + kOneTask);
    run_all_shards(recipe, 2);
    SilentObserver observer;
    const RunSummary summary = recipe.run({.threads = 2, .force = true}, observer);
    CHECK(result_of(recipe, summary, "base").parts == 0);
  }

  TEST_CASE("shards run side by side in one folder, but not beside a whole run") {
    PlannedRecipe whole(recipe_head(20000) + kOneTask);
    REQUIRE(whole.run().exit_code() == 0);
    PlannedRecipe recipe(recipe_head(20000) + kOneTask);
    std::vector<std::jthread> machines;
    std::array<int, 6> codes{};
    for (unsigned k = 1; k <= 6; ++k) {
      machines.emplace_back([&, k] { codes.at(k - 1) = run_shard(recipe, k, 6).exit_code(); });
    }
    machines.clear();
    CHECK(codes == std::array<int, 6>{});
    {
      const FolderLock another_shard(recipe.folder() / "out", FolderLock::Use::shared);
      CHECK(run_shard(recipe, 1, 2).exit_code() == 0);
      CHECK_THROWS_AS(recipe.run(), EnvironmentError);
    }
    CHECK(recipe.run().exit_code() == 0);
    CHECK((recipe.file_bytes("base") == whole.file_bytes("base")));
    const FolderLock whole_run(recipe.folder() / "out");
    CHECK_THROWS_AS(run_shard(recipe, 1, 2), EnvironmentError);
  }

  TEST_CASE("a shard leaves temporaries of other machines alone; the run that joins sweeps them") {
    PlannedRecipe recipe(recipe_head(500) + kOneTask);
    fs::create_directories(recipe.folder() / "out/shards");
    // Of a process that is gone here: on the machine where it runs, it is not.
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    const std::string name = ".base.2-of-3.h5.tmp." + std::to_string(child) + ".0123456789abcdef";
    const fs::path temporary = recipe.folder() / "out/shards" / name;
    write_text(temporary, "half a part");
    REQUIRE(run_shard(recipe, 1, 3).exit_code() == 0);
    CHECK(fs::exists(temporary));
    REQUIRE(recipe.run().exit_code() == 0);
    CHECK_FALSE(fs::exists(temporary));
  }

  TEST_CASE("a shard keeps to the limits of the recipe as a whole") {
    PlannedRecipe recipe(recipe_head(500, "{directory: out, max_spikes: 100}") + kOneTask);
    CHECK_THROWS_AS(run_shard(recipe, 1, 1000), InputError);
  }
}
