// Decimal numbers as text, so that a unit is a shift of the exponent and no digit is lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stimgen {

// ASCII only, whatever the locale says.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// digits × 10^exponent, sign apart. Zero has the digits "0" and the exponent 0.
struct Decimal {
  bool negative = false;
  std::string digits;  // no leading and no trailing zeros
  int exponent = 0;

  bool is_zero() const { return digits == "0"; }
};

// Reads "-1.5e3" from the front of `text` and removes it from there; nullopt if no number is there. Stricter than
// from_chars: a leading zero ("010") is no number, since YAML readers disagree about it.
std::optional<Decimal> take_decimal(std::string_view& text);

enum class Range { fits, too_large, too_small };

// The double nearest to decimal × 10^shift.
struct NearestDouble {
  double value = 0;
  Range range = Range::fits;
};
NearestDouble to_double(const Decimal& decimal, int shift);

// The value if it is whole and fits 64 bits (without its sign).
std::optional<std::uint64_t> to_whole(const Decimal& decimal);

// Plain digits without an exponent, for numbers near 1; with one otherwise: "0.5", "1500", "1e+20".
std::string to_text(const Decimal& decimal, int shift);

}  // namespace stimgen
