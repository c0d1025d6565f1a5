// Files that appear whole or not at all: written under a temporary name beside the final one, synced, renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace stimgen {

// The system calls behind a commit. Each returns 0 (open: a descriptor) or -errno, as the kernel does.
class Disk {
 public:
  virtual ~Disk() = default;
  // Creates a file that must not exist; never follows a symbolic link.
  virtual int open_exclusively(const std::filesystem::path& path) = 0;
  // The whole text.
  virtual int write(int descriptor, std::string_view text) = 0;
  virtual int close(int descriptor) = 0;
  virtual int sync_file(const std::filesystem::path& path) = 0;
  virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual int sync_folder(const std::filesystem::path& folder) = 0;
  virtual int remove(const std::filesystem::path& path) = 0;
};

Disk& real_disk();

// A path for a temporary of this process: "<folder>/.<name>.tmp.<pid>.<16 hex digits>" (a very long name is cut).
std::filesystem::path temporary_path_for(const std::filesystem::path& path);

// The place of one file while it is written. Lifecycle: made → (someone creates and fills temporary_path()) → commit |
// abandon. Destroyed without commit() it abandons. What stood under the final name stays until the rename; a symbolic
// link there is replaced, not followed.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path, Disk& disk = real_disk());
  ~AtomicFile() { abandon(); }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& temporary_path() const { return temporary_; }
  // Creates the temporary with this text.
  void write_text(std::string_view text);
  // Asks the system to begin writing to disk what the temporary holds by now; does not wait. A hint: never fails.
  void start_writeback() noexcept;
  // Requires: the temporary is complete and closed. Syncs it, renames it, syncs the folder. After an error of the last
  // step the file is there under its final name; after any other, nothing is.
  void commit();
  // Only renames it: for what may be lost or cut short when the machine stops.
  void commit_unsynced();
  // Removes the temporary, if there is one.
  void abandon() noexcept;

 private:
  [[noreturn]] void fail(const char* what, int error);
  void end_writeback() noexcept;
  std::filesystem::path path_, temporary_;
  Disk& disk_;
  bool done_ = false;
  int writeback_descriptor_ = -1;
};

// Errors: EnvironmentError naming the path; then an old file is as it was.
void write_file_atomically(const std::filesystem::path& path, std::string_view text, Disk& disk = real_disk());
// The same without waiting for the disk: for a cache, whose reader must not trust it to be whole.
void write_cache_file(const std::filesystem::path& path, std::string_view text, Disk& disk = real_disk());

// Removes temporaries of processes that are gone, from one folder. One that another process (of another machine on a
// shared disk, too) holds locked, as HDF5 locks what it writes, is left. Returns how many were removed; never throws.
// Where `held` says that no other run writes there and this process has not begun, those with its own number go, too.
std::size_t sweep_stale_temporaries(const std::filesystem::path& folder, bool held = false) noexcept;
// Whether there is any that would go if the folder were held.
bool has_stale_temporaries(const std::filesystem::path& folder) noexcept;

// Why no folder can be made of this name; empty: it is there, or nothing is in the way.
std::string folder_problem(const std::filesystem::path& folder);
// Why no file of this name can be put in place; empty: there is none, an ordinary one, or a link, which is replaced.
std::string file_problem(const std::filesystem::path& file);
// Makes the folder and those above it. Errors: EnvironmentError.
void create_folders(const std::filesystem::path& folder);

// What TMPDIR names, else /tmp. Errors: EnvironmentError naming TMPDIR if that is no folder.
std::filesystem::path temporary_folder();

// An unnamed file for data too large for memory; it is gone with the process, whatever ends it.
class ScratchFile {
 public:
  // In `folder`, or where that is empty or cannot be written to in temporary_folder(). Errors: EnvironmentError.
  explicit ScratchFile(std::filesystem::path folder);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  void append(const void* bytes, std::size_t size);
  void read(std::uint64_t offset, void* bytes, std::size_t size) const;
  std::uint64_t size() const { return size_; }

 private:
  std::filesystem::path folder_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace stimgen
