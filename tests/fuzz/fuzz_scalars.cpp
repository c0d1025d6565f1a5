// Bytes as one value: numbers, units, names and texts; what is read must be finite and read back the same.
#include <cmath>

#include "fuzz/fuzz.hpp"
#include "stimgen/grammar.hpp"

namespace {

using namespace stimgen;

void require(bool holds) {
  if (!holds) std::abort();
}

Value scalar(std::string text, bool quoted) {
  Value value;
  value.kind = Value::Kind::scalar;
  value.quoted = quoted;
  value.loc = {fuzz::source(text), 1, 1, 1};
  value.text = std::move(text);
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Value value = scalar(std::string(fuzz::text_of(data + 1, size - 1)), (data[0] & 1) != 0);
  Diagnostics diagnostics;
  if (const auto rate_hz = read_rate_hz(value, diagnostics)) {
    require(std::isfinite(*rate_hz) && *rate_hz >= 0);
    require(read_rate_hz(scalar(format_rate(*rate_hz), false), diagnostics) == rate_hz);
  }
  if (const auto time_ms = read_time_ms(value, diagnostics)) require(std::isfinite(*time_ms));
  if (const auto number = read_number(value, diagnostics)) {
    require(std::isfinite(*number));
    require(read_number(scalar(format_number(*number), false), diagnostics) == number);
  }
  if (const auto integer = read_integer(value, diagnostics)) {
    require(read_integer(scalar(std::to_string(*integer), false), diagnostics) == integer);
  }
  static_cast<void>(read_unsigned(value, diagnostics));
  static_cast<void>(read_boolean(value, diagnostics));
  static_cast<void>(read_text(value, diagnostics));
  if (const auto name = read_name(value, diagnostics)) require(is_name(*name));
  static_cast<void>(render(diagnostics));
  return 0;
}
