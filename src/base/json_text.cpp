// One pass over the bytes; most texts have nothing to escape.
#include "base/json_text.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace stimgen {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0 && c != 0x7F; });
}

}  // namespace

std::string as_utf8(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = utf8_at(text, at).bytes;
    if (bytes == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    } else {
      result += text.substr(at, bytes);
    }
    at += std::max<std::size_t>(bytes, 1);
  }
  return result;
}

std::string escape_json_text(std::string json) {
  if (is_ascii(json)) return json;  // the C0 characters of texts are escaped, and those between them are layout
  std::string result;
  for (std::size_t at = 0; at < json.size();) {
    const Utf8Character character = utf8_at(json, at);
    const std::size_t bytes = std::max<std::size_t>(character.bytes, 1);
    if (character.code >= 0x7F && is_unsafe_to_print(character.code)) {
      result += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.code));
    } else {
      result.append(json, at, bytes);
    }
    at += bytes;
  }
  return result;
}

}  // namespace stimgen
