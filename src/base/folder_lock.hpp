// One run at a time in an output folder, or several that share it; one writer at a time of a file beside it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace stimgen {

// What to do while another process holds what is wanted.
struct Patience {
  // How long to wait; nullopt: as long as it takes.
  std::optional<std::chrono::duration<double>> most = std::chrono::duration<double>(0);
  // Called once, before the waiting begins, with who holds it: "another run (process 4711)".
  std::function<void(const std::string& holder)> on_wait = {};
  // Asked a few times a second: true ends the waiting with Interrupted.
  std::function<bool()> stop = {};

  static Patience endless() { return {.most = std::nullopt}; }
};

// Holds a folder for this process until destroyed, alone or with others that share it, by an advisory lock on the file
// "<folder>/.stimgen-running" (flock on a descriptor open for writing, which NFS wants). The kernel releases the lock
// when the process ends, however it ends, so that a file left by a crash stops nobody. Where the file system knows no
// locks, the file ".stimgen-running-alone", which only one process can make, is the lock of who wants the folder alone;
// one that a crash left is removed if it was on this machine, else it stops the next run with a message that names it.
// Errors: EnvironmentError naming the process that holds the folder, or why the file cannot be made; Interrupted.
class FolderLock {
 public:
  enum class Use : unsigned char { alone, shared };
  explicit FolderLock(const std::filesystem::path& folder, Use use = Use::alone, const Patience& patience = {});
  // A marker that a killed run left would be found, and is nobody's.
  static bool is_left_over(const std::filesystem::path& folder);
  // The lock of the files `name` in the folder, which is another one than that of the folder.
  static FolderLock for_file(const std::filesystem::path& folder, const std::string& name);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  FolderLock(const std::filesystem::path& folder, const std::string& marker, Use use, const Patience& patience);
  bool try_lock(std::string& holder);
  std::filesystem::path folder_;
  std::filesystem::path path_;
  Use use_;
  int descriptor_ = -1;
  bool made_marker_ = false;  // path_ + "-alone" is ours
};

// Makes `marker`, which only one process can: false if it is another's that may be alive, then `holder` says whose. One
// that a dead process of this machine left is taken away first. `on_dead` is called between the look at that one and
// its removal: for tests.
bool try_make_marker(const std::filesystem::path& marker, std::string& holder,
                     const std::function<void()>& on_dead = {});

}  // namespace stimgen
