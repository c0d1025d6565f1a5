// The plan: order, dependencies, estimates, fingerprints, and what is refused before anything is made.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "support/planned_recipe.hpp"

using namespace stimgen;
using stimgen::testing::PlannedRecipe;
using stimgen::testing::recipe_head;

namespace {

const std::string kBody =
    "backgrounds:\n"
    "  base: {population: cells, rate: [20, 2]}\n"
    "assemblies:\n"
    "  kinds: {method: property, population: cells, property: kind}\n"
    "patterns:\n"
    "  long: {type: long, assemblies: kinds, on_time: 100 ms, off_time: 100 ms, rates: {burst: 50 Hz}}\n"
    "combine:\n"
    "  trial: {from: [base, long]}\n";

Digest fingerprint(const std::string& yaml, const std::string& task, const std::vector<std::string>& sets = {}) {
  const PlannedRecipe recipe(yaml, sets);
  REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
  return recipe.plan().find(task)->fingerprint;
}

}  // namespace

TEST_SUITE("plan") {
  TEST_CASE("tasks stand in an order in which each can be made") {
    const PlannedRecipe recipe(recipe_head() + kBody);
    REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
    const auto& tasks = recipe.plan().tasks;
    REQUIRE(tasks.size() == 5);
    for (TaskIndex i = 0; i < tasks.size(); ++i) {
      for (const TaskIndex need : tasks[i].needs) CHECK(need < i);
    }
    const Task* trial = recipe.plan().find("trial");
    CHECK(trial->needs.size() == 2);
    CHECK(trial->expected_spikes == doctest::Approx(2000 + recipe.plan().find("long")->expected_spikes));
    // Five cycles of 0.1 s at 50 Hz for the 34, 33, 33 nodes in turn A B C A B.
    CHECK(recipe.plan().find("long")->expected_spikes == doctest::Approx((34 + 33 + 33 + 34 + 33) * 5));
    CHECK(recipe.plan().closure({"trial"}).size() == 5);
    CHECK(recipe.plan().closure({"base"}).size() == 2);
    CHECK_THROWS_AS(recipe.plan().closure({"bse"}), InputError);
  }

  TEST_CASE("a fingerprint changes with what determines the content, and with nothing else") {
    const std::string yaml = recipe_head() + kBody;
    const Digest base = fingerprint(yaml, "base");
    const Digest long_task = fingerprint(yaml, "long");
    const Digest trial = fingerprint(yaml, "trial");
    // Comments, key order and the spelling of units.
    std::string other = yaml;
    other.replace(other.find("on_time: 100 ms, off_time: 100 ms"), 33, "off_time: 0.1, on_time: 0.1 s ");
    other = "# a comment\n" + other;
    CHECK(fingerprint(other, "long") == long_task);
    // Another task beside it.
    CHECK(fingerprint(yaml + "  second: {from: [base]}\n", "base") == base);
    // Values, seeds, nodes, output settings.
    CHECK(fingerprint(yaml, "long", {"patterns.long.rates.burst=60 Hz"}) != long_task);
    CHECK(fingerprint(yaml, "long", {"patterns.long.rates.burst=60 Hz"}) != trial);
    CHECK(fingerprint(yaml, "trial", {"patterns.long.rates.burst=60 Hz"}) != trial);
    CHECK(fingerprint(yaml, "base", {"patterns.long.rates.burst=60 Hz"}) == base);
    CHECK(fingerprint(yaml, "base", {"seeds.spikes=3"}) != base);
    CHECK(fingerprint(yaml, "base", {"seeds.network=3"}) != base);
    CHECK(fingerprint(yaml, "base", {"networks.populations.cells.nodes=101"}) != base);
    CHECK(fingerprint(yaml, "base", {"output.sort=by_time"}) != base);
    CHECK(fingerprint(yaml, "base", {"output.resolution=0.1 ms"}) != base);
    CHECK(fingerprint(yaml, "base", {"time.stop=2 s"}) != base);
    CHECK(fingerprint(yaml, "base", {"backgrounds.base.stream=shared"}) != base);
    CHECK(fingerprint(yaml, "base", {"output.directory=elsewhere"}) == base);
  }

  TEST_CASE("two tasks that feed one population are warned about unless something combines them") {
    std::string body = kBody.substr(0, kBody.find("combine:"));
    const PlannedRecipe loose(recipe_head() + body);
    CHECK(loose.problems().find(
              "warning: background base and pattern long feed population 'cells', and nothing combines them") !=
          std::string::npos);
    CHECK(PlannedRecipe(recipe_head() + kBody).problems() == "");
    // Several backgrounds, or several patterns, are for several simulations.
    const std::string pattern =
        kBody.substr(kBody.find("assemblies:"), kBody.find("combine:") - kBody.find("assemblies:"));
    const std::string two = "backgrounds: {a: {population: cells, rate: 1}, trial: {population: cells, rate: 1}}\n";
    CHECK(PlannedRecipe(recipe_head() + two).problems() == "");
    // The name in the advice is free.
    const PlannedRecipe taken(recipe_head() + two + pattern);
    CHECK_MESSAGE(taken.problems().find("combine: {trial_input: {from: [a, long]}}") != std::string::npos,
                  taken.problems());
    // Only the pair that nothing combines is named.
    const PlannedRecipe left(recipe_head() + two + pattern + "combine: {x: {from: [a, long]}}\n");
    CHECK_MESSAGE(left.problems().find("warning: background trial and pattern long") != std::string::npos,
                  left.problems());
    CHECK(PlannedRecipe(recipe_head() + two + pattern +
                        "combine: {x: {from: [a, long]}}\nalternatives: [[trial, long]]\n")
              .problems() == "");
  }

  TEST_CASE("mistakes of all stages are reported in one go, each at its place") {
    const PlannedRecipe recipe(recipe_head() +
                               "backgrounds:\n"
                               "  base: {population: cells, rate: 20 ms}\n"
                               "assemblies:\n"
                               "  halves: {method: divide, of: kindz, into: 2}\n"
                               "patterns:\n"
                               "  long: {type: long, assemblies: halvs, on_time: 1 s, rates: {burst: 5 Hz}}\n"
                               "  extra: {type: lnog}\n"
                               "  wrong: {type: long, assemblies: hlaves, on_time: 1 s, rates: {burst: 5 ms}, process: "
                               "posson}\n"
                               "combine:\n"
                               "  trial: {from: [base, lnog]}\n");
    const std::string& problems = recipe.problems();
    for (const char* text :
         {"recipe.yaml:11:", "recipe.yaml:13:", "recipe.yaml:15:", "recipe.yaml:16:", "recipe.yaml:19:",
          "did you mean 'halves'?", "there is no assembly set 'kindz'", "there is no task 'lnog'",
          "there is no assembly set 'hlaves'", "'5 ms' is a time", "there is no point process 'posson'"}) {
      CHECK_MESSAGE(problems.find(text) != std::string::npos, text, "\n", problems);
    }
  }

  TEST_CASE("that the recipe has no end is one error, whatever the number of tasks") {
    std::string tasks;
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
      tasks += fmt::format("  {}: {{population: cells, rate: 20 Hz}}\n", name);
    }
    const std::string head =
        "stimgen: 1\nseeds: 1\ntime: {start: 0 s}\nnetworks: {populations: {cells: {nodes: 3}}}\nbackgrounds:\n";
    const std::string problems = PlannedRecipe(head + tasks).problems();
    CHECK_MESSAGE(problems.find("error: background 'a' has no 'stop'") != std::string::npos, problems);
    CHECK_MESSAGE(problems.find("write 'stop: 15 s' under 'time', for all tasks, or here") != std::string::npos,
                  problems);
    CHECK_MESSAGE(problems.find("note: background 'd' has none, too") != std::string::npos, problems);
    CHECK_MESSAGE(problems.find("= note: and 3 more\n") != std::string::npos, problems);
    CHECK_MESSAGE(problems.find("\n1 error\n") != std::string::npos, problems);
  }

  TEST_CASE("a variable that is not there is one error, and hides no other") {
    const PlannedRecipe recipe(recipe_head() +
                               "vars: {x: 1}\n"
                               "backgrounds:\n"
                               "  a: {population: cells, rate: \"${burst}\"}\n"
                               "  b: {population: cells, rate: \"${x}\", stop: 3 Hz, start: \"${x * 2}\"}\n");
    const std::string& problems = recipe.problems();
    CHECK_MESSAGE(problems.find("there is no variable 'burst'") != std::string::npos, problems);
    CHECK_MESSAGE(problems.find("'x * 2' is not the name of a variable") != std::string::npos, problems);
    CHECK_MESSAGE(problems.find("'3 Hz' is a rate, but stop is a time") != std::string::npos, problems);
    CHECK_MESSAGE(problems.find("\n3 errors\n") != std::string::npos, problems);
  }

  TEST_CASE("a wrong default is reported, whether an entry takes it or not") {
    const PlannedRecipe recipe(recipe_head() +
                               "assemblies: {kinds: {method: property, population: cells, property: kind}}\n"
                               "defaults:\n"
                               "  backgrounds: {start: 3 Hz}\n"
                               "  patterns: {off_time: , rates: 5, steps: 0, cycles: -2}\n"
                               "patterns: {a: {type: long, assemblies: kinds, on_time: 1 s, cycles: 1, rates: {burst: "
                               "3}}}\n");
    for (const char* text : {"'3 Hz' is a rate, but start is a time", "'off_time' has no value",
                             "the default 'rates' is a mapping of keys", "steps is 0, but it counts from 1",
                             "'-2' is negative, but cycles is a whole number from 1 up"}) {
      CHECK_MESSAGE(recipe.problems().find(text) != std::string::npos, text, "\n", recipe.problems());
    }
  }

  TEST_CASE("a population that does not read is not called unknown as well") {
    const PlannedRecipe recipe(
        "stimgen: 1\nseeds: 1\ntime: {stop: 1 s}\n"
        "networks: {populations: {th: {nodes: 9, properties: {q: {unifrom: [0, 1]}}}, sh: {nodes: 3}}}\n"
        "backgrounds: {b: {population: th, rate: 1}, c: {rate: 1}, d: {population: sh, rate: 1}}\n"
        "assemblies: {a: {population: th, method: random, count: 2}}\n"
        "patterns: {p: {type: long, assemblies: a, on_time: 1 s, rates: {burst: 3}}}\n"
        "combine: {x: {from: [b, d, p]}}\n");
    CHECK_MESSAGE(recipe.problems().find("\n1 error\n") != std::string::npos, recipe.problems());
    CHECK_MESSAGE(recipe.problems().find("unifrom") != std::string::npos, recipe.problems());
    CHECK_MESSAGE(recipe.problems().find("'th'") == std::string::npos, recipe.problems());
  }

  TEST_CASE("circles are named in full") {
    const PlannedRecipe sets(recipe_head() +
                             "assemblies:\n"
                             "  a: {method: divide, of: b, into: 2}\n"
                             "  b: {method: divide, of: c, into: 2}\n"
                             "  c: {method: divide, of: a, into: 2}\n");
    CHECK_MESSAGE(sets.problems().find("a → b → c → a") != std::string::npos, sets.problems());
    const PlannedRecipe combined(recipe_head() + "combine:\n  x: {from: [y]}\n  y: {from: [x]}\n");
    CHECK_MESSAGE(combined.problems().find("x → y → x") != std::string::npos, combined.problems());
  }

  TEST_CASE("work without end is refused with the estimate") {
    const PlannedRecipe huge(recipe_head(1000) +
                             "backgrounds: {b: {population: cells, rate: 1000000 kHz, stop: 1000 s}}\n");
    REQUIRE_MESSAGE(huge.problems() == "", huge.problems());
    const auto tasks = huge.plan().closure({"b"});
    try {
      check_limits(huge.plan(), tasks, 1'000'000'000);
      FAIL("not refused");
    } catch (const InputError& error) {
      const std::string text = error.what();
      CHECK_MESSAGE(text.find("1e+15 spikes (16 PB)") != std::string::npos, text);
    }
    const PlannedRecipe limited(recipe_head(100, "{directory: out, max_spikes: 1000}") +
                                "backgrounds: {b: {population: cells, rate: 20 Hz}}\n");
    CHECK_THROWS_AS(check_limits(limited.plan(), limited.plan().closure({"b"}), 1'000'000'000), InputError);
    const PlannedRecipe fine(recipe_head(100, "{directory: out, max_spikes: 3000}") +
                             "backgrounds: {b: {population: cells, rate: 20 Hz}}\n");
    CHECK_NOTHROW(check_limits(fine.plan(), fine.plan().closure({"b"}), 1'000'000'000));
    CHECK_THROWS_AS(check_limits(fine.plan(), fine.plan().closure({"b"}), 1'000), InputError);
  }

  TEST_CASE("limits are held against the rates that will be drawn, not against the mean of their distribution") {
    const std::string body =
        "backgrounds: {b: {population: cells, rate: {mean: 10, stdev: 2000}}}\n"
        "combine: {c: {from: [b]}}\n";
    const PlannedRecipe free(recipe_head(1000) + body);
    REQUIRE_MESSAGE(free.problems() == "", free.problems());
    const TaskIndex b = *free.plan().index_of("b");
    const TaskIndex c = *free.plan().index_of("c");
    const NodeRates rates = free.plan().tasks[b].sampled()->node_rates();
    double drawn = 0;
    for (std::size_t i = 0; i < rates.size(); ++i) drawn += rates.expected_spikes(i);
    const double mean = free.plan().tasks[b].expected_spikes;
    REQUIRE(std::abs(drawn - mean) > 0.2 * mean);
    for (const std::vector<TaskIndex>& tasks : {std::vector{b}, std::vector{b, c}}) {
      const double spikes = drawn * static_cast<double>(tasks.size());
      for (const double share : {0.99, 1.01}) {
        const auto most = static_cast<std::uint64_t>(spikes * share);
        const PlannedRecipe few(recipe_head(1000, "{directory: out, max_spikes: " + std::to_string(most) + "}") + body);
        double beside = 0;  // spikes
        for (const TaskIndex i : tasks) {
          const Task& task = free.plan().tasks[i];
          beside += static_cast<double>(task.expected_bytes) - 16 * task.expected_spikes;
        }
        const std::string bytes = std::to_string(16 * most + static_cast<std::uint64_t>(beside));
        const PlannedRecipe small(recipe_head(1000, "{directory: out, max_bytes: " + bytes + "}") + body);
        for (const PlannedRecipe* recipe : {&few, &small}) {
          if (share > 1) {
            CHECK_NOTHROW(check_limits(recipe->plan(), tasks, 1'000'000'000));
          } else {
            CHECK_THROWS_AS(check_limits(recipe->plan(), tasks, 1'000'000'000), InputError);
          }
        }
      }
    }
  }

  TEST_CASE("a combination cannot read what the recipe makes, nor a file that is not there") {
    const PlannedRecipe output(
        recipe_head() + "backgrounds: {b: {population: cells, rate: 1}}\ncombine: {c: {from: [{file: out/b.h5}]}}\n");
    CHECK_MESSAGE(output.problems().find("[plan.overwrites]") != std::string::npos, output.problems());
    const PlannedRecipe missing(recipe_head() + "combine: {c: {from: [{file: nothing.h5}]}}\n");
    CHECK_MESSAGE(missing.problems().find("nothing.h5") != std::string::npos, missing.problems());
    const PlannedRecipe twice(recipe_head() +
                              "backgrounds: {b: {population: cells, rate: 1}}\ncombine: {c: {from: [b, b]}}\n");
    CHECK_MESSAGE(twice.problems().find("taken twice") != std::string::npos, twice.problems());
  }

  TEST_CASE("no spike comes twice into a combination, by whatever way") {
    const std::string tasks = "backgrounds: {a: {population: cells, rate: 5}, b: {population: cells, rate: 5}}\n";
    for (const char* from : {"[y, a]", "[a, y]", "[y, z]"}) {
      const PlannedRecipe nested(recipe_head() + tasks +
                                 "combine: {y: {from: [a, b]}, z: {from: [a]}, x: {from: " + from + "}}\n");
      CAPTURE(from);
      CHECK_MESSAGE(nested.problems().find("task 'a' is taken twice") != std::string::npos, nested.problems());
    }
    PlannedRecipe recorded(recipe_head() + "backgrounds: {r: {population: cells, rate: 5}}\n");
    recorded.run();
    const std::string file = (recorded.folder().path() / "out/r.h5").string();
    const auto problems = [&](const std::string& second) {
      return PlannedRecipe(recipe_head() + "combine: {x: {from: [{file: '" + file + "'}, {file: '" + file + "', " +
                           second + "}]}}\n")
          .problems();
    };
    CHECK(problems("population: cells").find("population 'cells' of") != std::string::npos);
    CHECK(problems("population: cells").find("is taken twice") != std::string::npos);
    CHECK(problems("shift: 1 s").find("error") == std::string::npos);
    CHECK(problems("where: {kind: A}") == "");
    std::string other_head = recipe_head();
    other_head.replace(other_head.find("cells"), 5, "fibres");
    PlannedRecipe other(other_head + "backgrounds: {r: {population: fibres, rate: 5}}\n");
    REQUIRE_MESSAGE(other.problems() == "", other.problems());
    other.run();
    const std::string other_file = (other.folder().path() / "out/r.h5").string();
    const PlannedRecipe thrice(recipe_head() + "combine: {x: {from: [{file: '" + file + "'}, {file: '" + other_file +
                               "'}, {file: '" + other_file + "'}]}}\n");
    CHECK_MESSAGE(thrice.problems().find("population 'fibres' of") != std::string::npos, thrice.problems());
    CHECK_MESSAGE(thrice.problems().find("population 'cells' of") == std::string::npos, thrice.problems());
  }

  TEST_CASE("recorded spikes after the stop of the recipe are taken, and warned of with their number") {
    const testing::TempFolder folder;
    const std::string file = (folder / "r.h5").string();
    const auto sink = create_spike_file(file, {});
    sink->begin_population("cells", SpikeOrder::by_id);
    sink->append({.node_ids = {0, 0, 1, 3}, .timestamps_ms = {500, 1000, 2500, 2900}});
    sink->begin_population("fibres", SpikeOrder::by_id);
    sink->append({.node_ids = {7}, .timestamps_ms = {1000.5}});
    sink->finish();
    const auto problems = [&](const std::string& keys, const std::string& head = recipe_head()) {
      const PlannedRecipe recipe(head + "combine: {x: {from: [{file: '" + file + "'" + keys + "}]}}\n");
      if (!recipe.plan().tasks.empty()) CHECK(recipe.plan().find("x") != nullptr);
      return recipe.problems();
    };
    const auto says = [](const std::string& text, const std::string& part) {
      CHECK_MESSAGE(text.find(part) != std::string::npos, text);
    };
    const std::string all = problems("");
    says(all,
         "'r.h5' holds 2 spikes of population 'cells' after time.stop (1 s), the last at 2.9 s: they are taken, too "
         "[spikes.after-stop]");
    says(all, "1 spike of population 'fibres' after time.stop (1 s), the last at 1.0005 s");
    says(all, "'shift'");
    says(all, "'where'");
    says(all, "2 warnings");
    says(problems(", population: cells, shift: 0.5 s"),
         "holds 3 spikes of population 'cells' after time.stop (1 s), "
         "shifted, the last at 3.4 s");
    CHECK(problems(", population: cells, shift: -400 ms, where: {kind: A}").find("holds 1 spike of") !=
          std::string::npos);
    CHECK(problems(", population: cells, where: {node_id: 0}") == "");
    std::string no_stop = recipe_head();
    no_stop.erase(no_stop.find("time:"), no_stop.find('\n', no_stop.find("time:")) + 1 - no_stop.find("time:"));
    CHECK(problems(", population: cells", no_stop) == "");
  }

  TEST_CASE("recorded spikes are counted and looked at when planning") {
    PlannedRecipe recorded(recipe_head() + "backgrounds: {r: {population: cells, rate: 50}}\n");
    recorded.run();
    const SpikeBlock spikes = recorded.spikes("r").at("cells");
    std::size_t of_kind_a = 0;
    for (const NodeId node : spikes.node_ids) of_kind_a += node % 3 == 0 ? 1 : 0;
    REQUIRE(of_kind_a > 0);
    REQUIRE(of_kind_a < spikes.size());
    const auto taken = [&](const std::string& more) {
      return recipe_head() + "combine: {x: {from: [{file: '" + (recorded.folder().path() / "out/r.h5").string() + "'" +
             more + "}]}}\n";
    };
    CHECK(PlannedRecipe(taken("")).plan().find("x")->expected_spikes == static_cast<double>(spikes.size()));
    CHECK(PlannedRecipe(taken(", where: {kind: A}")).plan().find("x")->expected_spikes ==
          static_cast<double>(of_kind_a));
    const std::string missing = PlannedRecipe(taken(", population: cels")).problems();
    CHECK_MESSAGE(missing.find("r.h5' has no population 'cels' [spikes.population]") != std::string::npos, missing);
    CHECK(missing.find("did you mean 'cells'?") != std::string::npos);
    const PlannedRecipe early(taken(", shift: -1 s"));
    CHECK_MESSAGE(early.problems().find("which the shift by -1000 ms moves to") != std::string::npos, early.problems());
  }

  TEST_CASE("files are called as seen from the recipe, without a word of where that lies") {
    Recipe recipe;
    recipe.path = "/home/someone/study/recipe.yaml";
    CHECK(shown_from_recipe(recipe, "/home/someone/study/data/rates.csv") == "data/rates.csv");
    CHECK(shown_from_recipe(recipe, "/home/someone/study/data/../rates.csv") == "rates.csv");
    CHECK(shown_from_recipe(recipe, "/home/someone/model/nodes.h5") == "../model/nodes.h5");
    CHECK(shown_from_recipe(recipe, "/scratch/model/nodes.h5") == "nodes.h5");
    recipe.path = "/recipe.yaml";
    CHECK(shown_from_recipe(recipe, "/data/rates.csv") == "data/rates.csv");
  }
}
