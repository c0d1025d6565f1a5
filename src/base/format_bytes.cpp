// Two digits below ten of a unit, whole numbers from there on.
#include "base/format_bytes.hpp"

#include <fmt/format.h>

#include <string_view>

namespace stimgen {

std::string format_bytes(double bytes) {
  if (bytes < 999.5) return fmt::format("{:.0f} B", bytes);
  for (const std::string_view unit : {"kB", "MB", "GB", "TB", "PB"}) {
    bytes /= 1000;
    if (bytes < 999.5) return fmt::format("{:.{}f} {}", bytes, bytes < 9.95 ? 1 : 0, unit);
  }
  return fmt::format("{:.0f} EB", bytes / 1000);
}

std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

}  // namespace stimgen
