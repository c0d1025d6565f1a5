// Running a plan: the files made, the same on any number of threads, and what happens around failures and
// interruptions.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/folder_lock.hpp"
#include "support/planned_recipe.hpp"

using namespace stimgen;
using stimgen::testing::PlannedRecipe;
using stimgen::testing::recipe_head;

namespace {

const std::string kTwoTasks =
    "backgrounds:\n"
    "  base: {population: cells, rate: [20, 2]}\n"
    "  slow: {population: cells, rate: [5, 2]}\n";

bool sorted_by_id(const SpikeBlock& block) {
  for (std::size_t i = 1; i < block.size(); ++i) {
    if (block.node_ids[i] < block.node_ids[i - 1]) return false;
    if (block.node_ids[i] == block.node_ids[i - 1] && block.timestamps_ms[i] < block.timestamps_ms[i - 1]) return false;
  }
  return true;
}

bool sorted_by_time(const SpikeBlock& block) {
  for (std::size_t i = 1; i < block.size(); ++i) {
    if (block.timestamps_ms[i] < block.timestamps_ms[i - 1]) return false;
    if (block.timestamps_ms[i] == block.timestamps_ms[i - 1] && block.node_ids[i] < block.node_ids[i - 1]) return false;
  }
  return true;
}

std::vector<Spike> as_spikes(const SpikeBlock& block) {
  std::vector<Spike> spikes;
  for (std::size_t i = 0; i < block.size(); ++i) spikes.push_back({block.node_ids[i], block.timestamps_ms[i]});
  return spikes;
}

std::vector<Spike> in_id_order(const SpikeBlock& block) {
  std::vector<Spike> spikes = as_spikes(block);
  std::stable_sort(spikes.begin(), spikes.end(), [](const Spike& a, const Spike& b) {
    return a.node_id != b.node_id ? a.node_id < b.node_id : a.timestamp_ms < b.timestamp_ms;
  });
  return spikes;
}

class StopAtFirstSpikes : public RunObserver {
 public:
  std::atomic<bool> stop = false;
  void progress(std::uint64_t, double) override { stop = true; }
  void task_finished(const Task&, const TaskResult&) override {}
};

}  // namespace

