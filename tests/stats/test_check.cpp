// The check of made files against their recipe: silent on what was made as asked, loud on what was not.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "stimgen/run.hpp"
#include "stimgen/stats.hpp"
#include "stimgen/task_nodes.hpp"
#include "support/planned_recipe.hpp"

using namespace stimgen;
using stimgen::testing::PlannedRecipe;
using stimgen::testing::recipe_head;

namespace {

const std::string kTasks = R"(
backgrounds:
  noise:
    population: cells
    group_by: kind
    rates: {A: {mean: 20 Hz, stdev: 8 Hz}, B: 5 Hz, C: 0 Hz}
assemblies:
  kinds: {population: cells, method: property, property: kind}
patterns:
  pulses: {type: long, assemblies: kinds, on_time: 0.2 s, off_time: 0.05 s, rates: {burst: 60 Hz, off: 3 Hz}}
combine:
  both: {from: [noise, pulses]}
)";

// Replaces the file of a task: every spike goes through `change`, which may drop it by an empty result.
template <typename Change>
void rewrite(const PlannedRecipe& recipe, const std::string& task, Change change) {
  const Task& found = *recipe.plan().find(task);
  std::vector<Spike> spikes;
  for (const auto& [population, block] : recipe.spikes(task)) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (const std::optional<Spike> spike = change(Spike{block.node_ids[i], block.timestamps_ms[i]}))
        spikes.push_back(*spike);
    }
  }
  std::stable_sort(spikes.begin(), spikes.end(), [](const Spike& a, const Spike& b) {
    return a.node_id != b.node_id ? a.node_id < b.node_id : a.timestamp_ms < b.timestamp_ms;
  });
  SpikeBlock block;
  for (const Spike& spike : spikes) {
    block.node_ids.push_back(spike.node_id);
    block.timestamps_ms.push_back(spike.timestamp_ms);
  }
  const auto sink = create_spike_file(recipe.plan().output_path(found), {});
  sink->begin_population("cells", SpikeOrder::by_id);
  sink->append(std::move(block));
  sink->finish();
}

const GroupCheck& group_of(const StatisticsCheck& check, std::string_view task, std::string_view group) {
  return *std::find_if(check.groups.begin(), check.groups.end(),
                       [&](const GroupCheck& one) { return one.task == task && one.group == group; });
}

bool says(const GroupCheck& group, const std::string& words) {
  return std::any_of(group.problems.begin(), group.problems.end(),
                     [&](const std::string& problem) { return problem.find(words) != std::string::npos; });
}

const std::vector<std::string> kProcesses{"gamma: {shape: 4}",
                                          "gamma: {shape: 0.5}",
                                          "gamma: {shape: 0.05}",
                                          "lognormal: {cv: 0.6}",
                                          "inverse_gaussian: {cv: 0.5}",
                                          "refractory: {absolute: 8 ms}",
                                          "refractory: {absolute: 4 ms, relative: 3 ms}",
                                          "correlated: {c: 0.1, jitter: 3 ms}"};

// A background of constant rates and a pattern of steps, both made by a process.
std::string tasks_of(const std::string& process) {
  const std::string value = process == "poisson" ? process : "{" + process + "}";
  return "backgrounds: {noise: {population: cells, group_by: kind, others: silent, rates: {A: 20 Hz}, process: " +
         value +
         "}}\n"
         "assemblies: {sets: {population: cells, method: property, property: kind}}\n"
         "patterns: {pulses: {type: short, assemblies: sets, on_time: 200 ms, rates: {burst: 60 Hz, silent: 20 Hz}, "
         "process: " +
         value + "}}\ncombine: {both: {from: [noise, pulses]}}\n";
}

// Stands for a process of another kind than the one that made the spikes.
class ScatteringAs final : public PointProcess {
 public:
  explicit ScatteringAs(Scatter scatter) : scatter_(scatter) {}
  Scatter scatter() const override { return scatter_; }
  std::unique_ptr<const PreparedProcess> prepare(const TrainRates&, StreamKey) const override { return nullptr; }

 private:
  Scatter scatter_;
};

}  // namespace

