// The top level: include, --set, variables, defaults, seeds, time, output.
#include <doctest/doctest.h>

#include "recipe/recipe_text.hpp"
#include "stimgen/recipe.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using testing::brief;
using testing::TempFolder;

// Files in a folder of their own and what loading one of them says, with the folder's path removed.
class Recipes {
 public:
  Recipes& file(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    testing::write_text(folder_ / name, text);
    return *this;
  }
  Recipe load(const std::vector<std::string>& sets = {}, const std::string& name = "r.yaml") {
    LoadOptions options;
    options.sets = sets;
    diagnostics_ = {};
    try {
      return load_recipe(folder_ / name, options, diagnostics_);
    } catch (const InputError& error) {
      diagnostics_ = error.diagnostics();
      return {};
    }
  }
  std::string said(const std::vector<std::string>& sets = {}) {
    load(sets);
    return shorten(brief(diagnostics_));
  }
  std::string rendered(const std::vector<std::string>& sets = {}) {
    load(sets);
    return shorten(render(diagnostics_));
  }
  const TempFolder& folder() const { return folder_; }
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  std::string shorten(std::string text) const {
    const std::string path = folder_.path().string() + "/";
    for (std::size_t at; (at = text.find(path)) != std::string::npos;) text.erase(at, path.size());
    return text;
  }
  TempFolder folder_;
  Diagnostics diagnostics_;
};

constexpr const char* kHead = "stimgen: 1\nseeds: 7\n";

