// Exact arithmetic on decimals, over 128-bit integers.
#include "base/exact.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace stimgen {
namespace {

__extension__ typedef unsigned __int128 UInt128;

// Beyond this power a quotient by it is below one half for every numerator that can occur.
constexpr int kLargestPower = 38;

UInt128 power_of_ten(int exponent) {
  UInt128 result = 1;
  for (int i = 0; i < exponent; ++i) result *= 10;
  return result;
}

// 2^exponent, made from its bits. Requires: in the normal range.
double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

int width(std::uint64_t value) {
  return 64 - std::countl_zero(value);
}

int width(UInt128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? 64 + width(high) : width(static_cast<std::uint64_t>(value));
}

// digits · 10^exponent.
struct ShortDecimal {
  std::int64_t digits = 0;
  int exponent = 0;
};

ShortDecimal to_decimal(double value) {
  if (!std::isfinite(value)) throw std::logic_error("exact arithmetic: not a finite number");
  char buffer[64];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(written.ptr - buffer));
  const std::size_t mark = text.find('e');
  ShortDecimal result;
  const char* exponent = text.data() + mark + 1;
  if (*exponent == '+') ++exponent;
  std::from_chars(exponent, text.data() + text.size(), result.exponent);
  const bool negative = text.front() == '-';
  bool after_point = false;
  for (const char c : text.substr(0, mark)) {
    if (c == '.') after_point = true;
    if (c < '0' || c > '9') continue;
    result.digits = result.digits * 10 + (c - '0');
    if (after_point) --result.exponent;
  }
  if (result.digits == 0) result.exponent = 0;
  if (negative) result.digits = -result.digits;
  return result;
}

}  // namespace

std::int64_t scaled_integer(double value, int power) {
  const ShortDecimal decimal = to_decimal(value);
  const int exponent = decimal.exponent + power;
  Int128 result = decimal.digits;
  if (exponent > kLargestPower / 2) {
    if (result != 0) throw std::logic_error("scaled_integer: out of range");
  } else if (exponent >= 0) {
    result *= static_cast<Int128>(power_of_ten(exponent));
  } else if (-exponent >= kLargestPower) {
    result = 0;
  } else {
    const auto divisor = static_cast<Int128>(power_of_ten(-exponent));
    const Int128 shifted = 2 * result + divisor;  // floor((2x + d) / 2d) is the nearest integer, halves up
    result = shifted / (2 * divisor);
    if (shifted < 0 && shifted % (2 * divisor) != 0) --result;
  }
  constexpr Int128 kLimit = 1'000'000'000'000'000'000;
  if (result >= kLimit || result <= -kLimit) throw std::logic_error("scaled_integer: out of range");
  return static_cast<std::int64_t>(result);
}

std::uint64_t nearest_share(double share, std::uint64_t count) {
  if (!(share >= 0 && share <= 1)) throw std::logic_error("nearest_share: not a share");
  const ShortDecimal decimal = to_decimal(share);
  const UInt128 product = static_cast<UInt128>(decimal.digits) * count;
  if (decimal.exponent >= 0) return static_cast<std::uint64_t>(product);
  if (-decimal.exponent >= kLargestPower) return 0;
  const UInt128 divisor = power_of_ten(-decimal.exponent);
  return static_cast<std::uint64_t>((product + divisor / 2) / divisor);
}

std::uint64_t ceiling_product(double factor, std::uint64_t count) {
  if (!(factor >= 0)) throw std::logic_error("ceiling_product: a negative factor");
  const ShortDecimal decimal = to_decimal(factor);
  const UInt128 product = static_cast<UInt128>(decimal.digits) * count;
  if (product == 0) return 0;
  UInt128 result = 1;
  if (decimal.exponent > kLargestPower / 2) throw std::logic_error("ceiling_product: out of range");
  if (decimal.exponent >= 0) {
    if (width(product) + 4 * decimal.exponent > 127) throw std::logic_error("ceiling_product: out of range");
    result = product * power_of_ten(decimal.exponent);
  } else if (-decimal.exponent < kLargestPower) {
    const UInt128 divisor = power_of_ten(-decimal.exponent);
    result = product / divisor + (product % divisor != 0 ? 1 : 0);
  }
  if (result >= 1'000'000'000'000'000'000) throw std::logic_error("ceiling_product: out of range");
  return static_cast<std::uint64_t>(result);
}

double nearest_quotient(Int128 numerator, Int128 denominator) {
  if (numerator == 0) return 0;
  const bool negative = numerator < 0;
  auto dividend = static_cast<UInt128>(negative ? -numerator : numerator);
  auto divisor = static_cast<UInt128>(denominator);
  // Scaled so that the integer quotient has 55 or 56 bits: 53 to keep, at least two to round by.
  const int shift = 55 - (width(dividend) - width(divisor));
  if (shift >= 0) {
    dividend <<= shift;
  } else {
    divisor <<= -shift;
  }
  const UInt128 wide = dividend / divisor;
  auto quotient = static_cast<std::uint64_t>(wide);
  const bool inexact = dividend % divisor != 0;
  const int excess = width(quotient) - 53;
  const std::uint64_t half = std::uint64_t{1} << (excess - 1);
  const std::uint64_t rest = quotient & (2 * half - 1);
  quotient >>= excess;
  if (rest > half || (rest == half && (inexact || (quotient & 1) != 0))) ++quotient;
  const double magnitude = static_cast<double>(quotient) * power_of_two(excess - shift);
  return negative ? -magnitude : magnitude;
}

double point_between(double low, double high, std::uint64_t part, std::uint64_t parts) {
  const ShortDecimal first = to_decimal(low), last = to_decimal(high);
  constexpr int kMostDecimals = 12;
  constexpr std::int64_t kMostDigits = 1'000'000'000'000;
  const int exponent = std::min({first.exponent, last.exponent, 0});
  const auto is_short = [&](const ShortDecimal& decimal) {
    return decimal.exponent - exponent <= kMostDecimals && decimal.digits < kMostDigits &&
           decimal.digits > -kMostDigits;
  };
  if (exponent < -kMostDecimals || !is_short(first) || !is_short(last)) {
    const double share = static_cast<double>(part) / static_cast<double>(parts);
    return low * (1 - share) + high * share;
  }
  const auto scaled = [&](const ShortDecimal& decimal) {
    return Int128{decimal.digits} * static_cast<Int128>(power_of_ten(decimal.exponent - exponent));
  };
  return nearest_quotient(scaled(first) * (parts - part) + scaled(last) * part,
                          static_cast<Int128>(power_of_ten(-exponent)) * parts);
}

}  // namespace stimgen
