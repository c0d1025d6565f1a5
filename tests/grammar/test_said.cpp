// The canonical form of what a recipe says: one meaning has one text, two meanings have two.
#include <doctest/doctest.h>

#include <array>

#include "recipe/recipe_text.hpp"

namespace stimgen {
namespace {

using testing::parsed;
using Keys = std::vector<std::pair<std::string, std::string>>;

constexpr std::array kRateInside{
    FieldDoc{"mean", "rate", "Hz", "", "Mean.", "20 Hz", {}, "stdev"},
    FieldDoc{"stdev", "rate", "Hz", "", "Spread.", "2 Hz", {}, "mean"},
};
constexpr std::array kOperators{FieldDoc{"$gt", "literal", "", "none", "Greater than.", "4"}};
constexpr std::array kSourceInside{FieldDoc{"file", "path", "", "", "A file.", "a.h5"},
                                   FieldDoc{"shift", "time", "s", "0 s", "Added.", "1 s"}};
constexpr std::array kTable{
    FieldDoc{"rates", "group-rates", "Hz", "none", "Rates by group.", "{PN: 5 Hz}", kRateInside},
    FieldDoc{"where", "where", "", "none", "A condition.", "{layer: {$gt: 4}}", kOperators},
    FieldDoc{"from", "combine-sources", "", "none", "Sources.", "[a]", kSourceInside},
    FieldDoc{"csv", "path", "", "none", "A file.", "a.csv"},
    FieldDoc{"texts", "texts", "", "none", "Texts.", "[a, b]"},
    FieldDoc{"property", "text", "", "none", "A text.", "a"},
    FieldDoc{"ramp.start", "time", "s", "0 s", "Start.", "0.1 s"},
    FieldDoc{"fit", "choice: cycle | on_time", "", "cycle", "Fit.", "cycle"},
    FieldDoc{"stop", "time", "s", "<time.stop>", "Stop.", "1 s"},
    FieldDoc{"process", "process", "", "none", "Process.", "poisson"},
};

// What a reader says that reads the keys which the text has, and `besides`.
Said said(const std::string& text, std::initializer_list<std::string_view> besides = {}) {
  const Value body = parsed(text);
  Diagnostics diagnostics;
  Fields fields(body, "the test", {kTable}, diagnostics);
  for (const FieldDoc& doc : kTable) {
    if (fields.has(doc.name)) fields.value(doc.name);
  }
  for (const std::string_view name : besides) fields.value(name);
  CHECK(fields.ok());
  return fields.said();
}

TEST_SUITE("grammar") {
  TEST_CASE("one meaning is said in one way, whatever its spelling") {
    const Keys one = said("rates: {PN: {mean: 5 Hz, stdev: 500 Hz}}\nramp: {start: 0.5 s}\ntexts: [a]\n").keys;
    CHECK(one ==
          Keys{{"ramp.start", "500 ms"}, {"rates.PN.mean", "5 Hz"}, {"rates.PN.stdev", "500 Hz"}, {"texts", "[a]"}});
    CHECK(said("texts: a\nramp:\n  start: '500 ms'\nrates: {PN: [5, 0.5 kHz]}\n").keys == one);
    CHECK(said("texts: [\"a\"]\nrates:\n  PN:\n    stdev: 5e2\n    mean: 0.005kHz\nramp: {start: 500000 us}\n").keys ==
          one);
  }

  TEST_CASE("two meanings are never said in one way") {
    const std::vector<std::string> meanings = {
        "texts: [a, b]\n",
        "texts: ['a, b']\n",
        "texts: ['[a, b]']\n",
        "texts: ['a', '']\n",
        "rates: {PN: {mean: 5 Hz, stdev: 6 Hz}}\n",
        "rates: {PN.mean: 5 Hz, PN.stdev: 6 Hz}\n",
        "rates: {'\"PN\"': {mean: 5 Hz, stdev: 6 Hz}}\n",
        "where: {a: 7}\n",
        "where: {a: '7'}\n",
        "where: {a: 7.0}\n",
        "where: {a: [7]}\n",
        "where: {a: {$gt: 7}}\n",
        "where: {a.$gt: 7}\n",
        "where: {a: '\"7\"'}\n",
        "property: 1e3\n",
        "property: 1000.0\n",
        "property: a\nfit: cycle\n",
        "property: \"a\\nfit = cycle\"\n",
    };
    for (std::size_t i = 0; i < meanings.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        CHECK_MESSAGE(said(meanings[i]).keys != said(meanings[k]).keys, meanings[i], meanings[k]);
      }
    }
  }

