// flock() on a file that is removed by its last holder (POSIX).
#include "base/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "stimgen/diagnostic.hpp"

namespace stimgen {
namespace {

// The file may have been removed, and made anew by another run, between open and flock.
bool still_there(int descriptor, const std::filesystem::path& path) {
  struct stat opened {
  }, named{};
  return ::fstat(descriptor, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

// "process 4711", as the holder wrote it; it may be about to.
std::string holder(int descriptor) {
  char text[32];
  const ssize_t size = ::pread(descriptor, text, sizeof text, 0);
  std::string digits;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) digits += text[i];
  return digits.empty() ? std::string("another run") : fmt::format("another run (process {})", digits);
}

// Only for messages: a lock without it works as well.
void write_holder(int descriptor) {
  const std::string text = fmt::format("{}\n", ::getpid());
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, text.data(), text.size(), 0) < 0) return;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) : path_(folder / ".stimgen-running") {
  for (;;) {
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      const int error = errno;
      throw EnvironmentError(
          fmt::format("cannot write in folder '{}': {}", printable(folder.string()), std::strerror(error)));
    }
    int error = 0;
    while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      error = errno;
      if (error != EINTR) break;
      error = 0;
    }
    if (error == EWOULDBLOCK) {
      const std::string who = holder(descriptor);
      ::close(descriptor);
      throw EnvironmentError(
          fmt::format("{} is writing to '{}': wait until it is done, or give this one another "
                      "folder with --output",
                      who, printable(folder.string())));
    }
    if (error != 0) {
      ::close(descriptor);
      ::unlink(path_.c_str());
      return;
    }
    if (still_there(descriptor, path_)) {
      descriptor_ = descriptor;
      write_holder(descriptor);
      return;
    }
    ::close(descriptor);
  }
}

FolderLock::~FolderLock() {
  if (descriptor_ < 0) return;
  // While still held: nobody else's file can stand there.
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace stimgen
