// What HDF5's types and shapes are here: the classes of values that are read, the extents, texts without padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "h5/api.hpp"
#include "h5/read.hpp"

namespace stimgen::h5 {

// No values are read that would take more than this, unless the file holds bytes for them.
constexpr std::uint64_t kSmallBytes = std::uint64_t{16} << 20;
constexpr std::size_t kLongestString = std::size_t{1} << 20;

ObjectKind kind_of(hid_t object);

// False if HDF5 failed.
bool read_type_and_extent(hid_t type, hid_t space, DatasetInfo& info);

// A text of fixed length as the file's type pads it.
std::string trimmed(const char* text, std::size_t size, H5T_str_t padding);

}  // namespace stimgen::h5
