// Scalars with units: reads them exactly, and says what to write where that fails.
#include "stimgen/grammar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "grammar/decimal.hpp"

namespace stimgen {

namespace {

constexpr double kLargestRateHz = 1e9;
constexpr double kLargestTimeMs = 9e9;  // in whole picoseconds it fits 63 bits

enum class Quantity { rate, time };

struct Unit {
  std::string_view text;
  Quantity quantity;
  int shift;  // power of ten to Hz or ms
};
constexpr std::array<Unit, 5> kUnits{{{"Hz", Quantity::rate, 0},
                                      {"kHz", Quantity::rate, 3},
                                      {"s", Quantity::time, 3},
                                      {"ms", Quantity::time, 0},
                                      {"us", Quantity::time, -3}}};

// What people write for a unit, in lower case, and the unit it stands for.
struct UnitAlias {
  std::string_view text;
  std::string_view unit;
};
constexpr std::array<UnitAlias, 24> kUnitAliases{{
    {"hz", "Hz"},       {"hertz", "Hz"}, {"/s", "Hz"},          {"1/s", "Hz"},          {"s^-1", "Hz"},
    {"spikes/s", "Hz"}, {"sp/s", "Hz"},  {"khz", "kHz"},        {"kilohertz", "kHz"},   {"s", "s"},
    {"sec", "s"},       {"secs", "s"},   {"second", "s"},       {"seconds", "s"},       {"ms", "ms"},
    {"msec", "ms"},     {"msecs", "ms"}, {"millisecond", "ms"}, {"milliseconds", "ms"}, {"us", "us"},
    {"usec", "us"},     {"µs", "us"},    {"μs", "us"},          {"microseconds", "us"},
}};

std::string_view noun(Quantity quantity) {
  return quantity == Quantity::rate ? "a rate" : "a time";
}

std::string_view examples(Quantity quantity) {
  return quantity == Quantity::rate ? "a number with a unit, such as 50 Hz"
                                    : "a number with a unit, such as 500 ms or 0.5 s";
}

const Unit* find_unit(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (unit.text == text) return &unit;
  }
  return nullptr;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string quote(std::string_view text) {
  return fmt::format("'{}'", printable(text, 60));
}

// "on_time is a time", or without a key "a time is expected here".
std::string wanted(std::string_view key, std::string_view what) {
  if (key.empty()) return fmt::format("{} is expected here", what);
  return fmt::format("{} is {}", key, what);
}

// Reports a value that is no scalar at all; true if it is one.
bool expect_scalar(const Value& value, std::string_view key, std::string_view what, Diagnostics& diagnostics) {
  if (value.is_scalar()) return true;
  diagnostics.error(value.loc, "recipe.wrong-type", fmt::format("{}, not {}", wanted(key, what), describe(value)));
  return false;
}

// A way of writing numbers that other languages have and recipes do not.
struct ForeignNumber {
  std::string why;
  std::string instead;  // empty: nothing sure
};

// "1,5", "1.234,5", "1,234", "1_000".
ForeignNumber number_with_marks(std::string_view digits, const std::string& sign, const std::string& tail, bool whole) {
  const auto without_marks = [&](char point) {
    std::string plain;
    for (const char c : digits) {
      if (is_digit(c)) plain += c;
      if (c == point) plain += '.';
    }
    return sign + plain + tail;
  };
  const std::size_t comma = digits.rfind(',');
  const bool one_comma = comma != std::string_view::npos && digits.find(',') == comma;
  const std::size_t point = digits.rfind('.');
  const bool may_part_thousands =
      one_comma && digits.size() - comma == 4 && digits.front() != '0' && point == std::string_view::npos;
  if (!one_comma || (whole && may_part_thousands) || (point != std::string_view::npos && point > comma)) {
    return {"has marks between its digits", without_marks('.')};
  }
  if (!may_part_thousands) return {"has a comma for the decimal point", without_marks(',')};
  return {"has a comma, which may be a decimal point or part thousands",
          fmt::format("{} or {}", without_marks(','), without_marks('.'))};
}

std::optional<ForeignNumber> foreign_number(std::string_view text, bool whole) {
  const std::string lower = lower_case(text);
  std::string_view rest = lower;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  const std::string sign = !text.empty() && text.front() == '-' ? "-" : "";
  for (const std::string_view word : {".nan", "nan", ".inf", "inf", "infinity"}) {
    if (rest == word) return ForeignNumber{"is not a finite number", ""};
  }
  if (rest.empty() || !is_digit(rest.front())) return std::nullopt;
  if (rest.size() > 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'o' || rest[1] == 'b')) {
    std::uint64_t number = 0;
    const int base = rest[1] == 'x' ? 16 : rest[1] == 'o' ? 8 : 2;
    const auto [end, error] = std::from_chars(rest.data() + 2, rest.data() + rest.size(), number, base);
    if (error == std::errc() && end == rest.data() + rest.size()) {
      return ForeignNumber{"is not a decimal number", sign + std::to_string(number)};
    }
    return std::nullopt;
  }
  const std::size_t end = std::min(rest.find_first_not_of("0123456789_,:."), rest.size());
  const std::string_view digits = rest.substr(0, end);
  const std::string tail(text.substr(text.size() - (rest.size() - end)));
  if (digits.find(':') != std::string_view::npos) return ForeignNumber{"is not a number", ""};
  if (digits.find_first_of("_,") != std::string_view::npos) {
    return number_with_marks(digits, sign, tail, whole);
  }
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) {
    std::string_view plain = digits;
    while (plain.size() > 1 && plain[0] == '0' && is_digit(plain[1])) plain.remove_prefix(1);
    return ForeignNumber{"starts with a zero, which some programs take for octal", sign + std::string(plain) + tail};
  }
  return std::nullopt;
}

