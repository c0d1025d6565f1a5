// Reading and writing decimal numbers exactly.
#include "grammar/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

namespace stimgen {

namespace {

// Beyond any double and any sum of digits and exponent: values past it only need to stay past it.
constexpr int kExponentLimit = 1'000'000'000;
constexpr int kPlainDigits = 17;

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Decimal> take_decimal(std::string_view& text) {
  std::string_view rest = text;
  Decimal result;
  if (!rest.empty() && rest.front() == '-') result.negative = true;
  take_char(rest, "+-");
  const std::string_view whole = take_digits(rest);
  std::string_view fraction;
  if (take_char(rest, ".")) fraction = take_digits(rest);
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (whole.size() > 1 && whole.front() == '0') return std::nullopt;

  std::string_view after = rest;
  if (take_char(after, "eE")) {
    const bool down = !after.empty() && after.front() == '-';
    take_char(after, "+-");
    const std::string_view digits = take_digits(after);
    if (!digits.empty()) {
      int exponent = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
      if (error != std::errc()) exponent = kExponentLimit;
      exponent = std::min(exponent, kExponentLimit);
      result.exponent = down ? -exponent : exponent;
      rest = after;
    }
  }

  result.digits = std::string(whole) + std::string(fraction);
  result.exponent -= static_cast<int>(fraction.size());
  const std::size_t first = result.digits.find_first_not_of('0');
  if (first == std::string::npos) {
    result.digits.assign(1, '0');
    result.exponent = 0;
  } else {
    const std::size_t last = result.digits.find_last_not_of('0');
    result.exponent += static_cast<int>(result.digits.size() - 1 - last);
    result.digits = result.digits.substr(first, last - first + 1);
  }
  text = rest;
  return result;
}

NearestDouble to_double(const Decimal& decimal, int shift) {
  const std::string text = fmt::format("{}{}e{}", decimal.negative ? "-" : "", decimal.digits,
                                       decimal.is_zero() ? 0 : decimal.exponent + shift);
  NearestDouble result;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.value);
  if (error == std::errc()) {
    if (result.value == 0) result.value = 0;  // "-0" is 0
    return result;
  }
  const bool large = decimal.exponent + shift + static_cast<int>(decimal.digits.size()) > 0;
  return {0, large ? Range::too_large : Range::too_small};
}

std::optional<std::uint64_t> to_whole(const Decimal& decimal) {
  if (decimal.exponent < 0 || decimal.exponent > 20) return std::nullopt;
  const std::string text = decimal.digits + std::string(static_cast<std::size_t>(decimal.exponent), '0');
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::string to_text(const Decimal& decimal, int shift) {
  if (decimal.is_zero()) return "0";
  const std::string_view sign = decimal.negative ? "-" : "";
  const std::string_view digits = decimal.digits;
  const int exponent = decimal.exponent + shift;
  const int before_point = static_cast<int>(digits.size()) + exponent;
  if (before_point > kPlainDigits || before_point < -4) {
    const std::string_view point = digits.size() > 1 ? "." : "";
    return fmt::format("{}{}{}{}e{}", sign, digits.substr(0, 1), point, digits.substr(1), before_point - 1);
  }
  if (exponent >= 0) return fmt::format("{}{}{:0>{}}", sign, digits, "", exponent);
  if (before_point <= 0) return fmt::format("{}0.{:0>{}}{}", sign, "", -before_point, digits);
  const auto cut = static_cast<std::size_t>(before_point);
  return fmt::format("{}{}.{}", sign, digits.substr(0, cut), digits.substr(cut));
}

}  // namespace stimgen
