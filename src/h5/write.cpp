// Files of ours: equal calls make equal bytes.
#include "h5/write.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "h5/library.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::h5 {
namespace {

constexpr std::size_t kLongestAttribute = 60000;

[[noreturn]] void fail_write(const std::string& file, const std::string& object) {
  const Reason reason = last_reason();
  throw EnvironmentError("disk.cannot-write",
                         fmt::format("cannot write '{}'{}: {}", printable(file), shown(object),
                                     !reason.system.empty() ? reason.system : printable(reason.deepest)));
}

Handle without_times(hid_t property_class) {
  Handle list(H5Pcreate(property_class), H5Pclose);
  if (list.is_open()) H5Pset_obj_track_times(list.id(), false);
  return list;
}

}  // namespace

NewDataset::NewDataset(std::string file, std::string name, Handle handle)
    : file_(std::move(file)), name_(std::move(name)), handle_(std::move(handle)) {}

void NewDataset::extend(std::uint64_t length) {
  const Library library;
  const hsize_t size = length;
  if (H5Dset_extent(handle_.id(), &size) < 0) fail_write(file_, name_);
}

void NewDataset::write_chunk(std::uint64_t first, std::span<const std::byte> bytes) {
  const Library library;
  const hsize_t offset = first;
  if (H5Dwrite_chunk(handle_.id(), H5P_DEFAULT, 0, &offset, bytes.size(), bytes.data()) < 0) fail_write(file_, name_);
}

void NewDataset::close() {
  const Library library;
  if (!handle_.close()) fail_write(file_, name_);
}

NewFile::NewFile(const std::filesystem::path& path, std::string shown_path) : file_(std::move(shown_path)) {
  const Library library;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  const Handle creation = without_times(H5P_FILE_CREATE);
  // The driver, whatever the environment sets HDF5_DRIVER to. No space is set aside for small datasets to come.
  if (!access.is_open() || !creation.is_open() || H5Pset_fapl_sec2(access.id()) < 0 ||
      H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110) < 0 ||
      H5Pset_small_data_block_size(access.id(), 0) < 0) {
    fail("");
  }
  handle_ = Handle(H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation.id(), access.id()), H5Fclose);
  if (!handle_.is_open()) fail("");
}

void NewFile::fail(const std::string& object) const {
  fail_write(file_, object);
}

void NewFile::create_group(const std::string& group) {
  const Library library;
  const Handle creation = without_times(H5P_GROUP_CREATE);
  Handle handle(H5Gcreate2(handle_.id(), group.c_str(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Gclose);
  if (!handle.is_open() || !handle.close()) fail(group);
}

NewDataset NewFile::create_dataset(const std::string& dataset, const Layout& layout) {
  const Library library;
  const Handle creation = without_times(H5P_DATASET_CREATE);
  bool good = creation.is_open();
  if (layout.chunk_length > 0) {
    const hsize_t chunk = layout.chunk_length;
    good = good && H5Pset_chunk(creation.id(), 1, &chunk) >= 0;
    good = good && H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER) >= 0;
    good = good && H5Pset_alloc_time(creation.id(), H5D_ALLOC_TIME_INCR) >= 0;
    if (layout.filter == Layout::Filter::fletcher32) {
      good = good && H5Pset_fletcher32(creation.id()) >= 0;
    } else {
      good = good && H5Pset_shuffle(creation.id()) >= 0 && H5Pset_deflate(creation.id(), layout.deflate_level) >= 0;
    }
  }
  const hsize_t length = layout.length;
  const hsize_t most = layout.extendible ? H5S_UNLIMITED : length;
  const Handle space(H5Screate_simple(1, &length, &most), H5Sclose);
  const hid_t type = layout.type == ElementType::uint64 ? H5T_STD_U64LE : H5T_IEEE_F64LE;
  if (!good || !space.is_open()) fail(dataset);
  Handle handle(H5Dcreate2(handle_.id(), dataset.c_str(), type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
                H5Dclose);
  if (!handle.is_open()) fail(dataset);
  return {file_, dataset, std::move(handle)};
}

void NewFile::write_text(const std::string& dataset, const std::string& text) {
  const Library library;
  const Handle creation = without_times(H5P_DATASET_CREATE);
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  // Padded, not ended by a zero: every byte of the text counts.
  const bool good = creation.is_open() && space.is_open() && H5Tset_size(type.id(), text.size()) >= 0 &&
                    H5Tset_strpad(type.id(), H5T_STR_NULLPAD) >= 0 && H5Tset_cset(type.id(), H5T_CSET_UTF8) >= 0 &&
                    H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER) >= 0;
  if (!good) fail(dataset);
  Handle handle(
      H5Dcreate2(handle_.id(), dataset.c_str(), type.id(), space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
      H5Dclose);
  if (!handle.is_open() || H5Dwrite(handle.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()) < 0 ||
      !handle.close()) {
    fail(dataset);
  }
}

void NewFile::write_attribute_value(const std::string& object, const std::string& name, std::int64_t type,
                                    std::int64_t space, const void* value) {
  const std::string place = object + "@" + name;
  const Handle owner(H5Oopen(handle_.id(), object.c_str(), H5P_DEFAULT), H5Oclose);
  if (!owner.is_open()) fail(place);
  Handle attribute(H5Acreate2(owner.id(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.is_open() || H5Awrite(attribute.id(), type, value) < 0 || !attribute.close()) fail(place);
}

void NewFile::write_attribute(const std::string& object, const std::string& name, std::uint32_t value) {
  const Library library;
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute_value(object, name, H5T_STD_U32LE, space.id(), &value);
}

void NewFile::write_attribute(const std::string& object, const std::string& name,
                              std::span<const std::uint32_t> values) {
  const Library library;
  const hsize_t length = values.size();
  const Handle space(H5Screate_simple(1, &length, nullptr), H5Sclose);
  write_attribute_value(object, name, H5T_STD_U32LE, space.id(), values.data());
}

void NewFile::write_attribute(const std::string& object, const std::string& name, const std::string& text) {
  if (text.size() > kLongestAttribute) {
    throw std::logic_error(fmt::format("attribute '{}' would have {} bytes", name, text.size()));
  }
  const Library library;
  // Of variable length: h5py gives a fixed-length attribute as bytes, which BMTK does not take for its `sorting`.
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  if (H5Tset_size(type.id(), H5T_VARIABLE) < 0 || H5Tset_cset(type.id(), H5T_CSET_UTF8) < 0) fail(object);
  const char* const value = text.c_str();
  write_attribute_value(object, name, type.id(), space.id(), &value);
}

void NewFile::write_enum_attribute(const std::string& object, const std::string& name,
                                   std::span<const char* const> members, std::uint8_t value) {
  const Library library;
  const Handle type(H5Tenum_create(H5T_STD_U8LE), H5Tclose);
  for (std::uint8_t i = 0; i < members.size(); ++i) {
    if (H5Tenum_insert(type.id(), members[i], &i) < 0) fail(object);
  }
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute_value(object, name, type.id(), space.id(), &value);
}

void NewFile::close() {
  const Library library;
  if (!handle_.close()) fail("");
}

}  // namespace stimgen::h5