TEST_SUITE("run") {
  TEST_CASE("files are byte-identical for any number of threads") {
    for (const char* output :
         {"{directory: out}", "{directory: out, compression: gzip}", "{directory: out, sort: by_time}"}) {
      const std::string yaml = recipe_head(20000, output) + kTwoTasks + "combine: {both: {from: [base, slow]}}\n";
      PlannedRecipe one(yaml);
      PlannedRecipe many(yaml);
      REQUIRE(one.run(1).exit_code() == 0);
      REQUIRE(many.run(8).exit_code() == 0);
      for (const char* task : {"base", "slow", "both"}) {
        CAPTURE(output);
        CAPTURE(task);
        CHECK(one.file_bytes(task) == many.file_bytes(task));
        CHECK(one.spikes(task)["cells"].size() > 50000);
      }
    }
  }

  TEST_CASE("by_time holds the same spikes as by_id, in order of time") {
    PlannedRecipe by_id(recipe_head(3000) + kTwoTasks);
    PlannedRecipe by_time(recipe_head(3000, "{directory: out, sort: by_time}") + kTwoTasks);
    REQUIRE(by_id.run().exit_code() == 0);
    REQUIRE(by_time.run().exit_code() == 0);
    const SpikeBlock left = by_id.spikes("base")["cells"];
    const SpikeBlock right = by_time.spikes("base")["cells"];
    CHECK(left.size() > 50000);
    CHECK(sorted_by_id(left));
    CHECK(sorted_by_time(right));
    CHECK(as_spikes(left) == in_id_order(right));
  }

  TEST_CASE("by_time: spikes that a coarse grid moves across windows wait for their turn") {
    // 3 million spikes, so windows of some 0.3 s: rounding up to 0.7 s passes the next one, too.
    const std::string body = "backgrounds: {base: {population: cells, rate: 1 kHz}}\n";
    PlannedRecipe by_id(recipe_head(3000, "{directory: out, resolution: 0.7 s}") + body);
    PlannedRecipe by_time(recipe_head(3000, "{directory: out, resolution: 0.7 s, sort: by_time}") + body);
    REQUIRE(by_id.run().exit_code() == 0);
    REQUIRE(by_time.run().exit_code() == 0);
    const SpikeBlock right = by_time.spikes("base")["cells"];
    CHECK(right.size() > 2500000);
    CHECK(sorted_by_time(right));
    CHECK(as_spikes(by_id.spikes("base")["cells"]) == in_id_order(right));
  }

  TEST_CASE("long trains are cut into windows without a seam") {
    // One node with 3 million expected spikes goes another way than many nodes; a rate function with jumps and ramps.
    const std::string pattern =
        "assemblies: {all: {method: property, population: cells, property: kind}}\n"
        "patterns: {r: {type: ramp, assemblies: all, on_time: 0.4 s, off_time: 0.1 s, rates: {from: 0 Hz, to: 9000 "
        "kHz, off: 1 kHz}}}\n";
    PlannedRecipe whole(recipe_head(1) + pattern);
    REQUIRE_MESSAGE(whole.problems() == "", whole.problems());
    REQUIRE(whole.run().exit_code() == 0);
    const SpikeBlock block = whole.spikes("r")["cells"];
    const double expected = whole.plan().find("r")->expected_spikes;
    CHECK(std::abs(static_cast<double>(block.size()) - expected) < 5 * std::sqrt(expected));
    const SampledSource& source = *whole.plan().find("r")->sampled();
    std::vector<double> train_ms;
    const NodeRates rates = source.node_rates();
    source.process->prepare(rates.train_rates(), source.spikes_key)->append_train(0, train_ms);
    CHECK(train_ms == block.timestamps_ms);
  }

  TEST_CASE("timestamps lie inside the window and on the grid, rounded up") {
    const std::string body = "backgrounds: {base: {population: cells, rate: 200 Hz, start: 0.25 s, stop: 0.75 s}}\n";
    PlannedRecipe plain(recipe_head(500) + body);
    REQUIRE(plain.run().exit_code() == 0);
    const SpikeBlock exact = plain.spikes("base")["cells"];
    REQUIRE(exact.size() > 40000);
    for (const double time_ms : exact.timestamps_ms) {
      REQUIRE(time_ms > 250);
      REQUIRE(time_ms < 750);
    }
    for (const char* sort : {"by_id", "by_time"}) {
      PlannedRecipe grid(recipe_head(500, std::string("{directory: out, resolution: 0.1 ms, sort: ") + sort + "}") +
                         body);
      REQUIRE(grid.run().exit_code() == 0);
      const SpikeBlock rounded = grid.spikes("base")["cells"];
      CHECK((std::string(sort) == "by_id" ? sorted_by_id(rounded) : sorted_by_time(rounded)));
      const std::vector<Spike> spikes = in_id_order(rounded);
      REQUIRE(spikes.size() == exact.size());
      for (std::size_t i = 0; i < exact.size(); ++i) {
        REQUIRE(spikes[i].node_id == exact.node_ids[i]);
        const double moved_ms = spikes[i].timestamp_ms - exact.timestamps_ms[i];
        REQUIRE(moved_ms >= 0);
        REQUIRE(moved_ms <= 0.1000001);
        REQUIRE(std::abs(spikes[i].timestamp_ms / 0.1 - std::round(spikes[i].timestamp_ms / 0.1)) < 1e-6);
      }
    }
  }

  TEST_CASE("a later stop leaves all earlier spikes as they were") {
    PlannedRecipe shorter(recipe_head(200) + kTwoTasks);
    PlannedRecipe longer(recipe_head(200) + kTwoTasks, {"time.stop=3 s"});
    REQUIRE(shorter.run().exit_code() == 0);
    REQUIRE(longer.run().exit_code() == 0);
    std::vector<Spike> kept;
    for (const Spike& spike : as_spikes(longer.spikes("base")["cells"])) {
      if (spike.timestamp_ms < 1000) kept.push_back(spike);
    }
    CHECK(kept == as_spikes(shorter.spikes("base")["cells"]));
  }

  TEST_CASE("peer defect: two tasks with one seed are independent, unless they share a stream") {
    const std::string body =
        "backgrounds:\n"
        "  a: {population: cells, rate: 20 Hz}\n"
        "  b: {population: cells, rate: 20 Hz}\n"
        "  c: {population: cells, rate: 20 Hz, stream: a}\n";
    PlannedRecipe recipe(recipe_head(2000) + body);
    REQUIRE(recipe.run().exit_code() == 0);
    const SpikeBlock a = recipe.spikes("a")["cells"];
    const SpikeBlock b = recipe.spikes("b")["cells"];
    CHECK(a.timestamps_ms != b.timestamps_ms);
    std::vector<double> shared;
    std::vector<double> sorted_a = a.timestamps_ms, sorted_b = b.timestamps_ms;
    std::sort(sorted_a.begin(), sorted_a.end());
    std::sort(sorted_b.begin(), sorted_b.end());
    std::set_intersection(sorted_a.begin(), sorted_a.end(), sorted_b.begin(), sorted_b.end(),
                          std::back_inserter(shared));
    CHECK(shared.empty());
    CHECK(recipe.spikes("c")["cells"].timestamps_ms == a.timestamps_ms);
  }

  TEST_CASE("peer defect: a task without spikes still writes its population, with two empty datasets") {
    PlannedRecipe recipe(recipe_head() + "backgrounds: {none: {population: cells, rate: 0 Hz}}\n");
    REQUIRE(recipe.run().exit_code() == 0);
    const auto spikes = recipe.spikes("none");
    REQUIRE(spikes.contains("cells"));
    CHECK(spikes.at("cells").empty());
  }

  TEST_CASE("combinations merge tasks and shifted files, population by population") {
    PlannedRecipe recorded(recipe_head(30) + kTwoTasks);
    REQUIRE(recorded.run().exit_code() == 0);
    const std::string file = recorded.plan().output_path(*recorded.plan().find("base")).string();
    PlannedRecipe recipe(recipe_head(30) + kTwoTasks + "combine:\n  all: {from: [slow, {file: '" + file +
                         "', shift: 500 ms, where: {kind: A}}]}\n  again: {from: [all, base]}\n");
    REQUIRE_MESSAGE(recipe.problems().find("error") == std::string::npos, recipe.problems());
    REQUIRE(recipe.run().exit_code() == 0);
    std::vector<Spike> expected = as_spikes(recipe.spikes("slow")["cells"]);
    for (Spike spike : as_spikes(recorded.spikes("base")["cells"])) {
      if (spike.node_id % 3 != 0) continue;
      spike.timestamp_ms += 500;
      expected.push_back(spike);
    }
    SpikeBlock block;
    for (const Spike& spike : expected) {
      block.node_ids.push_back(spike.node_id);
      block.timestamps_ms.push_back(spike.timestamp_ms);
    }
    const SpikeBlock all = recipe.spikes("all")["cells"];
    CHECK(as_spikes(all) == in_id_order(block));
    CHECK(recipe.spikes("again")["cells"].size() == all.size() + recipe.spikes("base")["cells"].size());
  }

  TEST_CASE("--only makes a task with all it needs, and nothing else") {
    PlannedRecipe recipe(recipe_head(30) + kTwoTasks +
                         "  third: {population: cells, rate: 1}\ncombine: {both: {from: [base, slow]}}\n");
    const RunSummary summary = recipe.run(2, {"both"});
    CHECK(summary.results.size() == 3);
    CHECK(std::filesystem::exists(recipe.folder() / "out/both.h5"));
    CHECK_FALSE(std::filesystem::exists(recipe.folder() / "out/third.h5"));
  }

  TEST_CASE("a failing task stops only what depends on it") {
    PlannedRecipe recipe(recipe_head(30) + kTwoTasks +
                         "combine:\n  one: {from: [base]}\n  two: {from: [slow]}\n  three: {from: [one]}\n");
    NoTaskLog log;
    stimgen::testing::SilentObserver observer;
    const HeldOutput held(recipe.plan(), {}, log, Patience{});
    // A folder where the file should go, which was not there when the run began.
    std::filesystem::create_directories(recipe.folder() / "out/base.h5");
    const RunSummary summary = run_plan(held, recipe.plan(), {.threads = 2}, log, observer, false);
    CHECK(summary.exit_code() == 4);
    std::map<std::string, TaskStatus> status;
    for (const auto& [index, result] : summary.results) status[recipe.plan().tasks[index].name] = result.status;
    CHECK(status["base"] == TaskStatus::failed);
    CHECK(status["one"] == TaskStatus::not_run);
    CHECK(status["three"] == TaskStatus::not_run);
    CHECK(status["slow"] == TaskStatus::made);
    CHECK(status["two"] == TaskStatus::made);
    for (const auto& [index, result] : summary.results) {
      if (result.status == TaskStatus::failed)
        CHECK_MESSAGE(result.problem.find("base.h5") != std::string::npos, result.problem);
    }
  }

  TEST_CASE("an interrupted run leaves old files as they were and no litter") {
    PlannedRecipe recipe(recipe_head(200000) + "backgrounds: {base: {population: cells, rate: 20 Hz}}\n");
    std::filesystem::create_directories(recipe.folder() / "out");
    stimgen::testing::write_text(recipe.folder() / "out/base.h5", "old");
    StopAtFirstSpikes observer;
    const RunSummary summary = recipe.run(2, observer, observer.stop);
    CHECK(summary.interrupted);
    CHECK(summary.exit_code() == 130);
    CHECK(stimgen::testing::read_text(recipe.folder() / "out/base.h5") == "old");
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(recipe.folder() / "out")) ++entries;
    CHECK(entries == 1);
  }

  TEST_CASE("what needs an interrupted task counts as interrupted, not as failed") {
    PlannedRecipe recipe(recipe_head(200000) +
                         "backgrounds: {base: {population: cells, rate: 20 Hz}}\n"
                         "combine: {one: {from: [base]}, two: {from: [one]}}\n");
    StopAtFirstSpikes observer;
    const RunSummary summary = recipe.run(2, observer, observer.stop);
    REQUIRE(summary.results.size() == 3);
    for (const auto& [index, result] : summary.results) CHECK(result.status == TaskStatus::interrupted);
    CHECK(summary.results.back().second.problem == "needs 'one', which was not made");
    CHECK(summary.exit_code() == 130);
  }
}
