// Exclusive temporaries, fsync, rename and fsync of the folder (POSIX).
#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "stimgen/diagnostic.hpp"

namespace stimgen {
namespace {

constexpr std::string_view kMark = ".tmp.";
constexpr std::size_t kLongestFileName = 255;
constexpr std::size_t kLongestNamePart = 200;

int result(int returned) {
  return returned < 0 ? -errno : returned;
}

// Some file systems cannot sync a folder; there is nothing better to do there.
bool cannot_sync(int error) {
  return error == -EINVAL || error == -ENOTSUP || error == -EROFS;
}

int sync_opened(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  // The first failure is final: a second fsync may report success although pages were dropped.
  const int synced = result(::fsync(descriptor));
  const int closed = result(::close(descriptor));
  return synced < 0 ? synced : closed;
}

class RealDisk final : public Disk {
 public:
  int open_exclusively(const std::filesystem::path& path) override {
    return result(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  }
  int write(int descriptor, std::string_view text) override {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor, text.data(), text.size());
      if (written < 0 && errno != EINTR) return -errno;
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
  }
  int close(int descriptor) override { return result(::close(descriptor)); }
  int sync_file(const std::filesystem::path& path) override { return sync_opened(path, O_RDONLY | O_NOFOLLOW); }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return result(::rename(from.c_str(), to.c_str()));
  }
  int sync_folder(const std::filesystem::path& folder) override {
    const int synced = sync_opened(folder, O_RDONLY | O_DIRECTORY);
    return cannot_sync(synced) ? 0 : synced;
  }
  int remove(const std::filesystem::path& path) override { return result(::unlink(path.c_str())); }
};

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::uint64_t random_number() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof number)) {
    number = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }
  return number;
}

// The process of "….tmp.<pid>.<hex>", or 0 if the name is not of this form.
pid_t process_of(const std::string& name) {
  const auto mark = name.rfind(kMark);
  if (name.empty() || name[0] != '.' || mark == name.npos) return 0;
  const char* const first = name.data() + mark + kMark.size();
  const char* const last = name.data() + name.size();
  pid_t process = 0;
  const auto [end, error] = std::from_chars(first, last, process);
  if (error != std::errc{} || process <= 0 || last - end != 17 || *end != '.') return 0;
  std::uint64_t number = 0;
  const auto [stop, number_error] = std::from_chars(end + 1, last, number, 16);
  return number_error == std::errc{} && stop == last ? process : 0;
}

bool is_locked(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return true;
  const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return locked;
}

// Temporaries of processes that are no more. `held`: nobody else writes in the folder now.
template <typename Action>
void for_each_stale_temporary(const std::filesystem::path& folder, bool held, Action action) noexcept {
  try {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const pid_t process = process_of(entry->path().filename().string());
      if (process == 0) continue;
      // In a container every run may have the same number as the one before.
      const bool gone = (held && process == ::getpid()) || (::kill(process, 0) != 0 && errno == ESRCH);
      if (!gone) continue;
      if (!entry->is_regular_file(error) || entry->is_symlink(error) || is_locked(entry->path())) continue;
      action(entry->path());
    }
  } catch (const std::exception&) {
    // Out of memory for a name: the rest is found next time.
  }
}

}  // namespace

Disk& real_disk() {
  static RealDisk disk;
  return disk;
}

std::filesystem::path temporary_path_for(const std::filesystem::path& path) {
  const std::string name = path.filename().string().substr(0, kLongestNamePart);
  return folder_of(path) / fmt::format(".{}{}{}.{:016x}", name, kMark, ::getpid(), random_number());
}

AtomicFile::AtomicFile(std::filesystem::path path, Disk& disk)
    : path_(std::move(path)), temporary_(temporary_path_for(path_)), disk_(disk) {}

void AtomicFile::fail(const char* what, int error) {
  abandon();
  throw EnvironmentError("disk.cannot-write",
                         fmt::format("cannot {} '{}': {}", what, printable(path_.string()), std::strerror(-error)));
}

void AtomicFile::write_text(std::string_view text) {
  const int descriptor = disk_.open_exclusively(temporary_);
  if (descriptor < 0) fail("create", descriptor);
  const int written = disk_.write(descriptor, text);
  const int closed = disk_.close(descriptor);
  if (written < 0) fail("write", written);
  if (closed < 0) fail("write", closed);
}

