// YAML as a located tree: what is accepted, what is refused, and where each thing stands.
#include <doctest/doctest.h>

#include "grammar/document.hpp"
#include "recipe/recipe_text.hpp"

namespace stimgen {
namespace {

using testing::brief;
using testing::brief_problems;
using testing::parsed;
using testing::place;
using testing::problems;

TEST_SUITE("grammar") {
  TEST_CASE("every key and value has its place, in characters") {
    const Value root = parsed("größe: \"xü \\\" y\"  # c\nb: {é: xü, list: [1, 22]}\nc:\n  d: 5 Hz\n");
    CHECK(place(root.find_member("größe")->key_loc) == "1:1+5");
    CHECK(place(root.find("größe")->loc) == "1:8+9");
    CHECK(root.find("größe")->quoted);
    CHECK(root.find("größe")->text == "xü \" y");
    const Value& b = *root.find("b");
    CHECK(place(b.loc) == "2:4+1");
    CHECK(place(b.find("é")->loc) == "2:8+2");
    CHECK_FALSE(b.find("é")->quoted);
    CHECK(place(b.find("list")->items[1].loc) == "2:22+2");
    // A mapping without brackets is shown by its key.
    CHECK(place(root.find("c")->loc) == "3:1+1");
    CHECK(place(root.find("c")->find("d")->loc) == "4:6+4");
  }

  TEST_CASE("a missing value stands at its key, a written null at itself") {
    const Value root = parsed("first:\nsecond: ~\n# comment\nthird: null\n");
    CHECK(root.find("first")->is_null());
    CHECK(place(root.find("first")->loc) == "1:1+5");
    CHECK(place(root.find("second")->loc) == "2:9+1");
    CHECK(place(root.find("third")->loc) == "4:8+4");
    CHECK(place(parsed("a: &x").find("a")->loc) == "1:1+1");
  }

  TEST_CASE("lines of Windows, blocks of text and long plain texts are read") {
    const Value root = parsed("a: 1\r\nb: two\r\n  words\r\nc: |\r\n  text\r\n");
    CHECK(root.find("a")->text == "1");
    CHECK(place(root.find("b")->loc) == "2:4+3");
    CHECK(root.find("b")->text == "two words");
    CHECK(root.find("c")->text == "text\n");
    CHECK(root.find("c")->quoted);
  }

  TEST_CASE("words that some YAML readers take for truth values or numbers stay text") {
    const Value root = parsed("a: no\nb: 010\nc: .nan\nd: 12:30:45\n");
    CHECK(root.find("a")->text == "no");
    CHECK(root.find("b")->text == "010");
    CHECK(root.find("c")->text == ".nan");
    CHECK(root.find("d")->text == "12:30:45");
  }

  TEST_CASE("an alias has the value of its anchor and the place of its use") {
    const Value root = parsed("a: &x {k: [1, 2]}\nb: *x\nlist: [*x, *x]\n");
    CHECK(root.find("b")->find("k")->items[1].text == "2");
    CHECK(place(root.find("b")->loc) == "2:4+2");
    CHECK(place(root.find("b")->find("k")->items[1].loc) == "2:4+2");
    CHECK(place(root.find("b")->find_member("k")->key_loc) == "2:4+2");
    CHECK(place(root.find("list")->items[1].loc) == "3:12+2");
    CHECK(place(root.find("a")->find("k")->items[1].loc) == "1:15+1");
  }

  TEST_CASE("<< merges mappings: own keys win, then those of earlier bases") {
    const Value root = parsed(
        "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\n"
        "one:\n  w: 0\n  <<: *a\n  x: 3\ntwo: {<<: [*b, *a], z: 5}\n\"<<\": text\n");
    const Value& one = *root.find("one");
    CHECK(one.members.size() == 3);
    CHECK(one.find("x")->text == "3");
    CHECK(one.find("y")->text == "1");
    CHECK(place(one.find("y")->loc) == "5:7+2");
    CHECK(one.members[0].key == "w");
    CHECK(one.members[1].key == "y");
    const Value& two = *root.find("two");
    CHECK(two.find("x")->text == "1");
    CHECK(two.find("y")->text == "2");
    CHECK(two.find("z")->text == "5");
    CHECK(root.find("<<")->text == "text");
    CHECK(brief_problems("a: {<<: 3}\n") ==
          "recipe.bad-merge @1:9+1 '<<' merges mappings, not the number 3 | write <<: *name, where &name marks a "
          "mapping");
  }

  TEST_CASE("a key that stands twice is an error at both places") {
    CHECK(problems("rate: 10\nother: 1\nrate: 20\n") ==
          "r.yaml:3:1: error: the key 'rate' stands here twice [recipe.duplicate-key]\n"
          "    3 | rate: 20\n"
          "      | ^~~~\n"
          "      = help: remove or rename one of them\n"
          "r.yaml:1:1: note: the first is here\n"
          "    1 | rate: 10\n"
          "      | ^~~~\n"
          "1 error\n");
  }

  TEST_CASE("a quote that is never closed does not swallow the rest") {
    const char* expected = "recipe.yaml-syntax @1:4+1 the quote that opens here is never closed";
    CHECK(brief_problems("a: \"abc\nseed: 5\nrate: 7\n") == expected);
    CHECK(brief_problems("a: \"abc") == expected);
    CHECK(brief_problems("a: 'it''s\n b") == expected);
    CHECK(brief_problems("a: \"abc\\\"\nseed: 5\n") == expected);
  }

  TEST_CASE("a bracket that is never closed is named") {
    CHECK(brief_problems("a: [1, 2\nb: 3\n") ==
          "recipe.yaml-syntax @1:4+1 the bracket that opens here is not closed before line 2"
          " | close it, or put a comma between its values");
    CHECK(brief_problems("a: {b: 1") ==
          "recipe.yaml-syntax @1:4+1 the bracket that opens here is never closed"
          " | close it, or put a comma between its values");
    CHECK(brief_problems("a: [[[\n").find("recipe.yaml-syntax @1:5+1 the bracket that opens here is never closed") ==
          0);
  }

  TEST_CASE("a decimal comma inside brackets is named, since YAML cuts the number there") {
    CHECK(problems("rate: {mean: 2, stdev: 1,5 Hz}\n").find("inside { } a comma parts entries") != std::string::npos);
    CHECK(brief_problems("rate: {mean: 2, stdev: 1,5 Hz}\n").find("write 1.5 Hz") != std::string::npos);
    CHECK(problems("rates: {PN: -1,5, PV: 2}\n").find("write -1.5") != std::string::npos);
    // Names without a value, and values that are no numbers, are told of where they are read.
    CHECK(problems("where: {layer: L4, 5}\n") == "");
    CHECK(problems("where: {layer: '4', 5}\n") == "");
    CHECK(problems("where: {layer: 4, b}\n") == "");
  }

  TEST_CASE("one file is one document") {
    CHECK(brief_problems("a: 1\n---\nb: 2\n") ==
          "recipe.two-documents @2:1+3 a second YAML document starts here, but a recipe is one"
          " | put it into a file of its own");
    CHECK(brief_problems("a: 1\n...\ngarbage [\n").find("recipe.two-documents @3:1") == 0);
    CHECK(brief_problems("%YAML 1.2\n---\na: 1\n...\n").empty());
  }

  TEST_CASE("a recipe is a mapping, and not empty") {
    CHECK(brief_problems("") == "recipe.empty @1:1+1 the recipe is empty | stimgen init writes one to start from");
    CHECK(brief_problems("# only a comment\n").find("recipe.empty") == 0);
    CHECK(brief_problems("a:1") ==
          "recipe.wrong-type @1:1+3 a recipe is a mapping of keys, such as 'seeds: 7', not the text 'a:1'"
          " | put a space after the ':'");
    CHECK(brief_problems("- 1\n") ==
          "recipe.wrong-type @1:1+1 a recipe is a mapping of keys, such as 'seeds: 7', not a list");
  }

  TEST_CASE("tabs that indent are named") {
    const char* expected = "recipe.yaml-syntax @2:1+1 a tab indents this line | indent with spaces";
    CHECK(brief_problems("a:\n\tb: 2\n") == expected);
    CHECK(brief_problems("a: 1\n\tb: 2\n") == expected);
  }

  TEST_CASE("a variable in brackets wants quotes") {
    CHECK(problems("a: {burst: ${burst}, c: d}\n") ==
          "r.yaml:1:12: error: inside { } or [ ] a variable needs quotes [recipe.yaml-syntax]\n"
          "    1 | a: {burst: ${burst}, c: d}\n"
          "      |            ^~~~~~~~\n"
          "      = help: write \"${burst}\"\n"
          "1 error\n");
  }

  TEST_CASE("tags are refused") {
    CHECK(brief_problems("a: !!python/object:x 1\n").find("recipe.tag @1:4+17 the YAML tag '!!python/object:x'") == 0);
    CHECK(brief_problems("a: &x !!int \"5\"\n").find("recipe.tag @1:7+5") == 0);
    CHECK(brief_problems("a: !t {b: 1}\n").find("recipe.tag @1:4+2") == 0);
    CHECK(brief_problems("a: \"!t\"\nb: '!u'\n").empty());
  }

  TEST_CASE("the encoding is UTF-8 without control characters") {
    CHECK(brief_problems("a: \xff\n") ==
          "recipe.encoding @1:4+1 byte 0xFF is not valid UTF-8 | save the file as UTF-8");
    CHECK(brief_problems("a: \xc0\xaf\n").find("recipe.encoding") == 0);      // overlong
    CHECK(brief_problems("a: \xed\xa0\x80\n").find("recipe.encoding") == 0);  // surrogate
    CHECK(brief_problems(std::string("a\0b", 3)).find("recipe.encoding @1:2+1 a control character (U+0000)") == 0);
    CHECK(brief_problems("a: \x1b[31m\n").find("recipe.encoding @1:4+1 a control character (U+001B)") == 0);
    CHECK(brief_problems("a: 1\rb: 2\r").find("recipe.encoding @1:5+1 a carriage return") == 0);
    CHECK(brief_problems("\xff\xfe"
                         "a")
              .find("recipe.encoding @1:1+1 this file is UTF-16") == 0);
  }

  TEST_CASE("recipes cannot exhaust memory or the stack") {
    CHECK(brief_problems("a: " + std::string(100000, '[')).find("recipe.") == 0);
    std::string flow = "a: " + std::string(100, '[') + std::string(100, ']');
    CHECK(brief_problems(flow).find("recipe.too-deep") == 0);
    std::string nested = "k:\n";
    for (std::size_t i = 1; i < 100; ++i) nested += std::string(2 * i, ' ') + "k:\n";
    CHECK(brief_problems(nested).find("recipe.too-deep @64:") == 0);
    std::string maps = "a: ";
    for (int i = 0; i < 5000; ++i) maps += "{a: ";
    CHECK(brief_problems(maps).find("recipe.too-deep") == 0);

    std::string bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
    for (int i = 1; i < 20; ++i) {
      const std::string last = "*a" + std::to_string(i - 1);
      bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
      for (int k = 0; k < 8; ++k) bomb += ", " + last;
      bomb += "]\n";
    }
    CHECK(brief_problems(bomb).find("recipe.too-large") == 0);

    std::string chain = "a0: &a0 [1]\n";
    for (int i = 1; i < 100; ++i) {
      chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    }
    CHECK(brief_problems(chain).find("recipe.too-deep") == 0);
  }

  TEST_CASE("an alias inside its own value is refused, and so is an unknown one") {
    CHECK(brief_problems("a: &a [*a]\n") == "recipe.alias-cycle @1:8+2 '*a' stands inside the value that it repeats");
    CHECK(brief_problems("x: &x {a: *x}\n").find("recipe.alias-cycle @1:11+2") == 0);
    CHECK(brief_problems("a: *nope\n") == "recipe.yaml-syntax @1:4+5 nothing is marked with '&nope' before this");
  }

  TEST_CASE("marks that a merge left are called so") {
    for (const char* marks : {"<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n"}) {
      CHECK(brief_problems(std::string("a: 1\n") + marks) ==
            "recipe.yaml-syntax @2:1+12 a merge left its conflict marks here | keep the lines of one side, and remove "
            "the marks");
    }
  }

  TEST_CASE("a line that is no key is named, and not the one after it") {
    CHECK(brief_problems("b:\n  p: c\n  by k\n  rate: 5\n") ==
          "recipe.yaml-syntax @3:3+4 line 3 has no ': ' after its key | write by: k");
    CHECK(brief_problems("b:\n  p: c\n  # x: y\n\n  by k # z\n  rate: 5\n") ==
          "recipe.yaml-syntax @5:3+4 line 5 has no ': ' after its key | write by: k");
    CHECK(brief_problems("b:\n  by:k\n  rate: 5\n") ==
          "recipe.yaml-syntax @2:3+4 line 2 has no space after its ':' | write by: k");
    CHECK(brief_problems("b:\n  by:\u00a0k\n  rate: 5\n") ==
          "recipe.yaml-syntax @2:3+5 line 2 has a no-break space (U+00A0) after its ':' | write a plain space");
    CHECK(brief_problems("b:\n  by:\u00a0k\n") ==
          "recipe.yaml-syntax @2:3+5 there is a no-break space (U+00A0) after the ':' | write a plain space");
    CHECK(
        brief_problems("b:\n  p: c\n   rate: 5\n") ==
        "recipe.yaml-syntax @3:4+4 this key is indented by 3, the key before it by 2 and has a value already | indent "
        "both by 2");
    CHECK(parsed("a: 'x:\u00a0y'\n").find("a")->text == "x:\u00a0y");
  }

  TEST_CASE("other mistakes of syntax say what to do") {
    CHECK(brief_problems("a: b: c\n").find("recipe.yaml-syntax @1:5+1 a ':' makes no sense here | ") == 0);
    CHECK(brief_problems("a:\n  b: 1\n c: 2\n").find("recipe.yaml-syntax @3:2+1 this line does not fit") == 0);
    CHECK(brief_problems("a: @x\n") ==
          "recipe.yaml-syntax @1:4+1 a value cannot start with '@' | put the value in quotes");
    CHECK(brief_problems("? [a]\n: b\n").find("recipe.bad-key @1:3+1 a key is a text") == 0);
    CHECK(brief_problems(": 3\n") == "recipe.bad-key @1:1+1 a key is missing before the ':'");
  }

  TEST_CASE("a value of the command line counts its places from the start of the setting") {
    const auto file = testing::source("vars.burst=[1, 80 Hz]", "--set");
    Diagnostics diagnostics;
    const auto value = parse_value(file, 11, diagnostics);
    REQUIRE(value);
    CHECK(place(value->items[1].loc) == "1:16+5");
    CHECK(parse_value(file, 21, diagnostics)->is_null());
  }
}

}  // namespace
}  // namespace stimgen
