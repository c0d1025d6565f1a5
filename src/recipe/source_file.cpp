// Reading a recipe file from disk.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "recipe/places.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {

std::shared_ptr<const SourceFile> read_source_file(const std::filesystem::path& path) {
  constexpr std::uintmax_t kLargestFile = std::uintmax_t{64} << 20;
  const std::string shown = path.string();
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    throw InputError("recipe.no-file", fmt::format("there is no recipe '{}'", printable(shown)));
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw InputError("recipe.no-file",
                     fmt::format("'{}' is {}, not a recipe file", printable(shown),
                                 std::filesystem::is_directory(status) ? "a folder" : "no ordinary file"));
  }
  if (std::filesystem::file_size(path, error) > kLargestFile || error) {
    throw InputError("recipe.too-large", fmt::format("'{}' is larger than 64 MiB", printable(shown)));
  }
  std::ifstream stream(path, std::ios::binary);
  auto file = std::make_shared<SourceFile>();
  file->path = shown;
  file->directory = path.parent_path().string();
  file->text.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  if (!stream.is_open() || stream.bad()) {
    throw InputError("recipe.no-file", fmt::format("cannot read '{}': {}", printable(shown), std::strerror(errno)));
  }
  if (file->text.compare(0, 3, "\xEF\xBB\xBF") == 0) file->text.erase(0, 3);
  Diagnostics diagnostics;
  check_encoding(file, diagnostics);
  diagnostics.throw_if_errors();
  return file;
}

}  // namespace stimgen
