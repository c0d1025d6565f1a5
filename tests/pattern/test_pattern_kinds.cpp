// The six patterns against closed forms.
#include <doctest/doctest.h>

#include <string>

#include "support/recipe_parts.hpp"

using namespace stimgen;
using namespace stimgen::test;

namespace {

// Vertices of every GroupRate; reports the messages if there are none.
std::vector<std::string> shapes(const PatternRun& run) {
  INFO(messages(run.diagnostics));
  CHECK(!run.diagnostics.has_errors());
  std::vector<std::string> texts;
  for (const GroupRate& rate : run.rates) texts.push_back(text_of(rate.rate.vertices()));
  return texts;
}

using Shapes = std::vector<std::string>;

}  // namespace

TEST_SUITE("pattern") {
  TEST_CASE("long: groups take turns, others get off, pauses are silent") {
    const auto run = run_pattern(
        "{type: long, assemblies: a, start: 1 s, stop: 4.5 s, on_time: 1 s, off_time: 0.5 s,"
        " rates: {burst: 50 Hz, off: 2 Hz, silent: 1 Hz}}",
        equal_groups(2, 3));
    CHECK(shapes(run) ==
          Shapes{"(0, 1) (1000, 1) (1000, 50) (2000, 50) (2000, 1) (2500, 1) (2500, 2) (3500, 2) (3500, 1) "
                 "(4500, 1)",
                 "(0, 1) (1000, 1) (1000, 2) (2000, 2) (2000, 1) (2500, 1) (2500, 50) (3500, 50) (3500, 1) "
                 "(4500, 1)"});
    CHECK(run.rates[1].node_ids == std::vector<NodeId>{3, 4, 5});
    CHECK(!run.rates[1].subgroup);
  }

  TEST_CASE("long: the cycle c drives group c modulo n") {
    const auto run =
        run_pattern("{type: long, assemblies: a, stop: 5 s, on_time: 1 s, rates: {burst: 10 Hz}}", equal_groups(3, 1));
    REQUIRE(run.rates.size() == 3);
    for (std::size_t cycle = 0; cycle < 5; ++cycle) {
      for (std::size_t group = 0; group < 3; ++group) {
        CHECK(run.rates[group].rate.rate_at(1000.0 * static_cast<double>(cycle) + 500) ==
              (cycle % 3 == group ? 10 : 0));
      }
    }
  }

  TEST_CASE("select: the groups that take part, in the order of their turns; the others get off") {
    const auto run = run_pattern(
        "{type: long, assemblies: a, stop: 2 s, on_time: 1 s, select: [2, 0], rates: {burst: 10 Hz, off: 1 Hz}}",
        equal_groups(3, 1));
    CHECK(shapes(run) == Shapes{"(0, 1) (1000, 1) (1000, 10) (2000, 10)", "(0, 1) (2000, 1)",
                                "(0, 10) (1000, 10) (1000, 1) (2000, 1)"});
  }

  TEST_CASE("peer defect: bad group indices pass silently") {
    const auto with_select = [](const std::string& select) {
      return run_pattern(
          "{type: long, assemblies: a, stop: 2 s, on_time: 1 s, select: " + select + ", rates: {burst: 1}}",
          equal_groups(3, 1));
    };
    const auto beyond = with_select("[0, 3]");
    CHECK(beyond.rates.empty());
    REQUIRE(has_code(beyond.diagnostics, "assembly.no-such-group"));
    CHECK(beyond.diagnostics.items().front().loc.column == 66);
    CHECK(messages(beyond.diagnostics).find("3 groups, numbered from 0") != std::string::npos);
    CHECK(has_code(with_select("[-1]").diagnostics, "assembly.no-such-group"));
    CHECK(has_code(with_select("[1, 1]").diagnostics, "pattern.group-twice"));
    CHECK(has_code(with_select("[]").diagnostics, "pattern.empty-select"));
    CHECK(with_select("[0.5]").definition == nullptr);
  }

  TEST_CASE("short: slots of every on-time drive the groups one after the other") {
    const auto run = run_pattern(
        "{type: short, assemblies: a, stop: 3 s, on_time: 1 s, off_time: 0.5 s, rates: {burst: 50, off: 2, silent: 1}}",
        equal_groups(2, 1));
    CHECK(shapes(run) ==
          Shapes{"(0, 50) (500, 50) (500, 2) (1000, 2) (1000, 1) (1500, 1) (1500, 50) (2000, 50) (2000, 2) "
                 "(2500, 2) (2500, 1) (3000, 1)",
                 "(0, 2) (500, 2) (500, 50) (1000, 50) (1000, 1) (1500, 1) (1500, 2) (2000, 2) (2000, 50) "
                 "(2500, 50) (2500, 1) (3000, 1)"});
  }

  TEST_CASE("short: rounds may be fractional; slots are ceil(rounds × groups)") {
    const auto run = run_pattern(
        "{type: short, assemblies: a, stop: 1 s, on_time: 0.9 s, off_time: 0.1 s, rounds: 1.5, rates: {burst: 50}}",
        equal_groups(2, 1));
    CHECK(shapes(run) == Shapes{"(0, 50) (300, 50) (300, 0) (600, 0) (600, 50) (900, 50) (900, 0) (1000, 0)",
                                "(0, 0) (300, 0) (300, 50) (600, 50) (600, 0) (1000, 0)"});
    // 1.1 × 10 groups are 11 slots, although the product of doubles is above 11.
    const auto eleven =
        run_pattern("{type: short, assemblies: a, stop: 1.1 s, on_time: 1.1 s, rounds: 1.1, rates: {burst: 50}}",
                    equal_groups(10, 1));
    CHECK(shapes(eleven)[0] == "(0, 50) (100, 50) (100, 0) (1000, 0) (1000, 50) (1100, 50)");
    CHECK(shapes(eleven)[9] == "(0, 0) (900, 0) (900, 50) (1000, 50) (1000, 0) (1100, 0)");
  }

  TEST_CASE("short: selected groups only; fewer slots than groups is warned of") {
    const auto run = run_pattern(
        "{type: short, assemblies: a, stop: 1 s, on_time: 1 s, select: [2, 1], rounds: 0.5, rates: {burst: 50, off: "
        "3}}",
        equal_groups(3, 1));
    CHECK(shapes(run) == Shapes{"(0, 3) (1000, 3)", "(0, 3) (1000, 3)", "(0, 50) (1000, 50)"});
    CHECK(has_code(run.diagnostics, "pattern.group-without-turn"));
    CHECK(run_pattern("{type: short, assemblies: a, stop: 1 s, on_time: 1 s, rounds: 0, rates: {burst: 50}}", {{1}})
              .definition == nullptr);
  }

  TEST_CASE("ramp: from, linear, to; by default over the whole on-time") {
    const auto whole = run_pattern(
        "{type: ramp, assemblies: a, stop: 1.5 s, on_time: 1 s, off_time: 0.5 s, rates: {from: 10, to: 60, silent: 1}}",
        equal_groups(1, 1));
    CHECK(shapes(whole) == Shapes{"(0, 10) (1000, 60) (1000, 1) (1500, 1)"});
    const auto part = run_pattern(
        "{type: ramp, assemblies: a, stop: 1 s, on_time: 1 s, ramp: {start: 0.2 s, stop: 0.7 s}, rates: {from: 60, to: "
        "10}}",
        equal_groups(1, 1));
    CHECK(shapes(part) == Shapes{"(0, 60) (200, 60) (700, 10) (1000, 10)"});
    const auto step = run_pattern(
        "{type: ramp, assemblies: a, stop: 1 s, on_time: 1 s, ramp: {start: 0.2 s, stop: 0.2 s}, rates: {from: 60, to: "
        "10}}",
        equal_groups(1, 1));
    CHECK(shapes(step) == Shapes{"(0, 60) (200, 60) (200, 10) (1000, 10)"});
  }

  TEST_CASE("ramp: times outside the on-time are refused") {
    const auto code = [](const std::string& ramp) {
      const auto run = run_pattern(
          "{type: ramp, assemblies: a, stop: 1 s, on_time: 1 s, rates: {from: 1, to: 2}, ramp: " + ramp + "}", {{1}});
      CHECK(run.definition == nullptr);
      return run.diagnostics.items().empty() ? std::string() : run.diagnostics.items().front().code;
    };
    CHECK(code("{start: -0.1 s}") == "pattern.ramp-outside");
    CHECK(code("{stop: 1.1 s}") == "pattern.ramp-outside");
    CHECK(code("{start: 1.1 s}") == "pattern.ramp-outside");
    CHECK(code("{start: 0.6 s, stop: 0.5 s}") == "pattern.ramp-backwards");
  }

  // Peers pad a short tuple of rates on the left, so that ramp(50) puts 50 Hz into the silence.
  TEST_CASE("peer defect: missing rates are padded, not reported") {
    const auto run = run_pattern("{type: ramp, assemblies: a, stop: 1 s, on_time: 1 s, rates: {from: 50}}", {{1}});
    CHECK(run.definition == nullptr);
    CHECK(messages(run.diagnostics).find("'rates.to'") != std::string::npos);
    CHECK(run_pattern("{type: ramp, assemblies: a, stop: 1 s, on_time: 1 s, rates: [50]}", {{1}}).definition ==
          nullptr);
  }

  TEST_CASE("peer defect: a rate that is not a number hangs") {
    for (const char* rate : {"nan", ".nan Hz", "inf", "-1 Hz", "1e999"}) {
      const auto run = run_pattern(
          std::string("{type: long, assemblies: a, stop: 1 s, on_time: 1 s, rates: {burst: ") + rate + "}}", {{1}});
      CHECK(run.definition == nullptr);
    }
  }

  TEST_CASE("fade: the first of a pair fades out while the second fades in") {
    const auto run = run_pattern(
        "{type: fade, assemblies: a, stop: 2 s, on_time: 1 s, ramp: {start: 0.5 s},"
        " rates: {out: {from: 50, to: 5}, in: {from: 2, to: 40}, off: 1}}",
        equal_groups(4, 1));
    CHECK(shapes(run) == Shapes{"(0, 50) (500, 50) (1000, 5) (1000, 1) (2000, 1)",
                                "(0, 2) (500, 2) (1000, 40) (1000, 1) (2000, 1)",
                                "(0, 1) (1000, 1) (1000, 50) (1500, 50) (2000, 5)",
                                "(0, 1) (1000, 1) (1000, 2) (1500, 2) (2000, 40)"});
  }

  TEST_CASE("peer defect: fade has a hidden off rate") {
    const auto run = run_pattern(
        "{type: fade, assemblies: a, stop: 2 s, on_time: 1 s, select: [0, 2],"
        " rates: {out: {from: 50, to: 5}, in: {from: 2, to: 40}}}",
        equal_groups(3, 1));
    REQUIRE(run.rates.size() == 3);
    CHECK(run.rates[1].rate.total_intensity() == 0);
  }

  TEST_CASE("fade: an odd number of groups is an error") {
    const auto run = run_pattern(
        "{type: fade, assemblies: a, stop: 2 s, on_time: 1 s, rates: {out: {from: 50, to: 5}, in: {from: 2, to: 40}}}",
        equal_groups(3, 1));
    CHECK(run.rates.empty());
    CHECK(has_code(run.diagnostics, "pattern.odd-groups"));
  }

  TEST_CASE("loop: straight lines through the points, steps where two share a time, on-times fitted") {
    const auto run = run_pattern(
        "{type: loop, assemblies: a, stop: 3.5 s, off_time: 1 s, rates: {silent: 1},"
        " points: [{at: 0 s, rate: 10}, {at: 0.5 s, rate: 20}, {at: 0.5 s, rate: 0}, {at: 1 s, rate: 0}]}",
        equal_groups(1, 1));
    CHECK(shapes(run) ==
          Shapes{"(0, 10) (500, 20) (500, 0) (1000, 0) (1000, 1) (2000, 1) (2000, 10) (2500, 20) (2500, 0) (3000, 0) "
                 "(3000, 1) (3500, 1)"});
    const auto fitted = run_pattern(
        "{type: loop, assemblies: a, stop: 3.5 s, off_time: 1 s, fit: cycle, points: [{at: 0, rate: 10}, {at: 1 s, "
        "rate: 10}]}",
        equal_groups(1, 1));
    CHECK(shapes(fitted) == Shapes{"(0, 10) (1000, 10) (1000, 0) (3500, 0)"});
  }

  TEST_CASE("loop: groups take turns and get off otherwise") {
    const auto run = run_pattern(
        "{type: loop, assemblies: a, stop: 2 s, rates: {off: 3}, points: [{at: 0, rate: 10}, {at: 1 s, rate: 20}]}",
        equal_groups(2, 1));
    CHECK(shapes(run) == Shapes{"(0, 10) (1000, 20) (1000, 3) (2000, 3)", "(0, 3) (1000, 3) (1000, 10) (2000, 20)"});
  }

  TEST_CASE("loop: points that draw no profile are refused") {
    for (const char* points :
         {"[]", "[{at: 0, rate: 1}]", "[{at: 0.1 s, rate: 1}, {at: 1 s, rate: 1}]",
          "[{at: 0, rate: 1}, {at: 1 s, rate: 1}, {at: 0.5 s, rate: 1}]", "[{at: 0, rate: 1}, {at: 0, rate: 2}]",
          "[{at: 0, rate: 1}, {at: 1 s, rate: 1}, {at: 1 s, rate: 2}, {at: 1 s, rate: 3}]",
          "[{at: 0, rate: 1}, {at: 1 s, rat: 1}]", "[{at: 0, rate: 1}, 5]", "{at: 0, rate: 1}", "7"}) {
      CAPTURE(points);
      const auto run =
          run_pattern(std::string("{type: loop, assemblies: a, stop: 3 s, points: ") + points + "}", {{1}});
      CHECK(run.definition == nullptr);
      CHECK(run.diagnostics.has_errors());
    }
  }

  TEST_CASE("read: type, set, stream and process of an entry") {
    const auto run = run_pattern(
        "{type: long, assemblies: thal, stop: 1 s, on_time: 1 s, rates: {burst: 1}, stream: frozen, process: poisson}",
        {{1}});
    REQUIRE(run.definition != nullptr);
    CHECK(run.definition->assemblies == "thal");
    CHECK(run.definition->stream == "frozen");
    REQUIRE(run.definition->process != nullptr);
    CHECK(run.definition->process->text == "poisson");
    const auto plain = run_pattern("{type: long, assemblies: thal, stop: 1 s, on_time: 1 s, rates: {burst: 1}}", {{1}});
    REQUIRE(plain.definition != nullptr);
    CHECK(plain.definition->stream == "tone");
    CHECK(plain.definition->process == nullptr);
  }

  TEST_CASE("read: an unknown type or key is reported with the nearest name") {
    CHECK(messages(run_pattern("{type: lnog}", {{1}}).diagnostics).find("did you mean 'long'") != std::string::npos);
    CHECK(has_code(run_pattern("{on_time: 1 s}", {{1}}).diagnostics, "recipe.missing-key"));
    Entry list;
    list.name = "list";
    list.body = *parse_yaml("{list: [1, 2]}").find("list");
    Diagnostics diagnostics;
    CHECK(read_pattern(list, Value(), {}, diagnostics) == nullptr);
    CHECK(has_code(diagnostics, "recipe.wrong-type"));
    const auto typo = run_pattern(
        "{type: ramp, assemblies: a, stop: 1 s, on_time: 1 s, rates: {from: 1, tto: 20}, ramp: {begin: 0 s}}", {{1}});
    CHECK(typo.definition == nullptr);
    CHECK(messages(typo.diagnostics).find("did you mean 'to'") != std::string::npos);
    CHECK(messages(typo.diagnostics).find("'begin'") != std::string::npos);
  }

  TEST_CASE("read: defaults of the section reach the kinds that have the key") {
    Diagnostics diagnostics;
    const Value defaults = parse_yaml("{assemblies: a, on_time: 1 s, off_time: 0.5 s, rates: {off: 3 Hz}}");
    const auto loop = read_pattern(parse_entry("l", "{type: loop, points: [{at: 0, rate: 1}, {at: 2 s, rate: 1}]}"),
                                   defaults, {0, 9000.0}, diagnostics);
    const auto ramp =
        read_pattern(parse_entry("r", "{type: ramp, rates: {from: 1, to: 2}}"), defaults, {0, 9000.0}, diagnostics);
    CHECK(messages(diagnostics) == "");
    REQUIRE(loop != nullptr);
    REQUIRE(ramp != nullptr);
    const std::vector<NodeId> nodes{1};
    Streams streams;
    const auto rates = ramp->pattern->rates({{"0", "1"}, {nodes, nodes}}, streams, diagnostics);
    CHECK(rates[1].rate.rate_at(500) == 3);
  }
}
