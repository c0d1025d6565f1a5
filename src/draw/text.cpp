// Widths of characters are those of DejaVu Sans: of the fonts that stand in for Helvetica where it is missing, the
// widest.
#include "draw/text.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::draw {

namespace {

double character_width(char32_t code) {
  if (code >= 0x1100) return code == 0x2026 || code >= 0x2e80 ? 10 : 7.5;
  if (code >= 0x80) return 8;
  const char letter = static_cast<char>(code);
  if (std::string_view("fijlrtIJ .,:;'!|/()[]-").find(letter) != std::string_view::npos) return 4.2;
  if (std::string_view("mwMW@%<>=+~#^").find(letter) != std::string_view::npos) return 10;
  if ((letter >= 'A' && letter <= 'Z') || letter == '&') return 7.9;
  return 6.4;
}

}  // namespace

double text_width(std::string_view text) {
  double width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_at(text, at);
    width += character_width(character.code);
    at += std::max<std::size_t>(character.bytes, 1);
  }
  return width;
}

std::string fitted(std::string_view name, double width) {
  const std::string text = escaped(name);
  if (text_width(text) <= width) return text;
  double room = width - character_width(U'…');
  std::size_t at = 0;
  while (at < text.size()) {
    const Utf8Character character = utf8_at(text, at);
    room -= character_width(character.code);
    if (room < 0) break;
    at += std::max<std::size_t>(character.bytes, 1);
  }
  return text.substr(0, at) + "…";
}

}  // namespace stimgen::draw
