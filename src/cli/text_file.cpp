// Text files through a temporary in the same folder.
#include "cli/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "stimgen/diagnostic.hpp"

namespace stimgen::cli {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view operation) {
  throw EnvironmentError(fmt::format("{}: cannot {}: {}", path.string(), operation, std::strerror(errno)));
}

// Writes all of `text` to a new file; false if `path` exists.
bool create(const std::filesystem::path& path, const std::filesystem::path& shown, std::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    if (errno == EEXIST) return false;
    fail(shown, "create the file");
  }
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = errno;
      close(fd);
      unlink(path.c_str());
      errno = error;
      fail(shown, "write the file");
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (close(fd) != 0) {
    const int error = errno;
    unlink(path.c_str());
    errno = error;
    fail(shown, "write the file");
  }
  return true;
}

}  // namespace

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  struct stat status {};
  // A device or a pipe (/dev/stdout) cannot be replaced by renaming.
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) fail(path, "open the file");
    const bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (std::fclose(file) != 0 || !whole) fail(path, "write the file");
    return;
  }
  const std::filesystem::path temporary = path.string() + fmt::format(".{}.tmp", getpid());
  if (!create(temporary, path, text)) {
    unlink(temporary.c_str());
    if (!create(temporary, path, text)) fail(path, "create a temporary file beside it");
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    errno = error;
    fail(path, "replace the file");
  }
}

bool write_new_text_file(const std::filesystem::path& path, std::string_view text) { return create(path, path, text); }

}  // namespace stimgen::cli
