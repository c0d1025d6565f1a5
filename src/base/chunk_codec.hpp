// The bytes of one HDF5 chunk with the filters shuffle and deflate applied: as they lie in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stimgen {

// Byte planes of the 8-byte elements (the shuffle filter) as one zlib stream (the deflate filter), into `chunk`. Planes
// that look like noise are stored in it. Requires: a whole number of elements; level 1…9. Equal input gives equal
// output for one version of zlib.
void encode_deflated(std::span<const std::byte> bytes, int level, std::vector<std::byte>& chunk);

// The elements of such a chunk, whoever made it. False if it is not one of bytes.size() bytes; then `bytes` hold
// anything. Requires: a whole number of elements.
bool decode_deflated(std::span<const std::byte> chunk, std::span<std::byte> bytes);

// "zlib 1.2.13": what the bytes of deflated chunks depend on besides their content.
std::string compressor_version();

}  // namespace stimgen
