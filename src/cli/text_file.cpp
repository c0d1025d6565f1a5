// Text files through a temporary in the same folder.
#include "cli/text_file.hpp"

#include <fstream>

#include <fmt/format.h>

#include "base/atomic_file.hpp"
#include "cli/options.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::cli {

bool holds_something_else(const std::filesystem::path& path, std::string_view text) {
  constexpr std::string_view kPage = "<!DOCTYPE html>", kMadeByUs = "<meta name=\"generator\" content=\"stimgen";
  std::string begin(1024, '\0');
  std::ifstream stream(path, std::ios::binary);
  stream.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(stream.gcount()));
  if (begin.empty()) return false;
  return text.starts_with(kPage) ? begin.find(kMadeByUs) == begin.npos : !text.starts_with(begin.substr(0, 4));
}

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  std::error_code error;
  const std::filesystem::file_type type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found || type == std::filesystem::file_type::regular) {
    if (type == std::filesystem::file_type::regular && holds_something_else(path, text)) {
      throw UsageError("disk.not-replaced",
                       fmt::format("'{}' exists, is no page or figure, and stays as it is; name another file",
                                   printable(path.string())),
                       {});
    }
    write_file_atomically(path, text);
    return;
  }
  // A device or a pipe such as /dev/stdout must not be replaced by a file.
  std::ofstream stream(path, std::ios::binary);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  stream.close();
  if (!stream) throw EnvironmentError("disk.cannot-write", path.string() + ": cannot write");
}

}  // namespace stimgen::cli
