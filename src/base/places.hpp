// Byte offsets of a source text as places that people count: lines and characters.
#pragma once

#include <vector>

#include "stimgen/diagnostic.hpp"

namespace stimgen {

class Places {
 public:
  explicit Places(std::shared_ptr<const SourceFile> file);

  const std::string& text() const { return file_->text; }
  // The place of the bytes [offset, offset + bytes), cut to their first line; at least one character.
  SourceLoc at(std::size_t offset, std::size_t bytes = 1);
  // Where the line that holds `offset` starts.
  std::size_t line_start(std::size_t offset) const;

 private:
  std::shared_ptr<const SourceFile> file_;
  std::vector<std::size_t> line_starts_;
  // The last place asked for: the next one is mostly further on in the same line, which may be millions long.
  std::size_t last_offset_ = 0;
  std::size_t last_line_ = 0;
  std::size_t last_column_ = 0;
};

// Reports what no recipe may hold: invalid UTF-8, UTF-16, control characters, line ends of a lone CR. True if fine.
bool check_encoding(const std::shared_ptr<const SourceFile>& file, Diagnostics& diagnostics);

}  // namespace stimgen
