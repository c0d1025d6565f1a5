// A unit shifts the exponent of a decimal: 0.0123 · 1000 in doubles is 12.299999999999999.
#include "store/time_unit.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

namespace stimgen {
namespace {

double scaled(double time, int power, bool single) {
  if (!std::isfinite(time) || time == 0) return time;
  std::array<char, 64> text{};
  char* const end = text.data() + text.size();
  constexpr auto kForm = std::chars_format::scientific;
  const auto written = single ? std::to_chars(text.data(), end, static_cast<float>(time), kForm)
                              : std::to_chars(text.data(), end, time, kForm);
  const std::string_view shown(text.data(), static_cast<std::size_t>(written.ptr - text.data()));
  const std::size_t mark = shown.find('e');
  int exponent = 0;
  const std::size_t digits = mark + (shown[mark + 1] == '+' ? 2 : 1);
  std::from_chars(shown.data() + digits, shown.data() + shown.size(), exponent);
  const auto renewed = std::to_chars(text.data() + mark + 1, end, exponent + power);
  double result = 0;
  const auto read = std::from_chars(text.data(), renewed.ptr, result);
  if (read.ec == std::errc()) return result;
  return power > 0 ? std::copysign(std::numeric_limits<double>::infinity(), time) : std::copysign(0.0, time);
}

}  // namespace

std::optional<int> power_of_unit(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, int>, 14> kUnits{{{"ms", 0},
                                                                     {"msec", 0},
                                                                     {"millisecond", 0},
                                                                     {"milliseconds", 0},
                                                                     {"s", 3},
                                                                     {"sec", 3},
                                                                     {"second", 3},
                                                                     {"seconds", 3},
                                                                     {"us", -3},
                                                                     {"usec", -3},
                                                                     {"µs", -3},
                                                                     {"μs", -3},
                                                                     {"microsecond", -3},
                                                                     {"microseconds", -3}}};
  for (const auto& [name, power] : kUnits) {
    if (unit == name) return power;
  }
  return std::nullopt;
}

void scale_times(std::vector<double>& times, int power, bool single) {
  if (power == 0) return;
  for (double& time : times) time = scaled(time, power, single);
}

}  // namespace stimgen