TEST_SUITE("stats") {
  TEST_CASE("what was made as asked is ok, in each order and on a grid") {
    for (const char* output :
         {"{directory: out}", "{directory: out, sort: by_time}", "{directory: out, resolution: 1 ms}"}) {
      PlannedRecipe recipe(recipe_head(600, output) + kTasks);
      REQUIRE(recipe.problems().empty());
      recipe.run();
      const StatisticsCheck check = check_statistics(recipe.plan());
      CHECK(check.ok());
      CHECK(check.groups.size() == 7);
      CHECK(check.threshold == doctest::Approx(kCheckLevel / static_cast<double>(check.tests)));
      CHECK(group_of(check, "noise", "C").expected_spikes == 0);
      CHECK(group_of(check, "noise", "A").rates_p);
    }
  }

  // 200 seeds with an allowed error of 1 in 1000 each: more than two false alarms have a chance below 0.2 %.
  TEST_CASE("false alarms are as rare as stated") {
    int alarms = 0;
    for (int seed = 0; seed < 200; ++seed) {
      PlannedRecipe recipe(recipe_head(90) + kTasks, {"seeds=" + std::to_string(1000 + seed)});
      recipe.run();
      alarms += check_statistics(recipe.plan()).ok() ? 0 : 1;
    }
    CHECK(alarms <= 2);
  }

  TEST_CASE("a tenth of the spikes missing is seen in the count") {
    PlannedRecipe recipe(recipe_head(600) + kTasks);
    recipe.run();
    int place = 0;
    rewrite(recipe, "pulses", [&](Spike spike) { return ++place % 10 == 0 ? std::nullopt : std::optional(spike); });
    const StatisticsCheck check = check_statistics(recipe.plan());
    CHECK_FALSE(check.ok());
    CHECK(says(group_of(check, "pulses", "A"), "were asked for"));
    CHECK(says(group_of(check, "both", "cells"), "its sources hold"));
    CHECK(group_of(check, "noise", "A").problems.empty());
  }

  TEST_CASE("counts and intervals are tested as the process says that they scatter") {
    PlannedRecipe recipe(recipe_head(600) + kTasks);
    recipe.run();
    int place = 0;
    rewrite(recipe, "pulses", [&](Spike spike) { return ++place % 10 == 0 ? std::nullopt : std::optional(spike); });
    for (const Scatter scatter : {Scatter::poisson, Scatter::independent, Scatter::shared}) {
      const_cast<SampledSource*>(recipe.plan().find("pulses")->sampled())->process =
          std::make_unique<ScatteringAs>(scatter);
      const StatisticsCheck check = check_statistics(recipe.plan());
      const GroupCheck& group = group_of(check, "pulses", "A");
      REQUIRE(group.z);
      CHECK(*group.z < -5);
      CHECK(says(group, "were asked for") == (scatter != Scatter::shared));
      CHECK_FALSE(group.ks_p);  // it knows no law of intervals
    }
  }

  TEST_CASE("rescaled intervals of Poisson trains have a CV of 1, whatever the rate does and however few they are") {
    std::string tasks = kTasks;
    tasks.insert(tasks.find("combine:"),
                 "  few: {type: ramp, assemblies: kinds, on_time: 0.3 s, off_time: 0 s, rates: "
                 "{from: 0 Hz, to: 8 Hz}}\n");
    PlannedRecipe recipe(recipe_head(3000) + tasks);
    recipe.run();
    const StatisticsCheck check = check_statistics(recipe.plan());
    for (const GroupCheck& group : check.groups) {
      if (group.task == "both" || group.expected_spikes == 0) {
        CHECK_FALSE(group.cv_rescaled);
        continue;
      }
      REQUIRE(group.cv_rescaled);
      CHECK_MESSAGE(std::abs(*group.cv_rescaled - 1) < 5 / std::sqrt(group.expected_spikes), group.task, group.group);
    }
    // Measured on the clock, the same trains are far from it.
    const auto clock_cv = [&](const char* task) {
      const auto reader = open_made_file(recipe.plan(), *recipe.plan().find(task));
      const auto stats = compute_spike_stats(*reader, reader->populations().front(), {});
      std::vector<std::size_t> all(stats.nodes.size());
      std::iota(all.begin(), all.end(), std::size_t{0});
      return *summarise(stats, all).cv_isi;
    };
    CHECK(clock_cv("pulses") > 1.5);
    CHECK(clock_cv("few") < 0.8);
  }

  TEST_CASE("rescaled intervals of a clock have no variation") {
    PlannedRecipe recipe(recipe_head(60) + "backgrounds:\n  clock: {population: cells, rate: 100 Hz}\n");
    recipe.run();
    NodeId node = ~NodeId{0};
    int ticks = 0;
    rewrite(recipe, "clock", [&](Spike spike) {
      ticks = spike.node_id == node ? ticks + 1 : 0;
      node = spike.node_id;
      return ticks < 50 ? std::optional(Spike{node, 10 + 20.0 * ticks}) : std::nullopt;
    });
    const StatisticsCheck check = check_statistics(recipe.plan());
    REQUIRE(check.groups[0].spikes == 50 * 60);
    CHECK(*check.groups[0].cv_rescaled < 0.02);  // only the first interval of all is shorter
    // Every other spike of a Poisson train: the sums of two intervals.
    recipe.run();
    bool odd = false;
    rewrite(recipe, "clock", [&](Spike spike) { return (odd = !odd) ? std::optional(spike) : std::nullopt; });
    CHECK(*check_statistics(recipe.plan()).groups[0].cv_rescaled == doctest::Approx(std::sqrt(0.5)).epsilon(0.1));
  }

  TEST_CASE("regular trains are no false alarm, in phase or not, and a silent node of theirs is one") {
    for (const std::string process : {"regular: {}", "regular: {jitter: 0.3}", "regular: {jitter: 1}",
                                      "regular: {phase: 0.5}", "regular: {phase: 1, jitter: 0.5}"}) {
      CAPTURE(process);
      PlannedRecipe recipe(recipe_head(900) + tasks_of(process));
      recipe.run();
      const StatisticsCheck check = check_statistics(recipe.plan());
      for (const GroupCheck& group : check.groups) CHECK(group.problems == std::vector<std::string>{});
    }
    PlannedRecipe recipe(recipe_head(60) + tasks_of("regular: {}"));
    recipe.run();
    rewrite(recipe, "noise", [](Spike spike) { return spike.node_id == 3 ? std::nullopt : std::optional(spike); });
    CHECK(says(group_of(check_statistics(recipe.plan()), "noise", "A"), "node 3 is silent where 20 spikes"));
  }

  // Every process that has a law of its own: 40 recipes with an allowed error of 1 in 1000 each; none is expected, more
  // than one has a chance below 0.1 %.
  TEST_CASE("what other processes made is held against their own law: false alarms are rare") {
    for (const std::string& process : kProcesses) {
      CAPTURE(process);
      int alarms = 0;
      for (int seed = 0; seed < 40; ++seed) {
        PlannedRecipe recipe(recipe_head(60) + tasks_of(process), {"seeds=" + std::to_string(100 + seed)});
        REQUIRE(recipe.problems() == "");
        recipe.run();
        const StatisticsCheck check = check_statistics(recipe.plan());
        alarms += check.ok() ? 0 : 1;
        REQUIRE(group_of(check, "noise", "A").z);
      }
      CHECK(alarms <= 1);
    }
  }

  TEST_CASE("what another process made is seen in the intervals, and missing spikes in the count") {
    for (const std::string& process : kProcesses) {
      if (process.find("correlated") != std::string::npos) continue;  // its trains are Poisson
      CAPTURE(process);
      PlannedRecipe recipe(recipe_head(600) + tasks_of("poisson"));
      recipe.run();
      const PlannedRecipe other(recipe_head(600) + tasks_of(process));
      for (const std::string task : {"noise", "pulses"}) {
        auto& source = *const_cast<SampledSource*>(recipe.plan().find(task)->sampled());
        auto& asked = *const_cast<SampledSource*>(other.plan().find(task)->sampled());
        std::swap(source.process, asked.process);
        const GroupCheck group = group_of(check_statistics(recipe.plan()), task, "A");
        std::swap(source.process, asked.process);
        // Where the rate changes, that of a dead time which is drawn is not known.
        const bool is_known = task == "noise" || process.find("relative") == std::string::npos;
        CHECK(says(group, "KS distance") == is_known);
      }
    }
    for (const std::string& process : kProcesses) {
      if (process.find("0.05") != std::string::npos) continue;  // its bursts hide as much
      CAPTURE(process);
      PlannedRecipe recipe(recipe_head(600) + tasks_of(process));
      recipe.run();
      int place = 0;
      rewrite(recipe, "pulses", [&](Spike spike) { return ++place % 3 == 0 ? std::nullopt : std::optional(spike); });
      CHECK(says(group_of(check_statistics(recipe.plan()), "pulses", "A"), "were asked for"));
    }
  }

  TEST_CASE("the correlation of counts is allowed for: the sum over a group may be further off than Poisson") {
    PlannedRecipe recipe(recipe_head(600) + tasks_of("correlated: {c: 0.3}"));
    const Task& task = *recipe.plan().find("noise");
    const NodeRates rates = task.sampled()->node_rates();
    const auto scatter = task.sampled()->process->count_scatter(rates.train_rates());
    REQUIRE(scatter.front());
    const double nodes = 200, expected = nodes * 20;
    CHECK(scatter.front()->variance == doctest::Approx(expected * (1 + 0.3 * (nodes - 1))));
    CHECK(scatter.front()->shared == doctest::Approx(1 + 0.3 * (nodes - 1)));
  }

  TEST_CASE("the right count at the wrong times is seen in the intervals") {
    PlannedRecipe recipe(recipe_head(600) + kTasks);
    recipe.run();
    rewrite(recipe, "pulses", [](Spike spike) {
      spike.timestamp_ms = 1000 - spike.timestamp_ms;
      return std::optional(spike);
    });
    CHECK(says(group_of(check_statistics(recipe.plan()), "pulses", "A"), "KS distance"));
  }

  TEST_CASE("spikes of other nodes, spikes outside the window and a node gone silent are named") {
    PlannedRecipe recipe(recipe_head(600) + kTasks);
    recipe.run();
    rewrite(recipe, "noise", [](Spike spike) -> std::optional<Spike> {
      if (spike.node_id == 3) return std::nullopt;
      if (spike.node_id == 0) spike.timestamp_ms += 5000;
      if (spike.node_id == 6) spike.node_id = 900;
      return spike;
    });
    const StatisticsCheck check = check_statistics(recipe.plan());
    const GroupCheck& group = group_of(check, "noise", "A");
    CHECK(says(group, "does not drive, such as 900"));
    CHECK(says(group, "outside the window"));
    CHECK(says(group, "is silent where"));
  }

  // 1 draw of 20 rates in 29,000 is as far off as this one of group C, and only a search finds such a seed.
  TEST_CASE("drawn rates that are not those asked for are seen, while the spikes fit the rates as drawn") {
    PlannedRecipe recipe(recipe_head(60) + R"(
backgrounds:
  noise:
    population: cells
    group_by: kind
    rates: {A: {mean: 20 Hz, stdev: 8 Hz}, B: {mean: 20 Hz, stdev: 8 Hz}, C: {mean: 20 Hz, stdev: 8 Hz}}
)",
                         {"seeds.network=22550"});
    recipe.run();
    const StatisticsCheck check = check_statistics(recipe.plan());
    CHECK_FALSE(check.ok());
    const GroupCheck& group = group_of(check, "noise", "C");
    CHECK(group.drawn_mean_hz == doctest::Approx(25.0677).epsilon(1e-4));
    REQUIRE(group.rates_p);
    CHECK(*group.rates_p < check.threshold);
    REQUIRE(group.problems.size() == 1);
    CHECK(says(group, "drawn rates have mean 25.07 Hz"));
    CHECK(says(group, "where 20 Hz and 8 Hz were asked for"));
    CHECK(group_of(check, "noise", "A").problems.empty());
  }

  // Most rates of a gamma distribution with so large a spread are drawn as 0.
  TEST_CASE("rates with a heavy tail that were drawn as asked are ok") {
    for (const char* distribution : {"gamma", "lognormal"}) {
      for (const int spread : {1, 10, 100}) {
        for (const char* seed : {"1", "2", "3"}) {
          CAPTURE(distribution);
          CAPTURE(spread);
          CAPTURE(seed);
          PlannedRecipe recipe(recipe_head(1000) +
                                   "backgrounds: {noise: {population: cells, rate: {mean: 2 Hz, stdev: " +
                                   std::to_string(2 * spread) + " Hz, distribution: " + distribution + "}}}\n",
                               {std::string("seeds=") + seed});
          REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
          recipe.run();
          const StatisticsCheck check = check_statistics(recipe.plan());
          const GroupCheck& group = group_of(check, "noise", "all");
          REQUIRE(group.rates_p);
          CHECK(group.problems == std::vector<std::string>{});
        }
      }
    }
  }

  TEST_CASE("nodes without any input are counted") {
    PlannedRecipe recipe(recipe_head(9) + R"(
backgrounds:
  noise: {population: cells, group_by: kind, rates: {A: 20 Hz, B: 5 Hz, C: 0 Hz}}
)");
    recipe.run();
    const StatisticsCheck check = check_statistics(recipe.plan());
    REQUIRE(check.unfed.size() == 1);
    CHECK(check.unfed[0].unfed == 3);
    CHECK(check.unfed[0].first == std::vector<NodeId>{2, 5, 8});
  }

  TEST_CASE("a file that was not made is an input error") {
    PlannedRecipe recipe(recipe_head(9) + kTasks);
    CHECK_THROWS_AS(check_statistics(recipe.plan()), InputError);
  }
}
