// Lines, columns and the encoding of source texts.
#include "base/places.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace stimgen {

Places::Places(std::shared_ptr<const SourceFile> file) : file_(std::move(file)) {
  line_starts_.push_back(0);
  for (std::size_t at = 0; (at = text().find('\n', at)) != std::string::npos;) line_starts_.push_back(++at);
}

std::size_t Places::line_start(std::size_t offset) const {
  return *(std::upper_bound(line_starts_.begin(), line_starts_.end(), offset) - 1);
}

SourceLoc Places::at(std::size_t offset, std::size_t bytes) {
  offset = std::min(offset, text().size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::size_t>(next - line_starts_.begin());
  const std::size_t start = line_starts_[line - 1];
  const std::string_view all = text();
  if (line == last_line_ && offset >= last_offset_) {
    last_column_ += utf8_count(all.substr(last_offset_, offset - last_offset_));
  } else {
    last_column_ = 1 + utf8_count(all.substr(start, offset - start));
  }
  last_line_ = line;
  last_offset_ = offset;
  std::string_view marked = all.substr(offset, bytes);
  marked = marked.substr(0, marked.find_first_of("\r\n"));
  const std::size_t length = std::max<std::size_t>(1, utf8_count(marked));
  return {file_, static_cast<int>(line), static_cast<int>(last_column_), static_cast<int>(length)};
}

bool check_encoding(const std::shared_ptr<const SourceFile>& file, Diagnostics& diagnostics) {
  const std::string& text = file->text;
  const auto report = [&](std::size_t offset, std::string message, std::string help) {
    diagnostics.error(Places(file).at(offset), "recipe.encoding", std::move(message), std::move(help));
    return false;
  };
  if (text.size() >= 2 && (text.compare(0, 2, "\xFF\xFE") == 0 || text.compare(0, 2, "\xFE\xFF") == 0)) {
    return report(0, "this file is UTF-16, but recipes are UTF-8", "save it as UTF-8");
  }
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_at(text, at);
    if (character.bytes == 0) {
      return report(at, fmt::format("byte 0x{:02X} is not valid UTF-8", static_cast<unsigned char>(text[at])),
                    "save the file as UTF-8");
    }
    const auto code = static_cast<std::uint32_t>(character.code);
    if (code == '\r' && (at + 1 == text.size() || text[at + 1] != '\n')) {
      return report(at, "a carriage return without a line feed ends this line",
                    "save the file with Unix or Windows line ends");
    }
    const bool control =
        (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || (code >= 0x7F && code <= 0x9F);
    if (control) {
      return report(at, fmt::format("a control character (U+{:04X}) stands here", code), "remove it");
    }
    at += character.bytes;
  }
  return true;
}

}  // namespace stimgen
