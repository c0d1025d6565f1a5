// Reading datasets: which are refused, and the ways to their values.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "base/chunk_codec.hpp"
#include "base/fletcher32.hpp"
#include "h5/origin.hpp"

namespace stimgen::h5 {

namespace {

static_assert(std::endian::native == std::endian::little, "file bytes are taken from memory as they are");

// Deflate cannot shrink further than 1032 : 1.
constexpr std::uint64_t kLargestRatio = 1100;

const char* words_for(TypeClass type) {
  constexpr std::array<const char*, 6> kWords = {
      "integers",    "floating-point numbers", "fixed-length strings", "variable-length strings", "enumerated values",
      "another type"};
  return kWords.at(static_cast<std::size_t>(type));
}

bool has_more_than(std::uint64_t most, const DatasetInfo& shape) {
  const std::uint64_t row = shape.row_elements();
  return row != 0 && (row > most || shape.rows() > most / row);
}

}  // namespace

// How bytes are changed on their way to the file.
struct Dataset::Filters {
  std::vector<H5Z_filter_t> pipeline;
  std::size_t shuffled_bytes = 0;  // of an element
  int compressors = 0;
};

Dataset::Dataset(std::shared_ptr<const Origin> origin, std::string name, Handle handle)
    : origin_(std::move(origin)), name_(std::move(name)), handle_(std::move(handle)) {
  const Handle type(H5Dget_type(handle_.id()), H5Tclose);
  const Handle space(H5Dget_space(handle_.id()), H5Sclose);
  const Handle creation(H5Dget_create_plist(handle_.id()), H5Pclose);
  if (!type.is_open() || !space.is_open() || !creation.is_open() ||
      !read_type_and_extent(type.id(), space.id(), info_)) {
    origin_->fail(name_);
  }
  if (H5Pget_external_count(creation.id()) != 0) refuse("keeps its data in another file, which is not read");
  const H5D_layout_t layout = H5Pget_layout(creation.id());
  if (layout == H5D_VIRTUAL) refuse("is a view of other files (virtual dataset), which is not read");
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) origin_->fail(name_);
  const Filters filters = read_filters(creation.id());

  const std::uint64_t stored = std::min<std::uint64_t>(H5Dget_storage_size(handle_.id()), origin_->file_bytes);
  const std::uint64_t most_bytes = std::max(kSmallBytes, filters.compressors != 0 ? stored * kLargestRatio : stored);
  const std::uint64_t most = most_bytes / info_.element_bytes;
  DatasetInfo chunk;
  if (layout == H5D_CHUNKED) {
    std::array<hsize_t, H5S_MAX_RANK> lengths{};
    const int rank = H5Pget_chunk(creation.id(), H5S_MAX_RANK, lengths.data());
    if (rank < 1) origin_->fail(name_);
    chunk.dims.assign(lengths.begin(), lengths.begin() + rank);
  }
  if (has_more_than(most, info_) || has_more_than(most, chunk)) {
    origin_->refuse("file.damaged", fmt::format("{} is damaged: {} claims more values than the file can hold",
                                                origin_->quoted(), printable(name_)));
  }
  if (layout == H5D_CHUNKED) prepare_chunks(type.id(), chunk, filters);
}

void Dataset::refuse(const std::string& problem) const {
  origin_->refuse("file.dataset", fmt::format("{} of {} {}", printable(name_), origin_->quoted(), problem));
}

Dataset::Filters Dataset::read_filters(std::int64_t creation) const {
  Filters filters;
  const int count = H5Pget_nfilters(creation);
  if (count < 0) origin_->fail(name_);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, config = 0;
    std::array<unsigned, 4> values{};
    std::size_t value_count = values.size();
    std::array<char, 64> label{};
    const H5Z_filter_t filter = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &value_count, values.data(),
                                               label.size() - 1, label.data(), &config);
    if (filter < 0) origin_->fail(name_);
    if (H5Zfilter_avail(filter) <= 0) {
      refuse(fmt::format("is compressed by a filter that is not supported (number {}{}); gzip is",
                         static_cast<int>(filter), label[0] != '\0' ? ", " + printable(label.data()) : ""));
    }
    filters.pipeline.push_back(filter);
    if (filter == H5Z_FILTER_SHUFFLE) filters.shuffled_bytes = value_count > 0 ? values[0] : 0;
    if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) ++filters.compressors;
  }
  if (filters.compressors > 1) refuse("is compressed twice, which is not supported");
  return filters;
}