void report_no_number(const Value& value, std::string_view key, std::string_view what, std::string_view help,
                      Diagnostics& diagnostics) {
  if (const auto foreign = foreign_number(value.text, what.starts_with("a whole number"))) {
    const std::string instead =
        foreign->instead.empty() ? fmt::format("write {}", help) : fmt::format("write {}", foreign->instead);
    diagnostics.error(value.loc, "recipe.bad-number", fmt::format("{} {}", quote(value.text), foreign->why), instead);
    return;
  }
  if (value.text.empty()) {
    diagnostics.error(value.loc, "recipe.wrong-type", fmt::format("{}, not an empty text", wanted(key, what)),
                      fmt::format("write {}", help));
    return;
  }
  diagnostics.error(value.loc, "recipe.wrong-type", fmt::format("{}, not {}", wanted(key, what), quote(value.text)),
                    fmt::format("write {}", help));
}

std::nullopt_t report_range(const Value& value, Range range, Diagnostics& diagnostics) {
  if (range == Range::too_large) {
    diagnostics.error(value.loc, "recipe.out-of-range", fmt::format("{} is too large", quote(value.text)));
  } else {
    diagnostics.error(value.loc, "recipe.out-of-range",
                      fmt::format("{} is too small to tell from 0", quote(value.text)), "write 0");
  }
  return std::nullopt;
}

// What to write instead of a number with the unit of the other quantity: the same number as a time or as a rate.
std::string in_own_unit(const Decimal& number, Quantity quantity) {
  if (quantity == Quantity::rate) return fmt::format("write {} Hz", to_text(number, 0));
  return fmt::format("write {0} s or {0} ms", to_text(number, 0));
}

// The power of ten that brings a number of the unit that stands behind it, `unit_text`, to Hz or ms.
std::optional<int> read_unit(const Value& value, std::string_view key, Quantity quantity, const Decimal& number,
                             std::string_view unit_text, Diagnostics& diagnostics) {
  if (unit_text.empty()) {
    if (!value.quoted) return quantity == Quantity::rate ? 0 : 3;
    diagnostics.error(
        value.loc, "recipe.wrong-type",
        fmt::format("{} is in quotes, so it is text, but {}", quote(value.text), wanted(key, noun(quantity))),
        fmt::format("write {} {}", to_text(number, 0), quantity == Quantity::rate ? "Hz" : "s"));
    return std::nullopt;
  }
  for (const std::string_view blank : {"\u00a0", "\u202f", "\u2009"}) {
    if (!unit_text.starts_with(blank) || find_unit(unit_text.substr(blank.size())) == nullptr) continue;
    diagnostics.error(
        value.loc, "recipe.wrong-unit", fmt::format("{} has a no-break space before its unit", quote(value.text)),
        fmt::format("write {} {} with a plain space", to_text(number, 0), unit_text.substr(blank.size())));
    return std::nullopt;
  }
  if (const Unit* unit = find_unit(unit_text)) {
    if (unit->quantity == quantity) return unit->shift;
    diagnostics.error(
        value.loc, "recipe.wrong-unit",
        fmt::format("{} is {}, but {}", quote(value.text), noun(unit->quantity), wanted(key, noun(quantity))),
        in_own_unit(number, quantity));
    return std::nullopt;
  }
  const std::string lower = lower_case(unit_text);
  std::string help = quantity == Quantity::rate ? "units of rates are Hz and kHz" : "units of times are s, ms and us";
  for (const UnitAlias& alias : kUnitAliases) {
    if (alias.text == lower && find_unit(alias.unit)->quantity == quantity) {
      help = fmt::format("write {} {}", to_text(number, 0), alias.unit);
    }
  }
  for (const auto& [text, seconds] : {std::pair("min", 60.0),
                                      {"mins", 60.0},
                                      {"minute", 60.0},
                                      {"minutes", 60.0},
                                      {"h", 3600.0},
                                      {"hour", 3600.0},
                                      {"hours", 3600.0}}) {
    if (quantity == Quantity::time && lower == text) {
      help = fmt::format("write {} s", format_number(to_double(number, 0).value * seconds));
    }
  }
  diagnostics.error(value.loc, "recipe.wrong-unit",
                    fmt::format("{} in {} is no unit of {}", quote(unit_text), quote(value.text), noun(quantity)),
                    help);
  return std::nullopt;
}

