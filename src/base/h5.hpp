// HDF5 files behind a narrow interface: safe reading of anybody's files, and exclusive, reproducible writing of ours.
//
// h5.cpp is the only file with hdf5.h. All calls are serialised by one lock, so every class here may be used from any
// thread, one object by one thread at a time. HDF5 never prints, loads no plugin and does nothing at exit.
//
// Reading trusts nothing: only hard links are followed; external and virtual storage, unknown filters and sizes that
// the file cannot hold are refused before anything is allocated. A wrong or damaged file is an InputError that names
// file, object and what was expected; trouble with disk or permission is an EnvironmentError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stimgen::h5 {

// Owns one open HDF5 object and closes it once: a failed id is never closed again (HDF5 1.10 crashes on that).
class Handle {
 public:
  using Close = int (*)(std::int64_t);
  Handle() = default;
  Handle(std::int64_t id, Close closer) : id_(id), close_(closer) {}
  ~Handle() { close(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  std::int64_t id() const { return id_; }
  bool is_open() const { return id_ >= 0; }
  // False if HDF5 could not close it (data may be lost). Closed or not, the handle is empty afterwards.
  bool close() noexcept;

 private:
  std::int64_t id_ = -1;
  Close close_ = nullptr;
};

// "1.10.8", of the library in use.
std::string library_version();

// ---- reading -------------------------------------------------------------------------------------------------------

// `link`: a soft or external link, which is never followed.
enum class ObjectKind : std::uint8_t { group, dataset, link, other };

struct Child {
  std::string name;
  ObjectKind kind = ObjectKind::other;
};

// enumeration: integers with names (h5py's booleans, too); read as integers. other: compound, reference, array, …
enum class TypeClass : std::uint8_t { integer, floating, fixed_string, variable_string, enumeration, other };

struct DatasetInfo {
  TypeClass type = TypeClass::other;
  std::size_t element_bytes = 0;    // in the file; of a variable-length string: of its reference
  bool is_signed = false;           // of integers
  std::vector<std::uint64_t> dims;  // empty: a scalar; {0}: a null dataspace

  std::size_t rank() const { return dims.size(); }
  // Length of the first dimension; 1 for a scalar.
  std::uint64_t rows() const { return dims.empty() ? 1 : dims[0]; }
  // Elements in a row: 1 unless the rank is 2 or more.
  std::uint64_t row_elements() const;
  bool is_integer() const { return type == TypeClass::integer || type == TypeClass::enumeration; }
  bool is_string() const { return type == TypeClass::fixed_string || type == TypeClass::variable_string; }
};

// An attribute's value(s). Exactly the members of its type are filled.
struct Attribute {
  TypeClass type = TypeClass::other;
  std::vector<std::int64_t> integers;  // integer, enumeration (values beyond int64 are clamped)
  std::vector<double> reals;           // floating
  std::string text;                    // strings: the first one; enumeration: name of the first value
};

// A dataset open for reading. Rows are read whole; a 2-D result is row-major. Ranks 0, 1 and 2 can be read.
// Requires: first + count <= info().rows().
// Errors: InputError if the type does not fit, a value is out of range, or the data are damaged.
class Dataset {
 public:
  const std::string& name() const { return name_; }  // "/spikes/a/node_ids"
  const DatasetInfo& info() const { return info_; }

  std::vector<std::int64_t> read_int64() const { return read_int64(0, info_.rows()); }
  std::vector<std::int64_t> read_int64(std::uint64_t first, std::uint64_t count) const;
  std::vector<std::uint64_t> read_uint64() const { return read_uint64(0, info_.rows()); }
  std::vector<std::uint64_t> read_uint64(std::uint64_t first, std::uint64_t count) const;
  // Integers are taken too where they are exact as a double.
  std::vector<double> read_double() const { return read_double(0, info_.rows()); }
  std::vector<double> read_double(std::uint64_t first, std::uint64_t count) const;
  // Fixed or variable length, without padding. Bytes as in the file: the caller checks UTF-8 where it matters.
  std::vector<std::string> read_strings() const { return read_strings(0, info_.rows()); }
  std::vector<std::string> read_strings(std::uint64_t first, std::uint64_t count) const;

 private:
  friend class ReadFile;
  struct Origin;  // what messages say about the file
  Dataset(std::shared_ptr<const Origin> origin, std::string name, Handle handle);
  template <typename T>
  std::vector<T> read_numbers(std::uint64_t first, std::uint64_t count, std::int64_t memory_type) const;
  template <typename To, typename From>
  std::vector<To> convert(std::vector<From> values, const char* wanted) const;
  [[noreturn]] void wrong_type(const std::string& wanted) const;
  std::vector<std::string> read_variable_strings(std::uint64_t first, std::uint64_t count) const;
  bool read_chunks(std::uint64_t first, std::span<std::byte> values) const;
  bool open_chunk(std::uint64_t chunk) const;

  std::shared_ptr<const Origin> origin_;
  std::string name_;
  Handle handle_;
  DatasetInfo info_;
  // What is done to chunks, if they are taken as they lie in the file, and their rows: those of our own files.
  enum class ChunkFilter : std::uint8_t { other, fletcher32, shuffle_deflate } chunk_filter_ = ChunkFilter::other;
  std::uint64_t chunk_rows_ = 0;
  // The chunk read last.
  static constexpr std::uint64_t kNoChunk = ~std::uint64_t{0};
  mutable std::uint64_t chunk_ = kNoChunk;
  mutable std::vector<std::byte> chunk_bytes_;
};

// A file open for reading. Objects are named by absolute paths: "/nodes/cortex/node_type_id".
class ReadFile {
 public:
  // `expected` ends the messages about a wrong file: "a SONATA spike file".
  // Errors: InputError if it is missing, not HDF5, cut off, damaged, or being written (or left so by a killed writer).
  ReadFile(const std::filesystem::path& path, std::string expected);
  ~ReadFile();
  ReadFile(ReadFile&&) noexcept;
  ReadFile& operator=(ReadFile&&) noexcept;

  const std::string& path() const;
  // nullopt: nothing has this name.
  std::optional<ObjectKind> find(const std::string& object) const;
  bool has_group(const std::string& object) const { return find(object) == ObjectKind::group; }
  bool has_dataset(const std::string& object) const { return find(object) == ObjectKind::dataset; }
  // In the order of their names. Errors: InputError if it is not a group.
  std::vector<Child> children(const std::string& group) const;
  // Errors: InputError if there is no such dataset, or its storage is refused.
  Dataset open_dataset(const std::string& dataset) const;
  // Absent object: false / nullopt.
  bool has_attribute(const std::string& object, const std::string& name) const;
  std::optional<Attribute> read_attribute(const std::string& object, const std::string& name) const;

 private:
  std::shared_ptr<const Dataset::Origin> origin_;
};

// ---- writing -------------------------------------------------------------------------------------------------------

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
  void write_attribute(const std::string& object, const std::string& name, std::uint32_t value);
  void write_attribute(const std::string& object, const std::string& name, std::span<const std::uint32_t> values);
  // A UTF-8 string of variable length, at most 60,000 bytes.
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