// How chunks are read: as they lie in the file, if they are like those of our own files.
void Dataset::prepare_chunks(std::int64_t type, const DatasetInfo& chunk, const Filters& filters) {
  const auto is = [&](hid_t plain) { return H5Tequal(type, plain) > 0; };
  if (chunk.rank() == 1 && chunk.rows() < kSmallBytes / 8 &&
      (is(H5T_STD_U64LE) || is(H5T_STD_I64LE) || is(H5T_IEEE_F64LE))) {
    const bool by_element = filters.shuffled_bytes == info_.element_bytes;
    chunk_rows_ = chunk.rows();
    if (filters.pipeline == std::vector{H5Z_FILTER_FLETCHER32}) chunk_filter_ = ChunkFilter::fletcher32;
    if (filters.pipeline == std::vector{H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE} && by_element) {
      chunk_filter_ = ChunkFilter::shuffle_deflate;
    }
  }
  // A chunk larger than HDF5's cache (1 MiB) would be decompressed again for every block read of it.
  const std::uint64_t bytes = chunk.rows() * chunk.row_elements() * info_.element_bytes;
  if (bytes <= kSmallBytes / 16 || bytes >= kSmallBytes * 16) return;
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  H5Pset_chunk_cache(access.id(), H5D_CHUNK_CACHE_NSLOTS_DEFAULT, static_cast<std::size_t>(bytes),
                     H5D_CHUNK_CACHE_W0_DEFAULT);
  Handle cached(H5Dopen2(origin_->file.id(), name_.c_str(), access.id()), H5Dclose);
  if (!cached.is_open()) origin_->fail(name_);
  handle_ = std::move(cached);
}

void Dataset::wrong_type(const std::string& wanted) const {
  throw InputError("file.dataset", fmt::format("{} of {} holds {} of {} dimensions; expected {}", printable(name_),
                                               origin_->quoted(), words_for(info_.type), info_.rank(), wanted));
}

// Makes chunk_bytes_ those of a chunk and checks them, at several times the speed of HDF5's filters, and without its
// lock. False: something is not as expected, and HDF5 will say what.
bool Dataset::open_chunk(std::uint64_t chunk) const {
  if (chunk == chunk_) return true;
  chunk_ = kNoChunk;
  const std::size_t size = static_cast<std::size_t>(chunk_rows_) * info_.element_bytes;
  thread_local std::vector<std::byte> stored;
  {
    const Library library;
    const hsize_t first = chunk * chunk_rows_;
    hsize_t stored_bytes = 0;
    if (H5Dget_chunk_storage_size(handle_.id(), &first, &stored_bytes) < 0) return false;
    if (stored_bytes == 0 || stored_bytes > size + size / 8 + 1024) return false;
    stored.resize(static_cast<std::size_t>(stored_bytes));
    std::uint32_t skipped_filters = 0;
    if (read_stored_chunk(handle_.id(), first, skipped_filters, stored) < 0) return false;
    if (skipped_filters != 0) return false;
  }
  chunk_bytes_.resize(size);
  if (chunk_filter_ == ChunkFilter::shuffle_deflate) {
    if (!decode_deflated(stored, chunk_bytes_)) return false;
  } else {
    std::uint32_t checksum = 0;
    if (stored.size() != size + sizeof checksum) return false;
    std::memcpy(&checksum, stored.data() + size, sizeof checksum);
    std::memcpy(chunk_bytes_.data(), stored.data(), size);
    if (fletcher32(chunk_bytes_) != checksum) return false;
  }
  chunk_ = chunk;
  return true;
}

// Rows from `first` on, by chunks. False: they have to be read by HDF5.
bool Dataset::read_chunks(std::uint64_t first, std::span<std::byte> values) const {
  if (chunk_filter_ == ChunkFilter::other) return false;
  const std::size_t element = info_.element_bytes;
  for (std::size_t done = 0; done < values.size();) {
    const std::uint64_t row = first + done / element;
    if (!open_chunk(row / chunk_rows_)) return false;
    const std::size_t from = static_cast<std::size_t>(row % chunk_rows_) * element;
    const std::size_t bytes = std::min(values.size() - done, static_cast<std::size_t>(chunk_rows_) * element - from);
    std::memcpy(values.data() + done, chunk_bytes_.data() + from, bytes);
    done += bytes;
  }
  return true;
}

template <typename T>
std::vector<T> Dataset::read_numbers(std::uint64_t first, std::uint64_t count, std::int64_t memory_type) const {
  if (count > info_.rows() || first > info_.rows() - count) {
    throw std::logic_error(fmt::format("rows [{}, {}+{}) of {} are not in the dataset", first, first, count, name_));
  }
  if (info_.rank() > 2) wrong_type("1 or 2 dimensions");
  const std::uint64_t columns = info_.row_elements();
  std::vector<T> values(static_cast<std::size_t>(count * columns));
  if (values.empty()) return values;
  if (read_chunks(first, std::as_writable_bytes(std::span(values)))) return values;
  const Library library;
  const Handle space(H5Dget_space(handle_.id()), H5Sclose);
  if (!space.is_open()) origin_->fail(name_);
  const std::array<hsize_t, 2> start{first, 0}, length{count, columns};
  if (info_.rank() > 0 &&
      H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, length.data(), nullptr) < 0) {
    origin_->fail(name_);
  }
  const hsize_t total = values.size();
  const Handle memory(H5Screate_simple(1, &total, nullptr), H5Sclose);
  if (!memory.is_open() ||
      H5Dread(handle_.id(), memory_type, memory.id(), space.id(), H5P_DEFAULT, values.data()) < 0) {
    origin_->fail(name_);
  }
  return values;
}

