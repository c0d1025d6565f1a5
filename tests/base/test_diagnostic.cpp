// What a person sees of a problem: places, carets, order, colour, and text that cannot drive a terminal.
#include <doctest/doctest.h>

#include "stimgen/diagnostic.hpp"

namespace stimgen {
namespace {

std::shared_ptr<const SourceFile> source(std::string text, std::string path = "tone.yaml") {
  auto file = std::make_shared<SourceFile>();
  file->path = std::move(path);
  file->text = std::move(text);
  return file;
}

std::string shown(const std::string& text, int line, int column, int length) {
  Diagnostics diagnostics;
  return render(diagnostics.error({source(text), line, column, length}, "recipe.wrong-type", "wrong"));
}

TEST_SUITE("base") {
  TEST_CASE("a diagnostic shows its place, the source line, a caret and the edit") {
    Diagnostics diagnostics;
    const auto file = source("patterns:\n  tone:\n    ramp: {from: 1, tto: 20}\n");
    const Diagnostic& item =
        diagnostics.error({file, 3, 21, 3}, "recipe.unknown-key", "'ramp' has no key 'tto'", "did you mean 'to'?");
    CHECK(render(item) ==
          "tone.yaml:3:21: error: 'ramp' has no key 'tto' [recipe.unknown-key]\n"
          "    3 |     ramp: {from: 1, tto: 20}\n"
          "      |                     ^~~\n"
          "      = help: did you mean 'to'?\n");
  }

  TEST_CASE("a note shows the second place of a conflict") {
    Diagnostics diagnostics;
    const auto file = source("rate: 1\nrate: 2\n");
    Diagnostic& item = diagnostics.warning({file, 2, 1, 4}, "recipe.duplicate-key", "twice");
    item.notes.push_back({{file, 1, 1, 4}, "the first is here"});
    CHECK(render(item) ==
          "tone.yaml:2:1: warning: twice [recipe.duplicate-key]\n"
          "    2 | rate: 2\n"
          "      | ^~~~\n"
          "tone.yaml:1:1: note: the first is here\n"
          "    1 | rate: 1\n"
          "      | ^~~~\n");
  }

  TEST_CASE("the caret stands under the place behind tabs and characters of several bytes") {
    CHECK(shown("a:\tbc", 1, 4, 2) ==
          "tone.yaml:1:4: error: wrong [recipe.wrong-type]\n"
          "    1 | a:  bc\n"
          "      |     ^~\n");
    CHECK(shown("größe µs x", 1, 7, 2) ==
          "tone.yaml:1:7: error: wrong [recipe.wrong-type]\n"
          "    1 | größe µs x\n"
          "      |       ^~\n");
  }

  TEST_CASE("a caret stays within its line") {
    CHECK(shown("ab\r\ncd", 1, 2, 50) ==
          "tone.yaml:1:2: error: wrong [recipe.wrong-type]\n"
          "    1 | ab\n"
          "      |  ^\n");
    CHECK(shown("ab", 1, 9, 3) ==
          "tone.yaml:1:9: error: wrong [recipe.wrong-type]\n"
          "    1 | ab\n"
          "      |   ^\n");
    CHECK(shown("ab", 7, 1, 1) ==
          "tone.yaml:7:1: error: wrong [recipe.wrong-type]\n"
          "    7 |\n"
          "      | ^\n");
  }

  TEST_CASE("a long line is cut around the place") {
    const std::string text = shown(std::string(300, 'a') + "HERE" + std::string(300, 'b'), 1, 301, 4);
    const std::string line = text.substr(text.find('\n') + 1);
    const std::string code = line.substr(0, line.find('\n'));
    const std::string caret = line.substr(line.find('\n') + 1);
    CHECK(code.size() < 120);
    CHECK(code.find("…") != std::string::npos);
    // "…" is one column and three bytes.
    CHECK(code.find("HERE") == caret.find("^~~~") + 2);
  }

  TEST_CASE("user text cannot drive the terminal") {
    CHECK(printable("a\x1b[31m\n") == "a\\x1b[31m\\x0a");
    CHECK(printable("\xff\xc2\x85") == "\\xff\\x85");
    CHECK(printable("a\xe2\x80\xae"
                    "b") == "a\\u202eb");
    CHECK(printable("größe") == "größe");
    CHECK(printable("größer", 4) == "größ…");
    Diagnostics diagnostics;
    const std::string text =
        render(diagnostics.error({source("x: \x1b[2J"), 1, 4, 4}, "recipe.empty", "bad '\x1b[2J'", "no \x07"));
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(text.find("\\x1b[2J\n      |    ^~~~~~~\n") != std::string::npos);
  }

  TEST_CASE("all problems come in order of file and place, each once, and are counted") {
    Diagnostics diagnostics;
    const auto a = source("one\ntwo\n", "a.yaml");
    const auto b = source("one\n", "b.yaml");
    diagnostics.error({}, "recipe.empty", "without a place");
    diagnostics.error({b, 1, 1, 3}, "recipe.empty", "in b");
    diagnostics.warning({a, 2, 1, 3}, "recipe.empty", "second line of a");
    diagnostics.error({a, 1, 2, 1}, "recipe.empty", "first line of a");
    diagnostics.error({a, 1, 2, 1}, "recipe.empty", "first line of a");
    CHECK(diagnostics.error_count() == 4);
    CHECK(render(diagnostics) ==
          "a.yaml:1:2: error: first line of a [recipe.empty]\n    1 | one\n      |  ^\n"
          "a.yaml:2:1: warning: second line of a [recipe.empty]\n    2 | two\n      | ^~~\n"
          "b.yaml:1:1: error: in b [recipe.empty]\n    1 | one\n      | ^~~\n"
          "error: without a place [recipe.empty]\n"
          "3 errors, 1 warning\n");
  }

  TEST_CASE("nothing wrong renders as nothing, and warnings stop nothing") {
    Diagnostics diagnostics;
    CHECK(render(diagnostics).empty());
    diagnostics.warning({}, "recipe.no-value", "odd");
    CHECK_NOTHROW(diagnostics.throw_if_errors());
    CHECK(render(diagnostics) == "warning: odd [recipe.no-value]\n1 warning\n");
  }

  TEST_CASE("the end of a stage throws all that was collected") {
    Diagnostics diagnostics;
    diagnostics.error({}, "recipe.bad-name", "one");
    diagnostics.error({}, "recipe.no-value", "two");
    try {
      diagnostics.throw_if_errors();
      FAIL("did not throw");
    } catch (const InputError& error) {
      CHECK(error.diagnostics().items().size() == 2);
      CHECK(std::string(error.what()) == "error: one [recipe.bad-name]\nerror: two [recipe.no-value]\n2 errors\n");
    }
  }

  TEST_CASE("colour only when it is asked for") {
    Diagnostics diagnostics;
    diagnostics.error({source("abc"), 1, 1, 3}, "recipe.no-value", "wrong", "right");
    CHECK(render(diagnostics).find('\x1b') == std::string::npos);
    CHECK(render(diagnostics, true).find("\x1b[1;31merror:\x1b[0m") != std::string::npos);
  }

  TEST_CASE("a near name is suggested, a far one is not") {
    const std::vector<std::string> names = {"on_time", "off_time", "cycles", "population"};
    CHECK(nearest_name("on_tme", names) == "on_time");
    CHECK(nearest_name("on_itme", names) == "on_time");
    CHECK(nearest_name("POPULATION", names) == "population");
    CHECK(nearest_name("rate", names).empty());
    CHECK(nearest_name("x", {"y"}).empty());
    CHECK(nearest_name(std::string(100000, 'x'), names).empty());
    CHECK(suggest("cycels", names) == "did you mean 'cycles'?");
    CHECK(suggest("rate", {"a", "b"}) == "known names: a, b");
    CHECK(suggest("rate", {}).empty());
    const std::vector<std::string> many(30, "name");
    CHECK(suggest("rate", many).find("… (30 in all)") != std::string::npos);
  }
}

}  // namespace
}  // namespace stimgen
