// Sizes of files and counts for people.
#pragma once

#include <cstdint>
#include <string>

namespace stimgen {

// "999 B", "1.5 kB", "12 MB": decimal units. Requires: bytes >= 0.
std::string format_bytes(double bytes);
inline std::string format_bytes(std::uint64_t bytes) {
  return format_bytes(static_cast<double>(bytes));
}

// "1,234,567"
std::string grouped(std::uint64_t count);

}  // namespace stimgen
