// HDF5 files of ours, written exclusively and reproducibly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "h5/handle.hpp"

namespace stimgen::h5 {

enum class ElementType : std::uint8_t { uint64, float64 };

struct Layout {
  ElementType type = ElementType::uint64;
  std::uint64_t length = 0;        // at creation; 0 and not extendible: an empty dataset without chunks
  std::uint64_t chunk_length = 0;  // elements
  bool extendible = false;
  // The filters readers have to undo; chunks are handed over with them applied.
  enum class Filter : std::uint8_t { fletcher32, shuffle_deflate } filter = Filter::fletcher32;
  unsigned deflate_level = 4;  // as recorded in the file
};

// A dataset being written, chunk by chunk, bypassing HDF5's filters and cache.
class NewDataset {
 public:
  NewDataset() = default;
  bool is_open() const { return handle_.is_open(); }
  void extend(std::uint64_t length);
  // `bytes`: the whole chunk that starts at element `first`, filters applied.
  void write_chunk(std::uint64_t first, std::span<const std::byte> bytes);
  void close();

 private:
  friend class NewFile;
  NewDataset(std::string file, std::string name, Handle handle);
  std::string file_, name_;
  Handle handle_;
};

// A file being written. Equal calls make equal bytes: no times, libver v110 (so that an unfinished file cannot be
// taken for a whole one). Errors: EnvironmentError naming `shown_path` and what could not be done. After an error
// only destruction is allowed.
class NewFile {
 public:
  NewFile() = default;
  // Creates `path`, which must not exist (symbolic links are not followed). Messages call it `shown_path`.
  NewFile(const std::filesystem::path& path, std::string shown_path);
  bool is_open() const { return handle_.is_open(); }
  // Parents must exist.
  void create_group(const std::string& group);
  NewDataset create_dataset(const std::string& dataset, const Layout& layout);
  // A scalar dataset: one UTF-8 text of fixed length, without a limit but HDF5's own of 4 GiB. Requires: not empty.
  void write_text(const std::string& dataset, const std::string& text);
  void write_attribute(const std::string& object, const std::string& name, std::uint32_t value);
  void write_attribute(const std::string& object, const std::string& name, std::span<const std::uint32_t> values);
  // A UTF-8 string of variable length, at most 60,000 bytes: HDF5 keeps attributes below 64 KiB.
  void write_attribute(const std::string& object, const std::string& name, const std::string& text);
  // An enum over uint8 with `members` numbered from 0.
  void write_enum_attribute(const std::string& object, const std::string& name, std::span<const char* const> members,
                            std::uint8_t value);
  // Requires: its datasets are closed. A failed close is an error; the file is released in any case.
  void close();

 private:
  [[noreturn]] void fail(const std::string& object) const;
  void write_attribute_value(const std::string& object, const std::string& name, std::int64_t type, std::int64_t space,
                             const void* value);
  std::string file_;
  Handle handle_;
};

}  // namespace stimgen::h5
