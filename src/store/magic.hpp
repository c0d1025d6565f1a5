// The attribute `magic` of a SONATA file's root (SONATA developer guide, "HDF5 file attributes").
#pragma once

#include <cstdint>

namespace stimgen {

constexpr std::uint32_t kMagic = 0x0A7A;

}  // namespace stimgen
