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
  std::vector<std::size_t> starts;  // of characters, and the end
  std::vector<double> widths;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_at(text, at);
    starts.push_back(at);
    widths.push_back(character_width(character.code));
    at += std::max<std::size_t>(character.bytes, 1);
  }
  starts.push_back(text.size());
  const std::size_t count = widths.size();
  if (count < 3) return text;
  std::size_t front = 1;
  std::size_t back = 1;
  double room = width - character_width(U'…') - widths.front() - widths.back();
  while (front + back < count) {
    const bool at_front = front <= back;
    room -= at_front ? widths[front] : widths[count - 1 - back];
    if (room < 0) break;
    ++(at_front ? front : back);
  }
  const std::string shortened = text.substr(0, starts[front]) + "…" + text.substr(starts[count - back]);
  return text_width(shortened) < text_width(text) ? shortened : text;
}

std::vector<std::string> wrapped(std::string_view text, double width) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word(text.substr(at, end - at));
    if (lines.empty() || text_width(lines.back() + " " + word) > width) {
      lines.push_back(word);
    } else {
      lines.back() += " " + word;
    }
    at = end + 1;
  }
  return lines;
}

}  // namespace stimgen::draw
