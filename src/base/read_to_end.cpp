// In pieces that grow: a character at a time would take longer than what is done with the text.
#include "base/read_to_end.hpp"

#include <algorithm>

namespace stimgen {

std::string read_to_end(std::istream& in) {
  constexpr std::size_t kFirstPiece = std::size_t{1} << 16;
  std::string text;
  while (in) {
    const std::size_t had = text.size();
    text.resize(had + std::max(had, kFirstPiece));
    in.read(text.data() + had, static_cast<std::streamsize>(text.size() - had));
    text.resize(had + static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

}  // namespace stimgen
