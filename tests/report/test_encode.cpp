// What a page embeds: columns, pictures, and text of users that must stay text.
#include <doctest/doctest.h>

#include <zlib.h>

#include <cstring>
#include <string>

#include "base/markup.hpp"
#include "report/encode.hpp"
#include "report/highlight.hpp"

using namespace stimgen;

namespace {

std::vector<std::uint8_t> from_base64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<std::uint8_t> bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<std::uint32_t>(digits.find(c));
    held += 6;
    if (held >= 8) bytes.push_back(static_cast<std::uint8_t>(bits >> (held -= 8)));
  }
  return bytes;
}

std::vector<std::uint8_t> inflated(const std::vector<std::uint8_t>& stream, std::size_t size) {
  std::vector<std::uint8_t> bytes(size + 1);
  uLongf length = bytes.size();
  REQUIRE(uncompress(bytes.data(), &length, stream.data(), stream.size()) == Z_OK);
  bytes.resize(length);
  return bytes;
}

std::vector<std::uint32_t> columns_back(const std::string& text, std::size_t count) {
  const std::vector<std::uint8_t> planes = inflated(from_base64(text), 4 * count);
  std::vector<std::uint32_t> values(count, 0);
  for (std::size_t plane = 0; plane < 4; ++plane) {
    for (std::size_t i = 0; i < count; ++i) values[i] |= std::uint32_t{planes[plane * count + i]} << (8 * plane);
  }
  return values;
}

std::string encoded(const std::string& text) {
  return base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("base64 as RFC 4648 gives it") {
    CHECK(encoded("").empty());
    CHECK(encoded("f") == "Zg==");
    CHECK(encoded("fo") == "Zm8=");
    CHECK(encoded("foo") == "Zm9v");
    CHECK(encoded("foobar") == "Zm9vYmFy");
  }

  TEST_CASE("columns come back as they were") {
    const std::vector<std::uint32_t> values{0, 1, 255, 256, 65536, 4294967295, 7, 7};
    CHECK(columns_back(encode_u32(values), values.size()) == values);
    std::vector<std::uint32_t> differences = columns_back(encode_delta32(values), values.size());
    std::uint32_t before = 0;
    for (std::uint32_t& value : differences) {
      value = before += (value >> 1) ^ (0U - (value & 1));
    }
    CHECK(differences == values);
    const std::vector<float> floats{0.5F, -3.25F, 1e30F};
    const std::vector<std::uint32_t> bits = columns_back(encode_f32(floats), floats.size());
    for (std::size_t i = 0; i < floats.size(); ++i) CHECK(std::memcmp(&bits[i], &floats[i], 4) == 0);
  }

  TEST_CASE("a PNG has its signature, size and pixels") {
    const std::vector<std::uint8_t> rgba{255, 0, 0, 255, 0, 255, 0, 128};
    const std::vector<std::uint8_t> png = encode_png(2, 1, rgba);
    CHECK(std::memcmp(png.data(), "\x89PNG\r\n\x1a\n", 8) == 0);
    CHECK(png[19] == 2);
    CHECK(png[23] == 1);
    const std::size_t data = 8 + 25;  // signature, IHDR
    const std::size_t length = std::size_t{png[data + 2]} << 8 | png[data + 3];
    const std::vector<std::uint8_t> stream(png.begin() + data + 8,
                                           png.begin() + static_cast<std::ptrdiff_t>(data + 8 + length));
    std::vector<std::uint8_t> row{0};
    row.insert(row.end(), rgba.begin(), rgba.end());
    CHECK(inflated(stream, row.size()) == row);
  }

  TEST_CASE("text of users stays text") {
    CHECK(escape_markup("<b a=\"x\" c='y'>&</b>") == "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;&lt;/b&gt;");
    CHECK(escape_markup("µ – 神経") == "µ – 神経");
    CHECK(escape_markup(std::string("a\0b\x1b\xff", 5)) == "a\\x00b\\x1b\\xff");
    CHECK(escape_markup("a\nb\xE2\x80\xAE") == "a\\x0ab\\u202e");
    CHECK(escape_markup_lines("a\n\tb\x1b") == "a\n\tb\\x1b");
    const std::string json = safe_in_script("{\"a\":\"</script><!--\xE2\x80\xA8\"}");
    CHECK(json == "{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u2028\"}");
  }

  TEST_CASE("a highlighted recipe is the recipe, escaped, with spans") {
    const std::string html = highlight_yaml("rate: {mean: 20 Hz, \"k\": '<x>'} # </pre>\nburst: ${b}\n- *a\n");
    CHECK(html.find("<span class=\"yk\">rate</span>") != std::string::npos);
    CHECK(html.find("<span class=\"yn\">20</span>") != std::string::npos);
    CHECK(html.find("<span class=\"ys\">&#39;&lt;x&gt;&#39;</span>") != std::string::npos);
    CHECK(html.find("<span class=\"yc\"># &lt;/pre&gt;</span>") != std::string::npos);
    CHECK(html.find("<span class=\"yv\">${b}</span>") != std::string::npos);
    std::string plain;
    bool inside = false;
    for (const char c : html) {
      if (c == '<') inside = true;
      if (!inside) plain += c;
      if (c == '>') inside = false;
    }
    CHECK(plain == escape_markup_lines("rate: {mean: 20 Hz, \"k\": '<x>'} # </pre>\nburst: ${b}\n- *a\n"));
    CHECK(highlight_yaml("a: b\r\n# c\r\n") == highlight_yaml("a: b\n# c\n"));
    for (const char* text : {"", "'", "\"", "\"\\", "${", "&", "#", "a:", ":", "- - -", "\xff\xfe"})
      highlight_yaml(text);
  }
}
