// The numbers behind a report, and that it asks for nothing and says what it leaves out.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/model.hpp"
#include "report/survey.hpp"
#include "stimgen/run.hpp"
#include "stimgen/task_nodes.hpp"
#include "support/planned_recipe.hpp"
#include "support/spikes_in_memory.hpp"

using namespace stimgen;
using stimgen::testing::PlannedRecipe;
using stimgen::testing::recipe_head;
using stimgen::testing::SpikesInMemory;

namespace {

const std::string kTasks = R"(
backgrounds:
  noise: {population: cells, group_by: kind, rates: {A: {mean: 20 Hz, stdev: 8 Hz}, B: 5 Hz, C: 0 Hz}}
assemblies:
  kinds: {population: cells, method: property, property: kind}
patterns:
  pulses: {type: ramp, assemblies: kinds, on_time: 0.25 s, off_time: 0 s, rates: {from: 0 Hz, to: 60 Hz}}
)";

ReportSection section_of(const PlannedRecipe& recipe, const std::string& task, std::uint64_t most = kMaxRasterSpikes,
                         const ReportOptions& options = {}) {
  const TaskNodes nodes = open_task_nodes(recipe.plan(), *recipe.plan().index_of(task));
  const auto reader = open_made_file(recipe.plan(), *recipe.plan().find(task));
  SurveyRequest request;
  request.window = nodes.window();
  request.node_ids = std::span(nodes.rates.node_ids);
  request.group_of_node = nodes.group_of_node;
  request.labels = nodes.labels;
  request.asked = &nodes;
  request.most_raster_spikes = most;
  request.options = options;
  ReportSection section;
  survey(*reader, reader->populations().front(), request, section);
  return section;
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("a survey counts every spike once, in each of its charts") {
    PlannedRecipe recipe(recipe_head(300) + kTasks);
    recipe.run();
    const ReportSection section = section_of(recipe, "noise");
    REQUIRE(section.groups.size() == 3);
    CHECK(section.raster.ticks.size() == section.spikes);
    std::uint64_t in_groups = 0;
    for (const ReportGroup& group : section.groups) {
      in_groups += group.stats.spikes;
      double over_time = 0;
      for (const double rate : group.rate_hz)
        over_time += rate * section.bin_ms / 1000 * static_cast<double>(group.stats.nodes);
      CHECK(over_time == doctest::Approx(static_cast<double>(group.stats.spikes)));
      const double in_histogram = std::accumulate(group.histogram.nodes.begin(), group.histogram.nodes.end(), 0.0);
      CHECK(in_histogram == static_cast<double>(group.stats.nodes));
      const std::uint64_t intervals = std::accumulate(group.isi.begin(), group.isi.end(), group.isi_below);
      CHECK(intervals == group.stats.spikes - (group.stats.nodes - group.stats.silent_nodes));
    }
    CHECK(in_groups == section.spikes);
    // Rows go by group, then id.
    CHECK(section.raster.group_starts == std::vector<std::uint32_t>{0, 100, 200, 300});
    CHECK(section.raster.node_ids[100] == 1);
    CHECK(std::is_sorted(section.raster.ticks.begin(), section.raster.ticks.end()));
  }

  TEST_CASE("requested rates are lines through their bends, and means over bins") {
    PlannedRecipe recipe(recipe_head(300) + kTasks);
    recipe.run();
    const ReportSection section = section_of(recipe, "pulses");
    const ReportGroup& group = section.groups[1];  // its turn is from 0.25 to 0.5 s
    for (std::size_t i = 0; i < section.curve_ms.size(); ++i) {
      if (section.curve_ms[i] == 250 && i % 2 == 1) CHECK(group.curve_hz[i] == doctest::Approx(0));
      if (section.curve_ms[i] == 500 && i % 2 == 1) CHECK(group.curve_hz[i] == doctest::Approx(60));
      if (section.curve_ms[i] == 500 && i % 2 == 0) CHECK(group.curve_hz[i] == doctest::Approx(0));
    }
    const auto bin = static_cast<std::size_t>(375 / section.bin_ms);
    CHECK(group.requested_hz[bin] == doctest::Approx(30).epsilon(0.02));
  }

  TEST_CASE("24 slots of 41.7 ms at 40 Hz are shown as about 40 Hz, requested and measured smoothed alike") {
    PlannedRecipe recipe(
        recipe_head(7200) +
        "assemblies:\n  groups: {population: cells, method: random, count: 24, fraction: 1}\npatterns:\n"
        "  slots: {type: short, assemblies: groups, on_time: 1 s, off_time: 0 s, rates: {burst: 40 Hz}}\n");
    REQUIRE(recipe.problems().empty());
    recipe.run();
    const ReportSection section = section_of(recipe, "slots");
    REQUIRE(section.groups.size() == 24);
    CHECK(describe(section.smoothing) == "Gaussian, σ = 10.4 ms");
    for (std::size_t i = 0; i < 24; ++i) {
      const ReportGroup& group = section.groups[i];
      const double shown = *std::max_element(group.smoothed_hz.begin(), group.smoothed_hz.end());
      const double asked = *std::max_element(group.requested_hz.begin(), group.requested_hz.end());
      CHECK(shown == doctest::Approx(40).epsilon(0.2));
      CHECK(asked > 37);
      CHECK(asked < 40.001);
      // The measured curve follows the requested one all the way, over the edges of the slot too: 300 nodes have
      // about 450 spikes in the slot.
      for (std::size_t bin = 0; bin < group.smoothed_hz.size(); ++bin) {
        CHECK(std::abs(group.smoothed_hz[bin] - group.requested_hz[bin]) < 9);
      }
    }
    // At the edge between two slots the requested rate passes through its half.
    const double slot_ms = 1000.0 / 24;
    const ReportGroup& second = section.groups[1];
    const auto edge = static_cast<std::size_t>(slot_ms / section.bin_ms);
    CHECK(second.requested_hz[edge] == doctest::Approx(20).epsilon(0.15));
    const auto far = static_cast<std::size_t>((slot_ms - 50) / section.bin_ms + 0.5 + 8 * slot_ms / section.bin_ms);
    CHECK(second.requested_hz[far] == doctest::Approx(0));
  }

  TEST_CASE("theta of 8 Hz between 2 and 18 Hz is shown between about 2 and 18 Hz") {
    PlannedRecipe recipe(
        recipe_head(3000) +
        "assemblies:\n  whole: {population: cells, method: all}\npatterns:\n"
        "  theta: {type: loop, assemblies: whole, off_time: 0 s, points: [{at: 0 ms, rate: 10 Hz}, {at: 15.625 ms, "
        "rate: "
        "15.66 Hz}, {at: 31.25 ms, rate: 18 Hz}, {at: 46.875 ms, rate: 15.66 Hz}, {at: 62.5 ms, rate: 10 Hz}, {at: "
        "78.125 ms, rate: 4.34 Hz}, {at: 93.75 ms, rate: 2 Hz}, {at: 109.375 ms, rate: 4.34 Hz}, {at: 125 ms, rate: 10 "
        "Hz}]}\n");
    REQUIRE(recipe.problems().empty());
    recipe.run();
    const ReportSection section = section_of(recipe, "theta");
    CHECK(section.smoothing.width_ms == 3.9);
    const auto range = [](const std::vector<double>& curve) {
      const auto [low, high] = std::minmax_element(curve.begin() + 20, curve.end() - 20);
      return std::pair(*low, *high);
    };
    const auto [asked_low, asked_high] = range(section.groups[0].requested_hz);
    CHECK(asked_low < 2.6);
    CHECK(asked_high > 17.4);
    const auto [low, high] = range(section.groups[0].smoothed_hz);
    CHECK(low < 3.5);
    CHECK(high > 16.5);
  }

  TEST_CASE("σ follows the shortest piece that is asked for, and a combination the shortest of its parts") {
    PlannedRecipe recipe(
        recipe_head(300) + kTasks +
        "  spikes: {type: long, assemblies: kinds, on_time: 20 ms, off_time: 80 ms, rates: {burst: 90 Hz}}\n"
        "combine:\n  both: {from: [noise, pulses, spikes]}\n");
    REQUIRE(recipe.problems().empty());
    const Plan& plan = recipe.plan();
    const auto piece_of = [&](const char* task) {
      return open_task_nodes(plan, *plan.index_of(task)).shortest_piece_ms();
    };
    CHECK(piece_of("noise") == 1000);  // one constant rate over the window
    CHECK(piece_of("pulses") == 250);  // a ramp
    CHECK(piece_of("spikes") == doctest::Approx(20));
    const CombinedParts parts = find_parts(plan, *plan.index_of("both"), "cells");
    const NodePopulation& cells = *plan.network->population("cells");
    CHECK(open_combined_nodes(plan, parts, cells, {}, {}).shortest_piece_ms() == doctest::Approx(20));
  }

  TEST_CASE("smoothing and bins are what is asked for, and the figures say which") {
    PlannedRecipe recipe(recipe_head(300) + kTasks);
    recipe.run();
    const ReportOptions options{.smoothing = Smoothing{Smoothing::Kernel::boxcar, 30}, .bin_ms = 4};
    const ReportSection section = section_of(recipe, "pulses", kMaxRasterSpikes, options);
    CHECK(section.bin_ms == 4);
    CHECK(section.groups[0].rate_hz.size() == 250);
    const std::vector<double> widths(250, 4);
    CHECK(section.groups[1].smoothed_hz == smooth(section.groups[1].rate_hz, widths, 4, *options.smoothing));
    const Report report = Report::of_batch(recipe.plan(), "stimgen test", {}, options);
    CHECK(report.html().find("bins of 4 ms; smoothed: boxcar, 30 ms wide; dashed: requested, smoothed alike") !=
          std::string::npos);
    bool said = false;
    for (const Report::Figure& figure : report.figures()) {
      if (figure.name == "pulses-rate") said = figure.svg.find("smoothed: boxcar, 30 ms wide") != std::string::npos;
    }
    CHECK(said);
    CHECK_THROWS_AS(section_of(recipe, "pulses", kMaxRasterSpikes, {.bin_ms = 0.001}), InputError);
  }

  TEST_CASE("a combination asks for the sum of what its parts do") {
    PlannedRecipe recipe(recipe_head(300) + kTasks +
                         "combine:\n  both: {from: [noise, pulses]}\n  again: {from: [both]}\n");
    REQUIRE(recipe.problems().empty());
    const Plan& plan = recipe.plan();
    const TaskNodes noise = open_task_nodes(plan, *plan.index_of("noise"));
    const TaskNodes pulses = open_task_nodes(plan, *plan.index_of("pulses"));
    for (const char* name : {"both", "again"}) {
      const CombinedParts parts = find_parts(plan, *plan.index_of(name), "cells");
      CHECK(parts.tasks.size() == 2);
      REQUIRE(parts.window);
      const TaskNodes sum = open_combined_nodes(plan, parts, *pulses.population, pulses.group_of_node, pulses.labels);
      for (const TimeWindow window : {TimeWindow{0, 1000}, TimeWindow{260, 270}, TimeWindow{499, 501}}) {
        for (std::size_t group = 0; group < 3; ++group) {
          CHECK(sum.mean_rates_hz(window)[group] ==
                doctest::Approx(noise.mean_rates_hz(window)[group] + pulses.mean_rates_hz(window)[group]));
        }
      }
      CHECK(sum.expected_of_node[4] == doctest::Approx(noise.expected_of_node[4] + pulses.expected_of_node[4]));
      CHECK(sum.expected_spikes[1] == doctest::Approx(noise.expected_spikes[1] + pulses.expected_spikes[1]));
      CHECK(sum.process == "poisson");
      // The same nodes as one group.
      const TaskNodes whole = open_combined_nodes(plan, parts, *pulses.population, {}, {});
      CHECK(whole.mean_rates_hz({0, 1000})[0] * 300 ==
            doctest::Approx(std::accumulate(sum.expected_spikes.begin(), sum.expected_spikes.end(), 0.0)));
    }
  }

  TEST_CASE("expected rates of nodes: a Poisson distribution for one rate, mixed for many") {
    PlannedRecipe recipe(recipe_head(300) + kTasks);
    const TaskNodes nodes = open_task_nodes(recipe.plan(), *recipe.plan().index_of("noise"));
    const ExpectedRates constant(nodes, 1);  // 5 spikes in 1 s
    CHECK(constant.share_at(0) == doctest::Approx(std::exp(-5.0)));
    CHECK(constant.spikes_at(0.5) == 5);
    const ExpectedRates mixed(nodes, 0);
    CHECK(mixed.share_at(1000) == doctest::Approx(1));
    double mean = 0;
    double square = 0;
    for (int n = 0; n < 300; ++n) {
      mean += 1 - mixed.share_at(n);
      square += (2 * n + 1) * (1 - mixed.share_at(n));
    }
    CHECK(mean == doctest::Approx(20).epsilon(0.01));
    CHECK(std::sqrt(square - mean * mean) == doctest::Approx(std::sqrt(8.0 * 8 + 20)).epsilon(0.02));
    const ExpectedRates silent(nodes, 2);
    CHECK(silent.spikes_at(0.99) == 0);
  }

  TEST_CASE("a raster of too many spikes is a sample spread over all of them") {
    PlannedRecipe recipe(recipe_head(300) + kTasks);
    recipe.run();
    const ReportSection section = section_of(recipe, "noise", 500);
    CHECK(section.raster.total == section.spikes);
    CHECK(section.raster.ticks.size() > 400);
    CHECK(section.raster.ticks.size() < 600);
    std::size_t early = 0;
    for (const std::uint32_t tick : section.raster.ticks) early += tick * section.raster.tick_ms < 500 ? 1 : 0;
    CHECK(early * 10 > section.raster.ticks.size() * 4);
    CHECK(early * 10 < section.raster.ticks.size() * 6);
  }

  TEST_CASE("intervals shorter than the axis are not piled into its first bin, but counted and said") {
    std::vector<Spike> spikes;
    double time_ms = 0;
    const auto add = [&](int count, double interval_ms) {
      for (int i = 0; i < count; ++i) spikes.push_back({4, time_ms += interval_ms});
    };
    add(1, 1);
    add(995, 2);
    add(3, 0.05);
    add(2, 0);
    const auto survey_of = [](const std::vector<Spike>& all) {
      const SpikesInMemory file(all);
      ReportSection section;
      survey(file, file.populations().front(), {}, section);
      return section;
    };
    const ReportSection usual = survey_of(spikes);
    CHECK(usual.isi_edges_ms.front() == doctest::Approx(0.1));
    CHECK(usual.groups[0].isi.front() == 0);
    CHECK(usual.groups[0].isi_below == 5);
    CHECK(usual.short_intervals_words(1) == "not drawn: 5 of 1,000 intervals, shorter than 0.1 ms");

    add(100, 0.003);  // more than can be left out: the axis goes as low as they do
    const ReportSection fast = survey_of(spikes);
    CHECK(fast.isi_edges_ms.front() == doctest::Approx(0.001));
    CHECK(fast.groups[0].isi[4] == 100);
    CHECK(fast.groups[0].isi_below == 2);

    const ReportSection slow = survey_of({{4, 1}, {4, 2}, {4, 3}});
    CHECK(slow.isi_edges_ms.front() == doctest::Approx(0.1));
    CHECK(slow.short_intervals_words(1).empty());
  }

  TEST_CASE("a raster says how many spikes of how many, and how many nodes of how many") {
    const std::vector<NodeId> nodes{1, 2, 3, 4};
    const SpikesInMemory file({{1, 5}, {2, 6}, {2, 7}, {4, 9}});
    const auto words_of = [&](const SurveyRequest& request) {
      ReportSection section;
      survey(file, file.populations().front(), request, section);
      return section.raster_words();
    };
    CHECK(words_of({}) == "all 4 spikes; rows: all 3 nodes with spikes");
    SurveyRequest request;
    request.node_ids = nodes;
    CHECK(words_of(request) == "all 4 spikes; rows: all 4 nodes");
    request.group_of_node = {0, 0, kNoGroup, kNoGroup};
    request.labels = {"A"};
    CHECK(words_of(request) == "all 3 spikes; rows: 2 of 4 nodes, those in a group");

    PlannedRecipe recipe(recipe_head(300) + kTasks);
    recipe.run();
    const ReportSection sampled = section_of(recipe, "noise", 500);
    const std::string words = sampled.raster_words();
    CHECK(words.starts_with("a random sample of " + std::to_string(sampled.raster.ticks.size()) + " of the 2,"));
    CHECK(words.ends_with(" spikes; rows: all 300 nodes"));
    for (const Report::Figure& figure : Report::of_batch(recipe.plan(), "stimgen test", {}).figures()) {
      if (figure.name == "noise-raster")
        CHECK(figure.svg.find(" spikes; rows: all 300 nodes</text>") != std::string::npos);
    }
  }

  TEST_CASE("files without spikes and without nodes have a report too") {
    const SpikesInMemory empty({});
    ReportSection section;
    survey(empty, empty.populations().front(), {}, section);
    CHECK(section.spikes == 0);
    CHECK(section.window.duration_ms() > 0);
    const SpikesInMemory one({{4, 20}});
    ReportSection with_one;
    survey(one, one.populations().front(), {}, with_one);
    CHECK(with_one.raster.ticks.size() == 1);
  }

  TEST_CASE("spikes of nodes that are not there are named") {
    const SpikesInMemory file({{4, 20}});
    const std::vector<NodeId> nodes{1, 2};
    ReportSection section;
    SurveyRequest request;
    request.node_ids = nodes;
    CHECK_THROWS_AS(survey(file, file.populations().front(), request, section), InputError);
  }

  TEST_CASE("a combination has requested rates, or says which recorded file it has none of") {
    PlannedRecipe recorded(recipe_head(60) + kTasks);
    recorded.run();
    const std::string file = recorded.plan().output_path(*recorded.plan().find("pulses")).string();
    PlannedRecipe recipe(recipe_head(60) + kTasks +
                         "combine:\n  made: {from: [noise, pulses]}\n  mixed: {from: [noise, {file: " + file + "}]}\n");
    REQUIRE(recipe.problems().empty());
    recipe.run();
    const Report report = Report::of_batch(recipe.plan(), "stimgen test", {});
    const std::string html = report.html();
    CHECK(html.find("<figure id=\"s2-requested\"") != std::string::npos);
    CHECK(html.find("<p>Requested rates are the sum of those of noise, pulses.</p>") != std::string::npos);
    CHECK(html.find("<figure id=\"s3-requested\"") == std::string::npos);
    CHECK(
        html.find("<p>No requested rates are shown: the recipe does not make pulses.h5, which is part of this.</p>") !=
        std::string::npos);
    const auto has = [figures = report.figures()](const std::string& name) {
      return std::any_of(figures.begin(), figures.end(), [&](const auto& figure) { return figure.name == name; });
    };
    CHECK(has("made-cells-requested"));
    CHECK_FALSE(has("mixed-cells-requested"));
    CHECK(has("mixed-cells-rate"));
    CHECK(report.figures().back().svg.find("<title>mixed, cells: spikes</title>") != std::string::npos);
  }

  TEST_CASE("figures show rates in bins, unless single spikes would dwarf the curves") {
    const auto rate_figure = [](int nodes) {
      PlannedRecipe recipe(recipe_head(nodes) + "backgrounds:\n  noise: {population: cells, rate: 20 Hz}\n");
      recipe.run();
      for (const Report::Figure& figure : Report::of_batch(recipe.plan(), "stimgen test", {}).figures())
        if (figure.name == "noise-rate") return figure.svg;
      return std::string();
    };
    CHECK(rate_figure(900).find("faint: bins of 1 ms; dashed: requested, smoothed alike") != std::string::npos);
    const std::string few = rate_figure(9);
    CHECK(few.find("faint") == std::string::npos);
    CHECK(few.find("dashed: requested") != std::string::npos);
    CHECK(few.find("<title>noise: rate over time</title>") != std::string::npos);
  }

  TEST_CASE("figures say which groups they leave out, and cut a long name rather than what they show") {
    const std::string name(60, 'w');
    PlannedRecipe recipe(recipe_head(60) + "assemblies:\n  groups: {population: cells, method: random, count: 30}\n" +
                         "patterns:\n  " + name +
                         ": {type: long, assemblies: groups, on_time: 20 ms, off_time: 0 s, rates: {burst: 90 Hz}}\n");
    REQUIRE(recipe.problems().empty());
    recipe.run();
    for (const Report::Figure& figure : Report::of_batch(recipe.plan(), "stimgen test", {}).figures()) {
      const std::string what = figure.name.substr(name.size() + 1);
      const bool curves = what == "requested" || what == "rate" || what == "rates" || what == "isi";
      const std::string left_out = curves ? "the first 8 of 30 groups" : "the first 24 of 30 groups";
      CHECK_MESSAGE((what == "raster" || figure.svg.find(left_out) != std::string::npos), what);
      if (what == "raster") CHECK(figure.svg.find("w…w") < figure.svg.find("w: raster</text>"));
      const bool over_time = what == "requested" || what == "raster" || what == "rate";
      CHECK((figure.svg.find(">spikes from 0 s to 1 s<") != std::string::npos) == !over_time);
      if (what == "raster" || !curves) CHECK(figure.svg.find("colours repeat after 8 groups") != std::string::npos);
      if (what == "raster") CHECK(figure.svg.find("<title>29</title>") != std::string::npos);  // of the 30th group
    }
  }

  TEST_CASE("the page asks for nothing, is the same twice, and its figures are well-formed names") {
    PlannedRecipe recipe(recipe_head(60) + kTasks);
    recipe.run();
    const Report report = Report::of_batch(recipe.plan(), "stimgen test", {});
    const std::string html = report.html();
    CHECK(html == Report::of_batch(recipe.plan(), "stimgen test", {}).html());
    CHECK(html.find("default-src 'none'") != std::string::npos);
    for (const char* word : {"src=\"http", "href=\"http", "@import", "url(http"})
      CHECK(html.find(word) == std::string::npos);
    CHECK(html.size() < 1'000'000);
    const std::vector<Report::Figure> figures = report.figures();
    CHECK(figures.size() == 14);
    CHECK(figures.front().name == "noise-requested");
    for (const Report::Figure& figure : figures) CHECK(figure.svg.find("<title>") != std::string::npos);
  }
}
