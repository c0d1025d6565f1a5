// What may stand in HTML and XML, character by character.
#include "base/markup.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen {

namespace {

std::string_view entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

std::string escape(std::string_view text, bool lines) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_at(text, at);
    const std::string_view bytes = text.substr(at, std::max<std::size_t>(character.bytes, 1));
    at += bytes.size();
    if (const std::string_view entity = entity_of(bytes[0]); !entity.empty()) {
      result += entity;
    } else if (lines && (bytes[0] == '\n' || bytes[0] == '\t')) {
      result += bytes;
    } else if (character.code == 0xFFFE || character.code == 0xFFFF) {
      result += "\xEF\xBF\xBD";  // no characters, but printable
    } else {
      result += escaped(bytes);
    }
  }
  return result;
}

}  // namespace

std::string escape_markup(std::string_view text) {
  return escape(text, false);
}

std::string escape_markup_lines(std::string_view text) {
  return escape(text, true);
}

}  // namespace stimgen
