// One run at a time in an output folder, or several that share it.
#pragma once

#include <filesystem>

namespace stimgen {

// Holds a folder for this process until destroyed, alone or with others that share it, by an advisory lock on
// "<folder>/.stimgen-running". The kernel releases the lock when the process ends, however it ends, so that a file left
// by a crash stops nobody. Where the file system knows no locks, nothing is held. Errors: EnvironmentError naming the
// process that holds the folder, or why the file cannot be made.
class FolderLock {
 public:
  enum class Use : unsigned char { alone, shared };
  explicit FolderLock(const std::filesystem::path& folder, Use use = Use::alone);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::filesystem::path path_;
  Use use_;
  int descriptor_ = -1;
};

}  // namespace stimgen
