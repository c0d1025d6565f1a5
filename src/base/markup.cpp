// What may stand in HTML and XML, character by character.
#include "base/markup.hpp"

#include "base/utf8.hpp"

namespace stimgen {

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_at(text, at);
    const bool layout = text[at] == '\n' || text[at] == '\t';
    const bool allowed = character.bytes != 0 && (layout || !is_unsafe_to_print(character.code)) &&
                         character.code != 0xFFFE && character.code != 0xFFFF;
    if (!allowed) {
      escaped += "\xEF\xBF\xBD";
    } else if (text[at] == '&') {
      escaped += "&amp;";
    } else if (text[at] == '<') {
      escaped += "&lt;";
    } else if (text[at] == '>') {
      escaped += "&gt;";
    } else if (text[at] == '"') {
      escaped += "&quot;";
    } else if (text[at] == '\'') {
      escaped += "&#39;";
    } else {
      escaped += text.substr(at, character.bytes);
    }
    at += character.bytes == 0 ? 1 : character.bytes;
  }
  return escaped;
}

}  // namespace stimgen
