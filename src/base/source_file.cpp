// Reading a recipe file from disk.
#include "base/source_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "base/places.hpp"
#include "base/read_to_end.hpp"

namespace stimgen {

std::string ordinary_file_problem(const std::filesystem::path& path) {
  const std::string shown = printable(path.string());
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return fmt::format("there is no file '{}'", shown);
  if (status.type() == std::filesystem::file_type::none) {
    return fmt::format("cannot read '{}': {}", shown, error.message());
  }
  if (std::filesystem::is_directory(status)) return fmt::format("'{}' is a folder, not a file", shown);
  if (!std::filesystem::is_regular_file(status)) return fmt::format("'{}' is no ordinary file", shown);
  return {};
}

std::shared_ptr<const SourceFile> open_source_file(const std::filesystem::path& path, std::string& problem) {
  constexpr std::uintmax_t kLargestFile = std::uintmax_t{64} << 20;
  problem = ordinary_file_problem(path);
  if (!problem.empty()) return nullptr;
  const std::string shown = printable(path.string());
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kLargestFile) {
    problem = fmt::format("'{}' is larger than 64 MiB", shown);
    return nullptr;
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  auto file = std::make_shared<SourceFile>();
  file->path = path.string();
  file->directory = path.parent_path().string();
  if (stream.is_open()) file->text = read_to_end(stream);
  if (!stream.is_open() || stream.bad()) {
    problem = fmt::format("cannot read '{}': {}", shown, std::strerror(errno));
    return nullptr;
  }
  if (file->text.compare(0, 3, "\xEF\xBB\xBF") == 0) file->text.erase(0, 3);
  return file;
}

std::shared_ptr<const SourceFile> read_source_file(const std::filesystem::path& path) {
  std::string problem;
  std::shared_ptr<const SourceFile> file = open_source_file(path, problem);
  if (!file) throw InputError("file.unreadable", problem);
  Diagnostics diagnostics;
  check_encoding(file, diagnostics);
  diagnostics.throw_if_errors();
  return file;
}

}  // namespace stimgen
