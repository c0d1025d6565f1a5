// The checksum of HDF5's fletcher32 filter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace stimgen {

// HDF5's Fletcher-32, which the filter puts behind the data of a chunk: the bytes as big-endian 16-bit words. Requires:
// an even number of bytes, less than 2^26.
std::uint32_t fletcher32(std::span<const std::byte> bytes);

}  // namespace stimgen