// Reads a number and its unit as Hz or ms.
std::optional<double> read_quantity(const Value& value, std::string_view key, Quantity quantity,
                                    Diagnostics& diagnostics) {
  if (!expect_scalar(value, key, noun(quantity), diagnostics)) return std::nullopt;
  std::string_view rest = value.text;
  const std::optional<Decimal> number = take_decimal(rest);
  const bool more_digits = !rest.empty() && (is_digit(rest.front()) || rest.front() == '_' || rest.front() == ',' ||
                                             rest.front() == '.' || rest.front() == ':');
  if (!number || more_digits) {
    report_no_number(value, key, noun(quantity), examples(quantity), diagnostics);
    return std::nullopt;
  }
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);

  const std::optional<int> shift = read_unit(value, key, quantity, *number, rest, diagnostics);
  if (!shift) return std::nullopt;
  const NearestDouble result = to_double(*number, *shift);
  if (result.range != Range::fits) return report_range(value, result.range, diagnostics);
  if (quantity == Quantity::rate && result.value < 0) {
    diagnostics.error(value.loc, "recipe.out-of-range",
                      fmt::format("{} is negative, but {}", quote(value.text), wanted(key, noun(quantity))),
                      "a rate is 0 Hz or more");
    return std::nullopt;
  }
  if (quantity == Quantity::rate && result.value > kLargestRateHz) {
    diagnostics.error(value.loc, "recipe.out-of-range",
                      fmt::format("{} is more than the highest rate, 1e9 Hz", quote(value.text)));
    return std::nullopt;
  }
  if (quantity == Quantity::time && std::abs(result.value) > kLargestTimeMs) {
    diagnostics.error(value.loc, "recipe.out-of-range",
                      fmt::format("{} is more than the longest time, 9e6 s (104 days)", quote(value.text)));
    return std::nullopt;
  }
  return result.value;
}

// Reads a plain number without a unit, up to its exactness: the caller converts.
std::optional<Decimal> read_decimal(const Value& value, std::string_view key, std::string_view what,
                                    std::string_view example, Diagnostics& diagnostics) {
  if (!expect_scalar(value, key, what, diagnostics)) return std::nullopt;
  std::string_view rest = value.text;
  const std::optional<Decimal> number = take_decimal(rest);
  if (number && rest.empty() && !value.quoted) return number;
  if (number && rest.empty()) {
    diagnostics.error(value.loc, "recipe.wrong-type",
                      fmt::format("{} is in quotes, so it is text, but {}", quote(value.text), wanted(key, what)),
                      fmt::format("write {} without quotes", printable(value.text)));
    return std::nullopt;
  }
  std::string_view unit = rest;
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  if (number && find_unit(unit) != nullptr) {
    diagnostics.error(value.loc, "recipe.wrong-unit",
                      fmt::format("{} has a unit, but {}", quote(value.text), wanted(key, what)),
                      fmt::format("write {}", to_text(*number, 0)));
    return std::nullopt;
  }
  report_no_number(value, key, what, example, diagnostics);
  return std::nullopt;
}

// A whole number of either sign: magnitude and sign.
std::optional<std::uint64_t> read_whole(const Value& value, std::string_view key, std::string_view what, bool& negative,
                                        Diagnostics& diagnostics) {
  const auto decimal = read_decimal(value, key, what, "a whole number, such as 3", diagnostics);
  if (!decimal) return std::nullopt;
  negative = decimal->negative && !decimal->is_zero();
  if (decimal->exponent < 0) {
    diagnostics.error(value.loc, "recipe.wrong-type",
                      fmt::format("{} is not whole, but {}", quote(value.text), wanted(key, what)));
    return std::nullopt;
  }
  const auto whole = to_whole(*decimal);
  if (!whole) {
    diagnostics.error(value.loc, "recipe.out-of-range", fmt::format("{} is too large", quote(value.text)),
                      "the largest whole number is 18446744073709551615");
  }
  return whole;
}

}  // namespace

