// One run at a time in an output folder.
#pragma once

#include <filesystem>

namespace stimgen {

// Holds a folder for this process until destroyed, by an advisory lock on "<folder>/.stimgen-running". The kernel
// releases the lock when the process ends, however it ends, so that a file left by a crash stops nobody. Where the file
// system knows no locks, nothing is held.
// Errors: EnvironmentError naming the process that holds the folder, or why the file cannot be made.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace stimgen