TEST_SUITE("recipe") {
  TEST_CASE("the typed top level and its defaults") {
    Recipes recipes;
    const Recipe plain = recipes.file("r.yaml", kHead).load();
    CHECK(recipes.diagnostics().items().empty());
    CHECK(plain.name == "r");
    CHECK(plain.seeds.network == 7);
    CHECK(plain.seeds.spikes == 7);
    CHECK(plain.start_ms == 0.0);
    CHECK_FALSE(plain.stop_ms);
    CHECK(plain.output.directory == recipes.folder() / "stimulus");
    CHECK(plain.output.sort == SpikeOrder::by_id);
    CHECK(plain.output.compression == Compression::none);
    CHECK(plain.output.level == 4);
    CHECK(plain.output.resolution_ms == 0);
    CHECK_FALSE(plain.output.max_spikes);

    const Recipe full = recipes
                            .file("r.yaml",
                                  "stimgen: 1\nname: tone\nseeds: {network: 18446744073709551615, spikes: 2}\n"
                                  "time: {start: 500 ms, stop: 15}\n"
                                  "output: {directory: out/x, sort: by_time, compression: gzip, level: 9, "
                                  "resolution: 0.1 ms, max_spikes: 1e6, max_bytes: 5}\n")
                            .load();
    CHECK(recipes.diagnostics().items().empty());
    CHECK(full.name == "tone");
    CHECK(full.seeds.network == 18446744073709551615U);
    CHECK(full.start_ms == 500.0);
    CHECK(full.stop_ms == 15000.0);
    CHECK(full.output.directory == recipes.folder() / "out/x");
    CHECK(full.output.directory_text == "out/x");
    CHECK(full.output.sort == SpikeOrder::by_time);
    CHECK(full.output.compression == Compression::gzip);
    CHECK(full.output.level == 9);
    CHECK(full.output.resolution_ms == 0.1);
    CHECK(full.output.max_spikes == 1000000U);
    CHECK(full.output.max_bytes == 5U);
  }

  TEST_CASE("mistakes of the top level are shown together") {
    Recipes recipes;
    recipes.file("r.yaml",
                 "stimgen: 1\n"
                 "sedes: 7\n"
                 "time: {start: 2 s, stop: 1 s}\n"
                 "output: {sort: by_node, level: 12, resolution: 0}\n"
                 "defaults: {pattern: {}}\n"
                 "sweep: {burst: [1, 2]}\n"
                 "backgrounds:\n  2nd: {}\n  both: {}\n"
                 "combine:\n  both: {}\n");
    CHECK(recipes.rendered() ==
          R"(r.yaml:2:1: error: the recipe has no key 'sedes' [recipe.unknown-key]
    2 | sedes: 7
      | ^~~~~
      = help: did you mean 'seeds'?
r.yaml:3:26: error: time.stop (1 s) is not after time.start (2 s) [recipe.empty-window]
    3 | time: {start: 2 s, stop: 1 s}
      |                          ^~~
r.yaml:4:16: error: sort is by_id or by_time, not 'by_node' [recipe.unknown-choice]
    4 | output: {sort: by_node, level: 12, resolution: 0}
      |                ^~~~~~~
r.yaml:4:32: error: level is a whole number from 1 to 9, not 12 [recipe.out-of-range]
    4 | output: {sort: by_node, level: 12, resolution: 0}
      |                                ^~
r.yaml:4:48: error: resolution is a time above 0, or none, not 0 s [recipe.out-of-range]
    4 | output: {sort: by_node, level: 12, resolution: 0}
      |                                                ^
r.yaml:5:12: error: 'defaults' has no key 'pattern' [recipe.unknown-key]
    5 | defaults: {pattern: {}}
      |            ^~~~~~~
      = help: did you mean 'patterns'?
r.yaml:6:1: error: sweeps are not part of this version [recipe.not-yet]
    6 | sweep: {burst: [1, 2]}
      | ^~~~~
      = help: run the recipe once for each value: --set vars.name=value --output DIR
r.yaml:8:3: error: '2nd' is not a name [recipe.bad-name]
    8 |   2nd: {}
      |   ^~~
      = help: a name starts with a letter or _ and goes on with letters, digits, _ . or -
r.yaml:11:3: error: two tasks are called 'both' [recipe.duplicate-name]
   11 |   both: {}
      |   ^~~~
      = help: backgrounds, patterns and combinations share their names: rename one
r.yaml:9:3: note: the other is here
    9 |   both: {}
      |   ^~~~
9 errors
)");
  }

  TEST_CASE("the format version") {
    Recipes recipes;
    CHECK(
        recipes.file("r.yaml", "stimgen: 2\nsomething: new\n").said() ==
        "recipe.newer-format @1:10+1 this recipe has format 2, but this stimgen reads format 1 | use a newer stimgen");
    CHECK(recipes.file("r.yaml", "stimgen: 0\nseeds: 7\n").said() ==
          "recipe.bad-format @1:10+1 there is no recipe format 0 | write stimgen: 1");
    CHECK(recipes.file("r.yaml", "seeds: 7\n").said() ==
          "recipe.missing-key @1:1+1 the recipe needs 'stimgen' (the version of the recipe format, e.g. 1)");
  }

  TEST_CASE("seeds are whole numbers of 64 bits") {
    Recipes recipes;
    CHECK(recipes.file("r.yaml", "stimgen: 1\nseeds: -1\n").said() ==
          "recipe.out-of-range @2:8+2 '-1' is negative, but seeds is a whole number from 0 up");
    CHECK(recipes.file("r.yaml", "stimgen: 1\nseeds: 18446744073709551616\n").said() ==
          "recipe.out-of-range @2:8+20 '18446744073709551616' is too large | the largest whole number is "
          "18446744073709551615");
    CHECK(recipes.file("r.yaml", "stimgen: 1\nseeds: {network: 1}\n").said() ==
          "recipe.missing-key @2:8+1 'seeds' needs 'spikes' (a whole number from 0 up, e.g. 2)");
  }

  TEST_CASE("a section may be empty, and assemblies have names of their own") {
    Recipes recipes;
    const Recipe recipe =
        recipes.file("r.yaml", std::string(kHead) + "patterns:\nassemblies: {same: {}}\nbackgrounds: {same: {}}\n")
            .load();
    CHECK(recipes.diagnostics().items().empty());
    CHECK(recipe.patterns.entries.empty());
    CHECK(recipe.assemblies.entries.size() == 1);
    CHECK(recipe.backgrounds.entries[0].loc.column == 15);
  }

  TEST_CASE("a file that is missing, a folder, or not UTF-8") {
    Recipes recipes;
    recipes.load({}, "nope.yaml");
    CHECK(brief(recipes.diagnostics()).find("there is no file '") != std::string::npos);
    recipes.load({}, ".");
    CHECK(brief(recipes.diagnostics()).find("is a folder, not a file") != std::string::npos);
    CHECK(recipes.file("r.yaml", "a: \xff\n").said().find("recipe.encoding @1:4+1") == 0);
    CHECK(recipes.file("r.yaml", "\xef\xbb\xbfstimgen: 1\nseeds: 7\n").said().empty());
  }

  // ---- include ------------------------------------------------------------------------------------------------------

  TEST_CASE("included sections are merged, and their paths start at their own folder") {
    Recipes recipes;
    recipes.file("r.yaml", "stimgen: 1\ninclude: [sub/rates.yaml, seeds.yaml]\npatterns: {long: {}}\n")
        .file("sub/rates.yaml", "stimgen: 1\ninclude: more.yaml\npatterns: {short: {}}\noutput: {directory: here}\n")
        .file("sub/more.yaml", "time: {stop: 1 s}\ndefaults: {patterns: {a: 1}}\n")
        .file("seeds.yaml", "seeds: 5\ndefaults: {patterns: {b: 2}}\n");
    const Recipe recipe = recipes.load();
    CHECK(brief(recipes.diagnostics()).empty());
    CHECK(recipe.seeds.spikes == 5);
    CHECK(recipe.stop_ms == 1000.0);
    CHECK(recipe.patterns.entries.size() == 2);
    CHECK(recipe.patterns.defaults.members.size() == 2);
    CHECK(recipe.output.directory == recipes.folder() / "sub/here");
  }

  TEST_CASE("a key in two files is an error at both places") {
    Recipes recipes;
    recipes.file("r.yaml", std::string(kHead) + "include: b.yaml\npatterns:\n  long: {}\n")
        .file("b.yaml", "patterns:\n  long: {}\nseeds: 3\n");
    CHECK(recipes.rendered() ==
          R"(b.yaml:2:3: error: 'patterns.long' stands in two files [recipe.duplicate-key]
    2 |   long: {}
      |   ^~~~
      = help: remove or rename one of them
r.yaml:5:3: note: the other is here
    5 |   long: {}
      |   ^~~~
b.yaml:3:1: error: 'seeds' stands in two files [recipe.duplicate-key]
    3 | seeds: 3
      | ^~~~~
      = help: remove or rename one of them
r.yaml:2:1: note: the other is here
    2 | seeds: 7
      | ^~~~~
2 errors
)");
  }

  TEST_CASE("an empty section gives way to the other file's, an empty entry does not") {
    Recipes recipes;
    recipes.file("r.yaml", std::string(kHead) + "include: b.yaml\npatterns:\nbackgrounds: {x: }\n")
        .file("b.yaml", "patterns: {long: {}}\nbackgrounds: {x: {rate: 3}}\n");
    CHECK(recipes.rendered().find("'backgrounds.x' stands in two files") != std::string::npos);
    recipes.file("b.yaml", "patterns: {long: {}}\n");
    CHECK(recipes.load().patterns.entries.size() == 1);
  }

  TEST_CASE("files that include one another, or that are not there") {
    Recipes recipes;
    recipes.file("r.yaml", std::string(kHead) + "include: b.yaml\n")
        .file("b.yaml", "include: ./c.yaml\n")
        .file("c.yaml", "include: r.yaml\n");
    CHECK(recipes.said().find(
              "recipe.include-cycle @1:10+6 files include one another in a circle | r.yaml → b.yaml → ") == 0);
    CHECK(recipes.file("r.yaml", std::string(kHead) + "include: [no.yaml]\n").said() ==
          "file.unreadable @3:11+7 there is no file 'no.yaml' | paths start at the folder of the file that includes");
    CHECK(recipes.file("r.yaml", std::string(kHead) + "include: [\"${a}.yaml\"]\nvars: {a: b}\n")
              .said()
              .find("recipe.bad-include @3:11+11") == 0);
  }

  TEST_CASE("a file that two files include is merged once") {
    Recipes recipes;
    recipes.file("r.yaml", "stimgen: 1\ninclude: [a.yaml, b.yaml]\n")
        .file("a.yaml", "include: s.yaml\n")
        .file("b.yaml", "include: s.yaml\n")
        .file("s.yaml", "seeds: 9\n");
    CHECK(recipes.load().seeds.network == 9);
    CHECK(recipes.diagnostics().items().empty());
  }

  // ---- --set --------------------------------------------------------------------------------------------------------

  TEST_CASE("--set changes, adds, and makes mappings on the way") {
    Recipes recipes;
    recipes.file("r.yaml", std::string(kHead) +
                               "vars: {burst: 1 Hz}\npatterns: {long: {rates: {burst: \"${burst}\"}}, v1.2: {a: 1}}\n");
    const Recipe recipe = recipes.load({"vars.burst=80 Hz", "time.stop=2 s", "patterns.v1.2.a=[1, 2]", "name="});
    CHECK(brief(recipes.diagnostics()) ==
          "recipe.no-value @1:1+4 'name' has no value | write a value, or remove the key");
    CHECK(recipe.stop_ms == 2000.0);
    CHECK(recipe.patterns.entries[0].body.find("rates")->find("burst")->text == "80 Hz");
    CHECK(recipe.patterns.entries[1].body.find("a")->items.size() == 2);
  }

  TEST_CASE("mistakes in --set are shown in its own text") {
    Recipes recipes;
    recipes.file("r.yaml", kHead);
    CHECK(recipes.rendered({"time.stop=2 Hz"}) ==
          "--set:1:11: error: '2 Hz' is a rate, but stop is a time [recipe.wrong-unit]\n"
          "    1 | time.stop=2 Hz\n"
          "      |           ^~~~\n"
          "      = help: write 2 s or 2 ms\n"
          "1 error\n");
    CHECK(recipes.rendered({"seeds.network.x=1"}) ==
          "--set:1:1: error: 'seeds' is the number 7, so nothing in it can be set [recipe.bad-setting]\n"
          "    1 | seeds.network.x=1\n"
          "      | ^~~~~\n"
          "      = help: set 'seeds' as a whole\n"
          "r.yaml:2:8: note: it is written here\n"
          "    2 | seeds: 7\n"
          "      |        ^\n"
          "1 error\n");
    CHECK(recipes.said({"tme.stop=1"}) ==
          "recipe.unknown-key @1:1+8 the recipe has no key 'tme' | did you mean 'time'?");
    CHECK(recipes.said({"vars"}).find("recipe.bad-setting @1:1+4 a setting has a key, '=' and a value") == 0);
    CHECK(recipes.said({".x=1"}).find("recipe.bad-setting @1:1+2 '.x' is not the path of a key") == 0);
    CHECK(recipes.said({"include=x"}) == "recipe.bad-setting @1:1+7 'include' cannot be set");
    CHECK(recipes.said({"include.x=y"}) == "recipe.bad-setting @1:1+9 'include.x' cannot be set");
    CHECK(recipes.said({"time.stop=[1"}).find("recipe.yaml-syntax @1:11+1") == 0);
  }

  TEST_CASE("--output is relative to the working folder, and no file may stand there") {
    Recipes recipes;
    recipes.file("r.yaml", kHead).file("stimulus", "");
    CHECK(recipes.said() ==
          "recipe.bad-output @1:1+1 the output directory 'stimulus' is a file | name a folder, or one that does not "
          "exist yet");
    LoadOptions options;
    options.output_directory = "elsewhere";
    Diagnostics diagnostics;
    const Recipe recipe = load_recipe(recipes.folder() / "r.yaml", options, diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(recipe.output.directory == "elsewhere");
  }

  // ---- variables ----------------------------------------------------------------------------------------------------

  TEST_CASE("variables stand for whole values of any kind, and for parts of texts") {
    Recipes recipes;
    recipes.file("r.yaml", std::string(kHead) +
                               "vars: {n: 5, unit: Hz, half: \"${n}.5\", ids: [1, 2], where: {layer: \"${n}\"}}\n"
                               "networks: {a: \"${n} ${unit}\", b: ${half}x, c: $${n}, d: cost $5, e: \"${ids}\"}\n"
                               "backgrounds: {x: {where: \"${where}\", rate: \"${half}\"}}\n");
    recipes.file("r.yaml", std::string(kHead) +
                               "vars: {n: 5, unit: Hz, half: \"${n}.5\", ids: [1, 2], where: {layer: \"${n}\"}}\n"
                               "networks:\n  a: ${n} ${unit}\n  b: ${half}x\n  c: $${n}\n  d: cost $5\n  e: ${ids}\n"
                               "backgrounds: {x: {where: \"${where}\", rate: \"${half}\"}}\n");
    const Recipe recipe = recipes.load();
    CHECK(brief(recipes.diagnostics()).empty());
    CHECK(recipe.networks.find("a")->text == "5 Hz");
    CHECK(recipe.networks.find("b")->text == "5.5x");
    CHECK(recipe.networks.find("c")->text == "${n}");
    CHECK(recipe.networks.find("d")->text == "cost $5");
    CHECK(recipe.networks.find("e")->items.size() == 2);
    const Value& entry = recipe.backgrounds.entries[0].body;
    CHECK(entry.find("where")->find("layer")->text == "5");
    CHECK(testing::place(entry.find("where")->find("layer")->loc) == "10:26+10");
    CHECK_FALSE(entry.find("rate")->quoted);
    Diagnostics diagnostics;
    CHECK(read_rate_hz(*entry.find("rate"), diagnostics) == 5.5);
  }

  TEST_CASE("mistakes with variables") {
    Recipes recipes;
    const auto said = [&](const std::string& vars, const std::string& use) {
      return recipes.file("r.yaml", std::string(kHead) + "vars: " + vars + "\nname: " + use + "\n").said();
    };
    CHECK(said("{burst: 1}", "${brust} ${burst}") ==
          "recipe.unknown-variable @4:7+17 there is no variable 'brust' | did you mean 'burst'?\n"
          "recipe.unused-variable @3:8+5 nothing uses the variable 'burst'");
    CHECK(said("{}", "${x}") == "recipe.unknown-variable @4:7+4 there is no variable 'x' | define it: vars: {x: …}");
    CHECK(said("{a: \"${b}\", b: \"${c}\", c: \"${b}\"}", "${a}") ==
          "recipe.variable-cycle @3:33+6 the variable 'b' needs itself | b → c → b");
    CHECK(said("{a: [1]}", "x ${a}") ==
          "recipe.bad-variable @4:7+6 the variable 'a' is a list, which cannot be a part of a text");
    CHECK(said("{a: 1}", "${a + 1} ${a}").find("recipe.bad-variable @4:7+13 'a + 1' is not the name of a variable") ==
          0);
    CHECK(said("{a: 1}", "\"${a} ${a\"").find("recipe.bad-variable @4:7+10 '${a' has no closing '}'") == 0);
    CHECK(said("[1]", "x") ==
          "recipe.wrong-type @3:7+1 'vars' is a mapping of names to values, not a list | write vars: {name: value}");
  }

  TEST_CASE("a variable that nothing uses is a warning, and is still checked") {
    Recipes recipes;
    recipes.file("r.yaml", std::string(kHead) + "vars:\n  a: ${nope}\n  b: 1\n  c: ${b}\n");
    CHECK(recipes.said() ==
          "recipe.unused-variable @4:3+1 nothing uses the variable 'a'\n"
          "recipe.unknown-variable @4:6+7 there is no variable 'nope' | known names: a, b, c\n"
          "recipe.unused-variable @5:3+1 nothing uses the variable 'b'\n"
          "recipe.unused-variable @6:3+1 nothing uses the variable 'c'");
  }

  TEST_CASE("variables cannot make a recipe grow without end") {
    Recipes recipes;
    std::string texts = "vars:\n  a0: xxxxxxxxxx\n";
    std::string lists = "vars:\n  a0: [1, 1, 1, 1]\n";
    for (int i = 1; i < 40; ++i) {
      const std::string last = "${a" + std::to_string(i - 1) + "}";
      texts += "  a" + std::to_string(i) + ": " + last + last + last + "\n";
      lists += "  a" + std::to_string(i) + ": [\"" + last + "\", \"" + last + "\", \"" + last + "\"]\n";
    }
    CHECK(recipes.file("r.yaml", kHead + texts + "name: ${a39}\n").said().find("recipe.too-large") == 0);
    CHECK(recipes.file("r.yaml", kHead + lists + "networks: {x: \"${a39}\"}\n").said().find("recipe.too-large") == 0);
  }
}

}  // namespace
}  // namespace stimgen
