// Ends and ticks at round numbers.
#include "draw/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "draw/text.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::draw {

namespace {

// Lengths on the page.
constexpr double kFewLetters = 36;
constexpr double kBetweenLabels = 3;

std::string number(double value) {
  return fmt::format("{:.6g}", std::abs(value) < 1e-12 ? 0.0 : value);
}

}  // namespace

double nice_at_least(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least) + 1e-9));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

Axis value_axis(std::string title, double low, double high, int steps, double factor) {
  Axis axis{std::move(title), low, high > low ? high : low + 1};
  const double step = nice_at_least((axis.high - axis.low) * factor / steps) / factor;
  for (double i = std::ceil(low / step - 1e-9); i * step <= axis.high + step * 1e-9; ++i) {
    axis.ticks.push_back({i * step, number(i * step * factor)});
  }
  return axis;
}

Axis zero_based_axis(std::string title, double largest, int steps, double factor) {
  if (!(largest > 0)) largest = 1 / factor;
  const double step = nice_at_least(largest * factor / steps) / factor;
  return value_axis(std::move(title), 0, std::ceil(largest / step * (1 - 1e-9)) * step, steps, factor);
}

Axis count_axis(std::string title, double largest, int steps) {
  largest = std::max(largest, 1.0);
  return zero_based_axis(std::move(title), largest, static_cast<int>(std::min<double>(steps, largest)));
}

Axis rate_axis(const std::string& what, double largest_hz, int steps) {
  Axis axis = zero_based_axis(what + " (Hz)", largest_hz, steps);
  return axis.high < 1e4 ? axis : zero_based_axis(what + " (kHz)", largest_hz, steps, 1e-3);
}

Axis time_axis(TimeWindow window) {
  const bool in_seconds = window.duration_ms() >= 2000;
  return value_axis(in_seconds ? "Time (s)" : "Time (ms)", window.start_ms, window.stop_ms, 6, in_seconds ? 1e-3 : 1);
}

Axis decades_axis(std::string title, double low, double high) {
  Axis axis{std::move(title), low, high, {}, true};
  for (double decade = std::ceil(std::log10(low) - 1e-9); decade <= std::log10(high) + 1e-9; ++decade) {
    axis.ticks.push_back({std::pow(10.0, decade), number(std::pow(10.0, decade))});
  }
  return axis;
}

Axis category_axis(std::string title, const std::vector<std::string>& labels, double width) {
  const auto count = static_cast<double>(labels.size());
  Axis axis{std::move(title), -0.5, count - 0.5};
  double widest = 0;
  for (const std::string& label : labels) widest = std::max(widest, text_width(escaped(label)));
  const double slot = width / std::max(count, 1.0);
  const double every = std::max(1.0, std::ceil((std::min(widest, kFewLetters) + kBetweenLabels) / slot));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string whole = escaped(labels[i]);
    const bool labelled = i % static_cast<std::size_t>(every) == 0;
    const std::string label = labelled ? fitted(labels[i], slot * every - kBetweenLabels) : "";
    axis.ticks.push_back({static_cast<double>(i), label, label != whole ? whole : ""});
  }
  return axis;
}

}  // namespace stimgen::draw