void AtomicFile::start_writeback() noexcept {
  if (writeback_descriptor_ < 0) {
    writeback_descriptor_ = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  }
  if (writeback_descriptor_ >= 0) ::sync_file_range(writeback_descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void AtomicFile::end_writeback() noexcept {
  if (const int descriptor = std::exchange(writeback_descriptor_, -1); descriptor >= 0) ::close(descriptor);
}

void AtomicFile::commit() {
  end_writeback();
  if (const int error = disk_.sync_file(temporary_); error < 0) fail("write", error);
  commit_unsynced();
  if (const int error = disk_.sync_folder(folder_of(path_)); error < 0) fail("save the folder entry of", error);
}

void AtomicFile::commit_unsynced() {
  if (const int error = disk_.rename(temporary_, path_); error < 0) fail("put in place", error);
  done_ = true;
}

void AtomicFile::abandon() noexcept {
  end_writeback();
  if (!std::exchange(done_, true)) disk_.remove(temporary_);
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text, Disk& disk) {
  AtomicFile file(path, disk);
  file.write_text(text);
  file.commit();
}

void write_cache_file(const std::filesystem::path& path, std::string_view text, Disk& disk) {
  AtomicFile file(path, disk);
  file.write_text(text);
  file.commit_unsynced();
}

std::size_t sweep_stale_temporaries(const std::filesystem::path& folder, bool held) noexcept {
  std::size_t removed = 0;
  for_each_stale_temporary(folder, held, [&](const std::filesystem::path& path) {
    if (::unlink(path.c_str()) == 0) ++removed;
  });
  return removed;
}

bool has_stale_temporaries(const std::filesystem::path& folder) noexcept {
  bool found = false;
  for_each_stale_temporary(folder, true, [&](const std::filesystem::path&) { found = true; });
  return found;
}

std::string folder_problem(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path path = fs::absolute(folder.empty() ? "." : folder, error);
  for (; path.has_relative_path(); path = path.parent_path()) {
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) return {};
    const std::string shown = printable(path.string());
    // Below a folder that is not there yet nobody says so.
    if (error == std::errc::filename_too_long || path.filename().native().size() > kLongestFileName)
      return fmt::format("'{}' has a longer name than the system takes", shown);
    if (fs::exists(status)) return fmt::format("'{}' is a file, so it cannot be a folder", shown);
    if (fs::is_symlink(fs::symlink_status(path, error))) return fmt::format("'{}' is a link that leads nowhere", shown);
  }
  return {};
}

std::string file_problem(const std::filesystem::path& file) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(file, error);
  if (fs::symlink_status(temporary_path_for(file), error).type() == fs::file_type::none &&
      error == std::errc::filename_too_long) {
    return fmt::format("'{}' has a longer name than the system takes", printable(file.string()));
  }
  if (!fs::exists(status) || fs::is_regular_file(status) || fs::is_symlink(status)) return {};
  return fmt::format("'{}' is {}", printable(file.lexically_normal().string()),
                     fs::is_directory(status) ? "a folder" : "no ordinary file");
}

void create_folders(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && !std::filesystem::is_directory(folder, error) && !error)
    error = std::make_error_code(std::errc::not_a_directory);
  if (error) {
    throw EnvironmentError("disk.cannot-write",
                           fmt::format("cannot create folder '{}': {}", printable(folder.string()), error.message()));
  }
}

std::filesystem::path temporary_folder() {
  const char* const named = std::getenv("TMPDIR");
  const std::filesystem::path folder = named != nullptr && *named != '\0' ? named : "/tmp";
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return folder;
  throw EnvironmentError("disk.no-temporary-folder",
                         fmt::format("a temporary file is needed, but there is no folder '{}'{}",
                                     printable(folder.string()), named != nullptr ? ", which TMPDIR names" : ""));
}

namespace {

// A descriptor, or -1 and errno.
int open_unnamed(const std::filesystem::path& folder) {
  const std::filesystem::path path = temporary_path_for(folder / "spill");
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::unlink(path.c_str());
  return descriptor;
}

}  // namespace

ScratchFile::ScratchFile(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (!folder_.empty()) descriptor_ = open_unnamed(folder_);
  if (descriptor_ >= 0) return;
  folder_ = temporary_folder();
  descriptor_ = open_unnamed(folder_);
  if (descriptor_ < 0) {
    throw EnvironmentError("disk.cannot-write", fmt::format("cannot create a temporary file in '{}': {}",
                                                            printable(folder_.string()), std::strerror(errno)));
  }
}

ScratchFile::~ScratchFile() {
  ::close(descriptor_);
}

void ScratchFile::append(const void* bytes, std::size_t size) {
  const std::string_view text(static_cast<const char*>(bytes), size);
  if (const int error = real_disk().write(descriptor_, text); error < 0) {
    throw EnvironmentError("disk.cannot-write", fmt::format("cannot write a temporary file in '{}': {}",
                                                            printable(folder_.string()), std::strerror(-error)));
  }
  size_ += size;
}

void ScratchFile::read(std::uint64_t offset, void* bytes, std::size_t size) const {
  auto* to = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = ::pread(descriptor_, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw EnvironmentError("disk.cannot-read",
                             fmt::format("cannot read a temporary file in '{}': {}", printable(folder_.string()),
                                         got < 0 ? std::strerror(errno) : "it ends early"));
    }
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace stimgen
