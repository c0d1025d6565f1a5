// HDF5 files of anybody, read safely.
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
#include <vector>

#include "h5/handle.hpp"

namespace stimgen::h5 {

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

// The first soft or external link on the way to an object, and where it leads with the rest of the way: in `file`, as
// the link names it (empty: in its own file), to `object`.
struct Link {
  std::string file;
  std::string object;    // absolute
  bool readable = true;  // false: a link of another kind, which leads nobody knows where
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
  struct Filters;
  Filters read_filters(std::int64_t creation) const;
  void prepare_chunks(std::int64_t type, const DatasetInfo& chunk, const Filters& filters);
  [[noreturn]] void refuse(const std::string& problem) const;
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
  // nullopt: there is none on the way.
  std::optional<Link> first_link(const std::string& object) const;
  // In the order of their names. Errors: InputError if it is not a group.
  std::vector<Child> children(const std::string& group) const;
  // Errors: InputError if there is no such dataset, or its storage is refused.
  Dataset open_dataset(const std::string& dataset) const;
  // Absent object: false / nullopt.
  bool has_attribute(const std::string& object, const std::string& name) const;
  std::optional<Attribute> read_attribute(const std::string& object, const std::string& name) const;
  // In alphabetical order; none of an absent object.
  std::vector<std::string> attribute_names(const std::string& object) const;

 private:
  std::shared_ptr<const Dataset::Origin> origin_;
};

}  // namespace stimgen::h5