template <typename To, typename From>
std::vector<To> Dataset::convert(std::vector<From> values, const char* wanted) const {
  if constexpr (std::is_same_v<To, From>) {
    return values;
  } else {
    std::vector<To> result;
    result.reserve(values.size());
    for (const From value : values) {
      bool fits = false;
      if constexpr (std::is_same_v<To, double>) {
        constexpr auto kExact = std::int64_t{1} << 53;
        fits = std::cmp_less_equal(value, kExact) && std::cmp_greater_equal(value, -kExact);
      } else {
        fits = std::in_range<To>(value);
      }
      if (!fits) {
        throw InputError("file.dataset", fmt::format("{} of {} holds the value {}; expected {}", printable(name_),
                                                     origin_->quoted(), value, wanted));
      }
      result.push_back(static_cast<To>(value));
    }
    return result;
  }
}

std::vector<std::int64_t> Dataset::read_int64(std::uint64_t first, std::uint64_t count) const {
  constexpr const char* kWanted = "integers from -2^63 to 2^63 - 1";
  if (!info_.is_integer()) wrong_type(kWanted);
  if (info_.is_signed) return read_numbers<std::int64_t>(first, count, H5T_NATIVE_INT64);
  return convert<std::int64_t>(read_numbers<std::uint64_t>(first, count, H5T_NATIVE_UINT64), kWanted);
}

std::vector<std::uint64_t> Dataset::read_uint64(std::uint64_t first, std::uint64_t count) const {
  constexpr const char* kWanted = "integers of at least 0";
  if (!info_.is_integer()) wrong_type(kWanted);
  if (!info_.is_signed) return read_numbers<std::uint64_t>(first, count, H5T_NATIVE_UINT64);
  return convert<std::uint64_t>(read_numbers<std::int64_t>(first, count, H5T_NATIVE_INT64), kWanted);
}

std::vector<double> Dataset::read_double(std::uint64_t first, std::uint64_t count) const {
  constexpr const char* kWanted = "numbers that a double holds exactly";
  if (info_.type == TypeClass::floating) return read_numbers<double>(first, count, H5T_NATIVE_DOUBLE);
  if (!info_.is_integer()) wrong_type("numbers");
  if (info_.is_signed) return convert<double>(read_numbers<std::int64_t>(first, count, H5T_NATIVE_INT64), kWanted);
  return convert<double>(read_numbers<std::uint64_t>(first, count, H5T_NATIVE_UINT64), kWanted);
}

std::vector<std::string> Dataset::read_strings(std::uint64_t first, std::uint64_t count) const {
  if (!info_.is_string() || info_.rank() > 1) wrong_type("strings in one dimension");
  if (count > info_.rows() || first > info_.rows() - count) {
    throw std::logic_error(fmt::format("rows [{}, {}+{}) of {} are not in the dataset", first, first, count, name_));
  }
  if (count == 0) return {};
  // A scalar of fixed length is no longer than the file.
  const bool is_text = info_.rank() == 0 && info_.type == TypeClass::fixed_string;
  if (info_.element_bytes > kLongestString && !is_text) wrong_type("strings of at most 1 MiB");
  if (info_.type == TypeClass::variable_string) return read_variable_strings(first, count);

  const Library library;
  const Handle type(H5Dget_type(handle_.id()), H5Tclose);
  const Handle space(H5Dget_space(handle_.id()), H5Sclose);
  if (!type.is_open() || !space.is_open()) origin_->fail(name_);
  const hsize_t start = first, length = count;
  const Handle memory(H5Screate_simple(1, &length, nullptr), H5Sclose);
  if (info_.rank() > 0 && H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &start, nullptr, &length, nullptr) < 0) {
    origin_->fail(name_);
  }
  std::string text(static_cast<std::size_t>(count) * info_.element_bytes, '\0');
  if (!memory.is_open() || H5Dread(handle_.id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, text.data()) < 0) {
    origin_->fail(name_);
  }
  const H5T_str_t padding = H5Tget_strpad(type.id());
  std::vector<std::string> result;
  result.reserve(static_cast<std::size_t>(count));
  for (std::size_t at = 0; at < text.size(); at += info_.element_bytes) {
    result.push_back(trimmed(text.data() + at, info_.element_bytes, padding));
  }
  return result;
}

std::vector<std::string> Dataset::read_variable_strings(std::uint64_t first, std::uint64_t count) const {
  std::optional<std::vector<std::string>> strings = read_strings_forked(origin_->identity, name_, first, count);
  if (!strings) {
    origin_->refuse("file.damaged", fmt::format("{} is damaged: the strings of {} cannot be read", origin_->quoted(),
                                                printable(name_)));
  }
  return std::move(*strings);
}

}  // namespace stimgen::h5
