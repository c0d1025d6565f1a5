// The strict reader of one mapping: everything that is wrong with it, in one go.
#include <doctest/doctest.h>

#include <array>
#include <stdexcept>

#include "recipe/recipe_text.hpp"

namespace stimgen {
namespace {

using testing::brief;
using testing::parsed;

constexpr std::array kCommon{
    FieldDoc{"assemblies", "name", "", "", "The set.", "thalamus_groups"},
    FieldDoc{"on_time", "time", "s", "1 s", "The on-time.", "0.5 s"},
    FieldDoc{"rates.off", "rate", "Hz", "0 Hz", "Off.", "2 Hz"},
};
constexpr std::array kShort{
    FieldDoc{"rates.burst", "rate", "Hz", "", "Burst.", "50 Hz"},
    FieldDoc{"ramp.start", "time", "s", "<start of the on-time>", "Start.", "0.1 s"},
    FieldDoc{"direction", "choice: join | quit", "", "join", "Which way.", "quit"},
    FieldDoc{"select", "integers", "", "<all>", "Groups.", "[2, 0]"},
    FieldDoc{"csv", "paths", "", "none", "Files.", "a.csv"},
    FieldDoc{"low", "fraction", "", "0.25", "Share.", "0.2"},
    FieldDoc{"steps", "count", "", "20", "Steps.", "20"},
};

Fields read(const Value& value, Diagnostics& diagnostics) {
  return Fields(value, "'short' pattern", {kCommon, kShort}, diagnostics);
}

TEST_SUITE("grammar") {
  TEST_CASE("values, fallbacks and absent keys") {
    const Value root =
        parsed("assemblies: groups\nrates: {burst: 0.5 kHz}\nselect: [2, 0]\ncsv: [a.csv, /b.csv]\ndirection: quit\n");
    Diagnostics diagnostics;
    Fields fields = read(root, diagnostics);
    CHECK(fields.name("assemblies") == "groups");
    CHECK(fields.rate_hz("rates.burst") == 500);
    CHECK(fields.time_ms("on_time") == 1000);
    CHECK(fields.rate_hz("rates.off") == 0);
    CHECK(fields.fraction("low") == 0.25);
    CHECK(fields.count("steps") == 20);
    CHECK(fields.integers("select") == std::vector<std::int64_t>{2, 0});
    CHECK(fields.paths("csv") == std::vector<std::filesystem::path>{"folder/a.csv", "/b.csv"});
    CHECK(fields.choice("direction") == "quit");
    CHECK_FALSE(fields.optional_time_ms("ramp.start"));
    CHECK(fields.has("rates.burst"));
    CHECK_FALSE(fields.has("rates.off"));
    CHECK(fields.loc("rates.burst").column == 16);
    CHECK(fields.loc("rates.off").line == root.loc.line);
    CHECK(fields.unread().empty());
    CHECK(fields.ok());
  }

  TEST_CASE("all mistakes of a mapping are shown together, in order") {
    const Value root = parsed(
        "assemblys: groups\n"
        "on_time: 50 Hz\n"
        "rates: {brust: 50 Hz, off: -1}\n"
        "ramp: 3\n"
        "direction: qit\n"
        "burst: 5 Hz\n"
        "steps: 0\n"
        "select: [1, x]\n"
        "csv:\n"
        "low: 90\n");
    Diagnostics diagnostics;
    Fields fields = read(root, diagnostics);
    fields.name("assemblies");
    fields.time_ms("on_time");
    fields.rate_hz("rates.burst");
    fields.rate_hz("rates.off");
    fields.choice("direction");
    fields.count("steps");
    CHECK(fields.integers("select") == std::vector<std::int64_t>{1});
    CHECK(fields.paths("csv").empty());
    fields.fraction("low");
    CHECK(fields.unread() == std::vector<std::string>{"ramp.start"});
    CHECK_FALSE(fields.ok());
    CHECK(render(diagnostics) ==
          R"(r.yaml:1:1: error: 'short' pattern has no key 'assemblys' [recipe.unknown-key]
    1 | assemblys: groups
      | ^~~~~~~~~
      = help: did you mean 'assemblies'?
r.yaml:2:10: error: '50 Hz' is a rate, but on_time is a time [recipe.wrong-unit]
    2 | on_time: 50 Hz
      |          ^~~~~
      = help: write 50 s or 50 ms
r.yaml:3:9: error: 'rates' has no key 'brust' [recipe.unknown-key]
    3 | rates: {brust: 50 Hz, off: -1}
      |         ^~~~~
      = help: did you mean 'burst'?
r.yaml:3:28: error: '-1' is negative, but rates.off is a rate [recipe.out-of-range]
    3 | rates: {brust: 50 Hz, off: -1}
      |                            ^~
      = help: a rate is 0 Hz or more
r.yaml:4:7: error: 'ramp' is a mapping of keys, not the number 3 [recipe.wrong-type]
    4 | ramp: 3
      |       ^
      = help: write ramp: {start: …}
r.yaml:5:12: error: direction is join or quit, not 'qit' [recipe.unknown-choice]
    5 | direction: qit
      |            ^~~
      = help: did you mean 'quit'?
r.yaml:6:1: error: 'short' pattern has no key 'burst' [recipe.unknown-key]
    6 | burst: 5 Hz
      | ^~~~~
      = help: write rates: {burst: …}
r.yaml:7:8: error: steps is 0, but it counts from 1 [recipe.out-of-range]
    7 | steps: 0
      |        ^
r.yaml:8:13: error: select is a whole number, not 'x' [recipe.wrong-type]
    8 | select: [1, x]
      |             ^
      = help: write a whole number, such as 3
r.yaml:9:1: error: 'csv' has no value [recipe.no-value]
    9 | csv:
      | ^~~
      = help: write a value, or remove the key
r.yaml:10:6: error: low is a number from 0 to 1, not '90' [recipe.out-of-range]
   10 | low: 90
      |      ^~
      = help: 90 % is 0.9
11 errors
)");
  }

  TEST_CASE("a far name gets the list of keys, a dotted one the nested spelling") {
    Diagnostics diagnostics;
    const Value root = parsed("assemblies: a\nrates: {burst: 1, colour: 2}\nrates.off: 3\n");
    Fields fields = read(root, diagnostics);
    CHECK(brief(diagnostics) ==
          "recipe.unknown-key @2:19+6 'rates' has no key 'colour' | its keys are off, burst\n"
          "recipe.unknown-key @3:1+9 'short' pattern has no key 'rates.off' with a dot in it | write rates: {off: …}");
  }

  TEST_CASE("a nested mapping that is missing altogether is missed at the mapping around it") {
    Diagnostics diagnostics;
    const Value root = parsed("assemblies: a\n");
    Fields fields = read(root, diagnostics);
    CHECK(brief(diagnostics) ==
          "recipe.missing-key @1:1+1 'short' pattern needs 'rates.burst' (a rate in Hz, e.g. 50 Hz)");
  }

  TEST_CASE("what is no mapping is reported once and reads as empty") {
    Diagnostics diagnostics;
    const Value root = parsed("x: [1]\n");
    Fields fields = read(*root.find("x"), diagnostics);
    CHECK(fields.rate_hz("rates.burst") == 0);
    CHECK(brief(diagnostics) ==
          "recipe.wrong-type @1:4+1 'short' pattern is a mapping of keys, not a list"
          " | its keys are assemblies, on_time, rates, ramp, …");
  }

  TEST_CASE("reading what no table declares is a mistake of ours") {
    Diagnostics diagnostics;
    const Value root = parsed("assemblies: a\nrates: {burst: 1}\n");
    Fields fields = read(root, diagnostics);
    CHECK_THROWS_AS(fields.text("colour"), std::logic_error);
  }

  TEST_CASE("defaults go under an entry as far as its kind has the keys") {
    const Value defaults = parsed("on_time: 2 s\nrates: {off: 1 Hz, from: 3 Hz}\nsteps: 5\nfade_only: 1\n");
    Entry entry{"a", {}, parsed("assemblies: a\nrates: {burst: 9 Hz}\nsteps: 7\n")};
    const Value merged = with_defaults(entry, defaults, {kCommon, kShort});
    CHECK(merged.find("on_time")->text == "2 s");
    CHECK(merged.find("rates")->find("off")->text == "1 Hz");
    CHECK(merged.find("rates")->find("burst")->text == "9 Hz");
    CHECK(merged.find("rates")->find("from") == nullptr);
    CHECK(merged.find("steps")->text == "7");
    CHECK(merged.find("fade_only") == nullptr);
    Diagnostics diagnostics;
    Fields fields = read(merged, diagnostics);
    CHECK(fields.ok());

    Entry empty{"b", {}, {}};
    CHECK(with_defaults(empty, defaults, {kCommon, kShort}).find("on_time")->text == "2 s");
    CHECK(with_defaults(empty, {}, {kCommon}).is_mapping());
  }

  TEST_CASE("a default that no kind has applies to nothing and is an error") {
    const Value defaults = parsed("on_tme: 2 s\nrates: {of: 1 Hz, from: 3 Hz}\n");
    Diagnostics diagnostics;
    check_defaults(defaults, "patterns", {kCommon, kShort}, diagnostics);
    CHECK(brief(diagnostics) ==
          "recipe.unknown-key @1:1+6 no entry of 'patterns' can take the default 'on_tme' | did you mean 'on_time'?\n"
          "recipe.unknown-key @2:9+2 no entry of 'patterns' can take the default 'rates.of' | did you mean 'off'?\n"
          "recipe.unknown-key @2:19+4 no entry of 'patterns' can take the default 'rates.from'"
          " | keys that entries have: off, burst");
  }
}

}  // namespace
}  // namespace stimgen
