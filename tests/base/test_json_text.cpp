// JSON that can be shown, whatever names are in it.
#include "base/json_text.hpp"

#include <doctest/doctest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "stimgen/diagnostic.hpp"

using namespace stimgen;
using Json = nlohmann::ordered_json;

TEST_SUITE("base") {
  TEST_CASE("JSON holds no character that drives a terminal, and means the same") {
    const std::string name = "a\n\x1b[2J\x7f\xC2\x9B\xE2\x80\xAE\xE2\x81\xA6µ神";
    const std::string text = json_text(Json{{name, {name, 1}}});
    CHECK(text == R"({"a\n\u001b[2J\u007f\u009b\u202e\u2066µ神":["a\n\u001b[2J\u007f\u009b\u202e\u2066µ神",1]})");
    CHECK(Json::parse(text) == Json{{name, {name, 1}}});
  }

  TEST_CASE("bytes that are not UTF-8 stand in JSON as in messages, and two names stay two") {
    const Json json = {{"a\xff", 1}, {"a\xfe", 2}, {"b", {"\xC3", "\xC3\xA9"}}};
    CHECK(json_text(json) == R"({"a\\xff":1,"a\\xfe":2,"b":["\\xc3","é"]})");
    CHECK(as_utf8("a\xff") == printable("a\xff"));
  }

  TEST_CASE("escaping a text twice is as once, and never cuts it") {
    const std::string text = std::string(5000, 'x') + "\x1b\xD8\x9C\xE2\x80\xAE\xff\\x1b";
    const std::string once = escaped(text);
    CHECK(once == std::string(5000, 'x') + R"(\x1b\u061c\u202e\xff\x1b)");
    CHECK(escaped(once) == once);
  }
}