std::optional<double> read_rate_hz(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  return read_quantity(value, key, Quantity::rate, diagnostics);
}

std::optional<double> read_time_ms(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  return read_quantity(value, key, Quantity::time, diagnostics);
}

std::optional<double> read_number(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  const auto decimal = read_decimal(value, key, "a number", "a number, such as 0.5", diagnostics);
  if (!decimal) return std::nullopt;
  const NearestDouble result = to_double(*decimal, 0);
  if (result.range != Range::fits) return report_range(value, result.range, diagnostics);
  return result.value;
}

std::optional<std::int64_t> read_integer(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  bool negative = false;
  const auto whole = read_whole(value, key, "a whole number", negative, diagnostics);
  if (!whole) return std::nullopt;
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
  if (*whole > (negative ? kLimit : kLimit - 1)) return report_range(value, Range::too_large, diagnostics);
  return static_cast<std::int64_t>(negative ? 0 - *whole : *whole);
}

namespace {

std::optional<std::uint64_t> read_from(std::uint64_t least, std::string_view what, const Value& value,
                                       std::string_view key, Diagnostics& diagnostics) {
  bool negative = false;
  const auto whole = read_whole(value, key, what, negative, diagnostics);
  if (!whole) return std::nullopt;
  if (!negative && *whole >= least) return whole;
  diagnostics.error(value.loc, "recipe.out-of-range",
                    negative ? fmt::format("{} is negative, but {}", quote(value.text), wanted(key, what))
                             : fmt::format("{} is 0, but it counts from 1", key));
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> read_unsigned(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  return read_from(0, "a whole number from 0 up", value, key, diagnostics);
}

std::optional<std::uint64_t> read_count(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  return read_from(1, "a whole number from 1 up", value, key, diagnostics);
}

std::optional<std::uint64_t> read_size_bytes(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  constexpr std::string_view kWhat = "a size";
  constexpr std::string_view kUnitNames =
      "write a number of bytes, or one with the unit kB, MB, GB or TB, such as 10 GB";
  constexpr std::array<std::pair<std::string_view, int>, 6> kSizes{
      {{"", 0}, {"B", 0}, {"kB", 3}, {"MB", 6}, {"GB", 9}, {"TB", 12}}};
  if (!expect_scalar(value, key, kWhat, diagnostics)) return std::nullopt;
  std::string_view rest = value.text;
  const std::optional<Decimal> number = take_decimal(rest);
  const bool more_digits = !rest.empty() && (is_digit(rest.front()) ||
                                             std::string_view("_,.:").find(rest.front()) != std::string_view::npos);
  if (!number || more_digits) {
    report_no_number(value, key, kWhat, "a number of bytes, or one with a unit, such as 10 GB", diagnostics);
    return std::nullopt;
  }
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  for (const auto& [unit, shift] : kSizes) {
    if (rest != unit || (unit.empty() && value.quoted)) continue;
    Decimal bytes = *number;
    bytes.exponent += shift;
    const auto whole = bytes.exponent < 0 ? std::nullopt : to_whole(bytes);
    if (whole && *whole >= 1 && !number->negative) return whole;
    if (bytes.exponent >= 0 && !whole && !number->negative) return report_range(value, Range::too_large, diagnostics);
    diagnostics.error(
        value.loc, "recipe.out-of-range",
        fmt::format("{}, a whole number of bytes from 1 up, not {}", wanted(key, kWhat), quote(value.text)));
    return std::nullopt;
  }
  std::string help(kUnitNames);
  for (const auto& [unit, shift] : kSizes) {
    if (!unit.empty() && lower_case(unit) == lower_case(rest)) {
      help = fmt::format("write {} {}", to_text(*number, 0), unit);
    }
  }
  diagnostics.error(value.loc, rest.empty() ? ErrorCode("recipe.wrong-type") : ErrorCode("recipe.wrong-unit"),
                    rest.empty()
                        ? fmt::format("{} is in quotes, so it is text, but {}", quote(value.text), wanted(key, kWhat))
                        : fmt::format("{} in {} is no unit of {}", quote(rest), quote(value.text), kWhat),
                    help);
  return std::nullopt;
}

std::optional<bool> read_boolean(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  constexpr std::string_view kWhat = "true or false";
  if (!expect_scalar(value, key, kWhat, diagnostics)) return std::nullopt;
  if (!value.quoted && value.text == "true") return true;
  if (!value.quoted && value.text == "false") return false;
  const std::string lower = lower_case(value.text);
  std::string help = "write true or false";
  for (const std::string_view yes : {"true", "yes", "y", "on", "1"}) {
    if (lower == yes) help = "write true";
  }
  for (const std::string_view no : {"false", "no", "n", "off", "0"}) {
    if (lower == no) help = "write false";
  }
  if (value.quoted && help != "write true or false") help += " without quotes";
  diagnostics.error(value.loc, "recipe.wrong-type", fmt::format("{}, not {}", wanted(key, kWhat), quote(value.text)),
                    help);
  return std::nullopt;
}

std::optional<std::string> read_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  if (!expect_scalar(value, key, "a text", diagnostics)) return std::nullopt;
  return value.text;
}

std::optional<std::string> read_name(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  if (!expect_scalar(value, key, "a name", diagnostics)) return std::nullopt;
  if (is_name(value.text)) return value.text;
  diagnostics.error(value.loc, "recipe.bad-name", fmt::format("{} is not a name", quote(value.text)),
                    "a name starts with a letter or _ and goes on with letters, digits, _ . or -");
  return std::nullopt;
}

std::optional<double> read_fraction(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  constexpr std::string_view kWhat = "a number from 0 to 1";
  const auto decimal = read_decimal(value, key, kWhat, "a number from 0 to 1, such as 0.9", diagnostics);
  if (!decimal) return std::nullopt;
  const NearestDouble result = to_double(*decimal, 0);
  if (result.range != Range::fits) return report_range(value, result.range, diagnostics);
  if (result.value >= 0 && result.value <= 1) return result.value;
  diagnostics.error(value.loc, "recipe.out-of-range", fmt::format("{}, not {}", wanted(key, kWhat), quote(value.text)),
                    result.value > 1 && result.value <= 100
                        ? fmt::format("{} % is {}", to_text(*decimal, 0), to_text(*decimal, -2))
                        : std::string());
  return std::nullopt;
}

std::filesystem::path read_path(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  if (!expect_scalar(value, key, "a path", diagnostics)) return {};
  if (value.text.empty()) {
    diagnostics.error(value.loc, "recipe.wrong-type", fmt::format("{}, not an empty text", wanted(key, "a path")));
    return {};
  }
  const std::filesystem::path path(value.text);
  if (path.is_absolute() || !value.loc.file) return path;
  return std::filesystem::path(value.loc.file->directory) / path;
}

std::optional<double> read_rate_hz(const Value& value, Diagnostics& diagnostics) {
  return read_rate_hz(value, {}, diagnostics);
}
std::optional<double> read_time_ms(const Value& value, Diagnostics& diagnostics) {
  return read_time_ms(value, {}, diagnostics);
}
std::optional<double> read_number(const Value& value, Diagnostics& diagnostics) {
  return read_number(value, {}, diagnostics);
}
std::optional<std::int64_t> read_integer(const Value& value, Diagnostics& diagnostics) {
  return read_integer(value, {}, diagnostics);
}
std::optional<std::uint64_t> read_unsigned(const Value& value, Diagnostics& diagnostics) {
  return read_unsigned(value, {}, diagnostics);
}
std::optional<bool> read_boolean(const Value& value, Diagnostics& diagnostics) {
  return read_boolean(value, {}, diagnostics);
}
std::optional<std::string> read_text(const Value& value, Diagnostics& diagnostics) {
  return read_text(value, {}, diagnostics);
}
std::optional<std::string> read_name(const Value& value, Diagnostics& diagnostics) {
  return read_name(value, {}, diagnostics);
}

bool is_name(std::string_view text) {
  const auto is_start = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  if (text.empty() || !is_start(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_start(c) || is_digit(c) || c == '.' || c == '-'; });
}

std::string format_number(double value) {
  return value == 0 ? "0" : fmt::format("{}", value);
}

std::string format_rate(double rate_hz) {
  return format_number(rate_hz) + " Hz";
}

std::string format_time(double time_ms) {
  if (time_ms == 0) return "0 s";
  const std::string text = fmt::format("{}", time_ms);
  std::string_view rest = text;
  const auto number = take_decimal(rest);
  if (!number) return text + " ms";
  const double size_ms = std::abs(time_ms);
  if (size_ms >= 1000) return to_text(*number, -3) + " s";
  if (size_ms >= 1) return to_text(*number, 0) + " ms";
  return to_text(*number, 3) + " us";
}

}  // namespace stimgen
