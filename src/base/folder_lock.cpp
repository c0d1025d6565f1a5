// flock() on a file that is removed by its last holder (POSIX).
#include "base/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

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

// 0 or the error.
int lock(int descriptor, int how) {
  while (::flock(descriptor, how | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

// Whoever leaves a shared folder holds it alone for a moment, to see whether it is the last: that is waited for.
constexpr int kLooks = 20;
constexpr std::chrono::milliseconds kBetweenLooks{50};

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, Use use) : path_(folder / ".stimgen-running"), use_(use) {
  const int wanted = use == Use::alone ? LOCK_EX : LOCK_SH;
  int patience = use == Use::alone ? 0 : kLooks;
  for (;;) {
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      const int error = errno;
      throw EnvironmentError("disk.cannot-write", fmt::format("cannot write in folder '{}': {}",
                                                              printable(folder.string()), std::strerror(error)));
    }
    const int error = lock(descriptor, wanted);
    if (error == EWOULDBLOCK && patience-- > 0) {
      ::close(descriptor);
      std::this_thread::sleep_for(kBetweenLooks);
      continue;
    }
    if (error == EWOULDBLOCK) {
      const std::string who = holder(descriptor);
      ::close(descriptor);
      throw EnvironmentError("disk.in-use",
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
  // Only who holds it alone removes it: nobody else's file can stand there then. The last of those who share it does,
  // unless another run took the file between the two locks.
  const bool alone = use_ == Use::alone || (lock(descriptor_, LOCK_EX) == 0 && still_there(descriptor_, path_));
  if (alone) ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace stimgen
