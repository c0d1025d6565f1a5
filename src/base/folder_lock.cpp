// flock() on a file that is removed by its last holder (POSIX).
#include "base/folder_lock.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
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

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// Who wrote a marker: "4711\nhost\n".
struct Holder {
  pid_t process = 0;
  std::string host;
};

Holder read_holder(int descriptor) {
  std::array<char, 300> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  const std::string_view all(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  Holder holder;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), holder.process);
  if (error != std::errc()) return {};
  std::string_view rest = all.substr(static_cast<std::size_t>(end - all.data()));
  if (rest.starts_with('\n')) rest.remove_prefix(1);
  holder.host = rest.substr(0, rest.find('\n'));
  return holder;
}

// "another run (process 4711)", as the holder wrote it; it may be about to.
std::string call(const Holder& holder) {
  if (holder.process <= 0) return "another run";
  const bool elsewhere = !holder.host.empty() && holder.host != host_name();
  return fmt::format("another run (process {}{}{})", holder.process, elsewhere ? " of " : "",
                     elsewhere ? printable(holder.host) : "");
}

// Only for messages: a lock without it works as well.
void write_holder(int descriptor) {
  const std::string text = fmt::format("{}\n{}\n", ::getpid(), host_name());
  if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, text.data(), text.size(), 0) < 0) return;
}

// 0 or the error.
int lock(int descriptor, int how) {
  while (::flock(descriptor, how | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

// Whoever leaves a shared folder holds it alone for a moment, to see whether it is the last: that is waited for, too.
constexpr std::chrono::duration<double> kMomentOfTheLast{1.0};
constexpr std::chrono::milliseconds kFirstPause{5}, kLongestPause{100};

constexpr const char* kRunning = ".stimgen-running";

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, Use use, const Patience& patience)
    : FolderLock(folder, kRunning, use, patience) {}

bool FolderLock::is_left_over(const std::filesystem::path& folder) {
  const int descriptor = ::open((folder / kRunning).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool nobody = lock(descriptor, LOCK_SH) == 0;
  ::close(descriptor);
  return nobody;
}

FolderLock FolderLock::for_file(const std::filesystem::path& folder, const std::string& name) {
  // Whoever holds it writes one small file: longer than this it is held by nobody that is alive.
  constexpr std::chrono::seconds kLongestTurn{60};
  return {folder, fmt::format(".{}-writing", name), Use::alone, Patience{.most = kLongestTurn}};
}

FolderLock::FolderLock(const std::filesystem::path& folder, const std::string& marker, Use use,
                       const Patience& patience)
    : folder_(folder.empty() ? "." : folder), path_(folder_ / marker), use_(use) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  const auto at_least = use == Use::shared ? kMomentOfTheLast : std::chrono::duration<double>(0);
  std::chrono::milliseconds pause = kFirstPause;
  bool told = false;
  std::string holder;
  while (!try_lock(holder)) {
    const std::chrono::duration<double> waited = Clock::now() - begin;
    if (patience.most && waited >= std::max(*patience.most, at_least)) {
      const std::string after =
          patience.most->count() > 0 ? fmt::format(" for {:g} s now", patience.most->count()) : "";
      throw EnvironmentError("disk.in-use",
                             fmt::format("{} is writing to '{}'{}: wait until it is done, or give this one another "
                                         "folder with --output",
                                         holder, printable(folder_.string()), after));
    }
    if (patience.stop && patience.stop()) throw Interrupted();
    const bool waiting = !patience.most || patience.most->count() > 0;
    if (waiting && patience.on_wait && !told && waited >= kLongestPause) {
      patience.on_wait(holder);
      told = true;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

// False: someone else has it.
bool FolderLock::try_lock(std::string& holder) {
  for (;;) {
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      const int error = errno;
      throw EnvironmentError("disk.cannot-write", fmt::format("cannot write in folder '{}': {}",
                                                              printable(folder_.string()), std::strerror(error)));
    }
    const int error = lock(descriptor, use_ == Use::alone ? LOCK_EX : LOCK_SH);
    if (error == 0 && still_there(descriptor, path_)) {
      descriptor_ = descriptor;
      write_holder(descriptor);
      return true;
    }
    if (error == EWOULDBLOCK) holder = call(read_holder(descriptor));
    ::close(descriptor);
    if (error == EWOULDBLOCK) return false;
    if (error != 0) {
      // This file system knows no locks.
      ::unlink(path_.c_str());
      if (use_ == Use::alone) made_marker_ = try_make_marker(path_.string() + "-alone", holder);
      return use_ == Use::shared || made_marker_;
    }
  }
}

namespace {

// Without replacing what stands there.
bool put_back(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()) == 0;
  if (errno == EEXIST) return false;
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0;
}

// Takes the marker of a dead process away, which `seen` is open on. Of several runs that see it one gets it; another
// may by then have made a marker of its own, which is no dead run's and goes back.
void take_away(const std::filesystem::path& marker, int seen) {
  const std::filesystem::path taken = marker.string() + fmt::format(".{}", ::getpid());
  if (::rename(marker.c_str(), taken.c_str()) != 0) return;
  if (still_there(seen, taken) || !put_back(taken, marker)) ::unlink(taken.c_str());
}

}  // namespace

bool try_make_marker(const std::filesystem::path& marker, std::string& holder, const std::function<void()>& on_dead) {
  for (;;) {
    const int made = ::open(marker.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (made >= 0) {
      write_holder(made);
      ::close(made);
      return true;
    }
    const int error = errno;
    if (error != EEXIST) {
      throw EnvironmentError("disk.cannot-write",
                             fmt::format("cannot write in folder '{}': {}", printable(marker.parent_path().string()),
                                         std::strerror(error)));
    }
    const int there = ::open(marker.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (there < 0) {
      if (errno == ENOENT) continue;  // let go just now
      holder = fmt::format("another run ('{}')", printable(marker.string()));
      return false;
    }
    const Holder found = read_holder(there);
    const bool dead = found.process > 0 && found.host == host_name() && ::kill(found.process, 0) != 0 && errno == ESRCH;
    if (dead) {
      if (on_dead) on_dead();
      take_away(marker, there);
    } else {
      holder = fmt::format("{}, or one that was killed and left '{}',", call(found), printable(marker.string()));
    }
    ::close(there);
    if (!dead) return false;
  }
}

FolderLock::~FolderLock() {
  if (made_marker_) ::unlink((path_.string() + "-alone").c_str());
  if (descriptor_ < 0) return;
  // Only who holds it alone removes it: nobody else's file can stand there then. The last of those who share it does,
  // unless another run took the file between the two locks.
  const bool alone = use_ == Use::alone || (lock(descriptor_, LOCK_EX) == 0 && still_there(descriptor_, path_));
  if (alone) ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace stimgen
