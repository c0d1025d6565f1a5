// Text files through a temporary in the same folder.
#include "cli/text_file.hpp"

#include <fstream>

#include "base/atomic_file.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::cli {

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  std::error_code error;
  const std::filesystem::file_type type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found || type == std::filesystem::file_type::regular) {
    write_file_atomically(path, text);
    return;
  }
  // A device or a pipe such as /dev/stdout must not be replaced by a file.
  std::ofstream stream(path, std::ios::binary);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  stream.close();
  if (!stream) throw EnvironmentError(path.string() + ": cannot write");
}

}  // namespace stimgen::cli