  TEST_CASE("a group may be called like a key") {
    for (const char* name : {"csv", "file", "property", "values", "distribution", "mean"}) {
      const Said read = said(std::string("rates: {") + name + ": 0.005 kHz}\n");
      CHECK(read.keys == Keys{{std::string("rates.") + name, "5 Hz"}});
      CHECK(read.files.empty());
    }
  }

  TEST_CASE("what was read is said with its default, what was not read is not") {
    CHECK(said("{}", {"ramp.start", "fit", "stop", "csv"}).keys == Keys{{"fit", "cycle"}, {"ramp.start", "0 s"}});
    const Value body = parsed("property: a\nfit: on_time\n");
    Diagnostics diagnostics;
    Fields fields(body, "the test", {kTable}, diagnostics);
    CHECK(fields.text("property") == "a");
    CHECK(fields.said().keys == Keys{{"property", "a"}});
    CHECK(fields.choice("fit") == "on_time");
    CHECK(fields.said().keys == Keys{{"fit", "on_time"}, {"property", "a"}});
  }

  TEST_CASE("paths lead to files, and say nothing of the machine") {
    const Said read = said("csv: ./sub/../a.csv\nfrom: [task, {file: /data/rec.h5, shift: 20 ms}]\n");
    CHECK(read.keys ==
          Keys{{"csv", "a.csv"}, {"from.0", "task"}, {"from.1.file", "rec.h5"}, {"from.1.shift", "20 ms"}});
    std::vector<std::string> files;
    for (const auto& file : read.files) files.push_back(file.path.generic_string());
    CHECK(files == std::vector<std::string>{"folder/a.csv", "/data/rec.h5"});
  }

  TEST_CASE("a point process is said by its name, its keys by what reads them") {
    CHECK(said("process: poisson\n").keys == said("process: {poisson: {}}\n").keys);
    Said outer = said("process: {gamma: {shape: 2}}\n");
    CHECK(outer.keys == Keys{{"process", "gamma"}});
    outer.add("process", said("property: a\n"));
    CHECK(outer.keys == Keys{{"process", "gamma"}, {"process.property", "a"}});
  }

  TEST_CASE("defaults are looked at inside, too, but not where an entry has said what is wrong") {
    const Value defaults = parsed("rates: {PN: {meen: 5 Hz, stdev: 5 ms}}\nwhere: {a: {$gt: [1]}}\n");
    Diagnostics diagnostics;
    check_defaults(defaults, "backgrounds", {kTable}, diagnostics);
    CHECK(testing::brief(diagnostics) ==
          "recipe.unknown-key @1:14+4 no entry of 'backgrounds' can take the default 'rates.PN.meen' | did you mean "
          "'mean'?\n"
          "recipe.wrong-unit @1:33+4 '5 ms' is a time, but rates.PN.stdev is a rate | write 5 Hz\n"
          "recipe.wrong-type @2:18+1 where.a.$gt is a text, not a list");
    Diagnostics known;
    known.error(defaults.find("rates")->find("PN")->find("stdev")->loc, "recipe.wrong-unit", "in other words");
    check_defaults(defaults, "backgrounds", {kTable}, known);
    CHECK(known.error_count() == 3);
  }
}

}  // namespace
}  // namespace stimgen
