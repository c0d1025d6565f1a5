// HDF5's types and shapes, translated.
#include "h5/types.hpp"

#include <array>
#include <limits>
#include <string_view>

namespace stimgen::h5 {
namespace {

TypeClass class_of(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  const bool machine_size = size == 1 || size == 2 || size == 4 || size == 8;
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return machine_size ? TypeClass::integer : TypeClass::other;
    case H5T_ENUM:
      return machine_size ? TypeClass::enumeration : TypeClass::other;
    case H5T_FLOAT:
      return machine_size ? TypeClass::floating : TypeClass::other;
    case H5T_STRING:
      return H5Tis_variable_str(type) > 0 ? TypeClass::variable_string : TypeClass::fixed_string;
    default:
      return TypeClass::other;
  }
}

// False if HDF5 failed.
bool read_extent(hid_t space, std::vector<std::uint64_t>& dims) {
  switch (H5Sget_simple_extent_type(space)) {
    case H5S_NULL:
      dims = {0};
      return true;
    case H5S_SCALAR:
      dims.clear();
      return true;
    case H5S_SIMPLE:
      break;
    default:
      return false;
  }
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank > H5S_MAX_RANK) return false;
  std::array<hsize_t, H5S_MAX_RANK> lengths{};
  if (H5Sget_simple_extent_dims(space, lengths.data(), nullptr) < 0) return false;
  dims.assign(lengths.begin(), lengths.begin() + rank);
  return true;
}

}  // namespace

ObjectKind kind_of(hid_t id) {
  switch (H5Iget_type(id)) {
    case H5I_GROUP:
      return ObjectKind::group;
    case H5I_DATASET:
      return ObjectKind::dataset;
    default:
      return ObjectKind::other;
  }
}

bool read_type_and_extent(hid_t type, hid_t space, DatasetInfo& info) {
  info.type = class_of(type);
  info.element_bytes = H5Tget_size(type);
  info.is_signed = info.is_integer() && H5Tget_sign(type) == H5T_SGN_2;
  return info.element_bytes > 0 && read_extent(space, info.dims);
}

std::string trimmed(const char* text, std::size_t size, H5T_str_t padding) {
  std::string_view view(text, size);
  if (padding == H5T_STR_SPACEPAD) {
    while (!view.empty() && (view.back() == ' ' || view.back() == '\0')) view.remove_suffix(1);
  } else {
    view = view.substr(0, view.find('\0'));
  }
  return std::string(view);
}

std::uint64_t DatasetInfo::row_elements() const {
  std::uint64_t product = 1;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (dims[i] != 0 && product > std::numeric_limits<std::uint64_t>::max() / dims[i]) {
      return std::numeric_limits<std::uint64_t>::max();
    }
    product *= dims[i];
  }
  return product;
}

}  // namespace stimgen::h5
