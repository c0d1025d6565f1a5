// SVG text by hand: a figure is a page of panels with axes. One unit is 0.25 mm, so 10 units of type are 7 pt.
#include "cli/rates_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.hpp"
#include "report/encode.hpp"

namespace stimgen::cli {

namespace {

constexpr double kWidth = 340, kLeft = 44, kRight = 14, kTitle = 22, kLabel = 14, kGap = 8, kBottom = 32;
constexpr double kPlotWidth = kWidth - kLeft - kRight;
constexpr std::size_t kMaxPanels = 40;

// Okabe & Ito's palette for all kinds of colour vision, without yellow, which is faint on white.
constexpr std::string_view kPalette[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};

// Cut to what fits the width of the plot.
std::string short_text(std::string_view text, std::size_t limit) {
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++count) {
    if (count == limit) return std::string(text.substr(0, at)) + "…";
    at += std::max<std::size_t>(utf8_at(text, at).bytes, 1);
  }
  return std::string(text);
}

// Steps of 1, 2 or 5 times a power of ten: at most `count` of them in `range`.
double nice_step(double range, int count) {
  const double raw = range / count;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

struct Axis {
  double low = 0, high = 1, step = 1;
  double from_unit = 1;  // shown value = value * from_unit
};

Axis zero_based_axis(double largest, int steps) {
  Axis axis;
  if (!(largest > 0)) largest = 1;
  axis.step = nice_step(largest, steps);
  axis.high = std::ceil(largest / axis.step * (1 - 1e-9)) * axis.step;
  return axis;
}

// From 10 kHz on in kHz: there is room for four digits.
Axis rate_axis(double largest_hz, int steps) {
  Axis axis = zero_based_axis(largest_hz, steps);
  if (axis.high >= 1e4) axis.from_unit = 1e-3;
  return axis;
}

const char* rate_title(const Axis& axis) {
  return axis.from_unit == 1 ? "Rate (Hz)" : "Rate (kHz)";
}

Axis time_axis(TimeWindow window) {
  Axis axis{window.start_ms, window.stop_ms, 1, window.duration_ms() >= 2000 ? 1e-3 : 1.0};
  if (!(axis.high > axis.low)) axis.high = axis.low + 1;
  axis.step = nice_step((axis.high - axis.low) * axis.from_unit, 6) / axis.from_unit;
  return axis;
}

// One figure being drawn, from top to bottom.
class Page {
 public:
  Page(const std::string& title, const std::string& description, std::size_t panels, std::size_t left_out)
      : height_(panels <= 4    ? 64
                : panels <= 12 ? 40
                               : 26),
        top_(kTitle) {
    const double extra = left_out > 0 ? 14 : 0;
    const double total = kTitle + static_cast<double>(panels) * (kLabel + height_ + kGap) + kBottom - kGap + extra;
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"85mm\" height=\"{:.4g}mm\" viewBox=\"0 0 {:g} {:g}\" "
        "role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"10\" fill=\"#222222\">\n"
        "<title>{}</title>\n<desc>{}</desc>\n"
        "<rect width=\"{:g}\" height=\"{:g}\" fill=\"#ffffff\"/>\n"
        "<text x=\"{:g}\" y=\"14\" font-size=\"11\" font-weight=\"bold\">{}</text>\n",
        total / 4, kWidth, total, escape_markup(title), escape_markup(description), kWidth, total, kLeft,
        escape_markup(short_text(title, 48)));
    if (left_out > 0) {
      text_ += fmt::format("<text x=\"{:g}\" y=\"{:g}\">… and {} more groups, not drawn</text>\n", kLeft, total - 4,
                           left_out);
    }
  }

  // A panel with its label and axes; only the last shows numbers on the x axis.
  void begin_panel(const std::string& label, const Axis& x, const Axis& y, bool last) {
    x_ = x;
    y_ = y;
    top_ += kLabel;
    text_ +=
        fmt::format("<text x=\"{:g}\" y=\"{:g}\">{}</text>\n", kLeft, top_ - 4, escape_markup(short_text(label, 54)));
    text_ += "<g stroke=\"#dddddd\" stroke-width=\"0.6\">\n";
    for (double value = y.step; value <= y.high * (1 + 1e-9); value += y.step) {
      text_ += fmt::format("<path d=\"M{:g} {:.2f}H{:g}\"/>\n", kLeft, y_of(value), kLeft + kPlotWidth);
    }
    text_ += "</g>\n";
    for (const double value : y_numbers()) {
      text_ += fmt::format("<text x=\"{:g}\" y=\"{:.2f}\" text-anchor=\"end\">{:.6g}</text>\n", kLeft - 5,
                           y_of(value) + 3.5, value * y.from_unit);
    }
    ticks(last);
  }

  void end_panel() { top_ += height_ + kGap; }

  void axis_titles(const std::string& x_title, const std::string& y_title, double panels_top) {
    const double bottom = top_ - kGap;
    text_ += fmt::format("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"middle\">{}</text>\n", kLeft + kPlotWidth / 2,
                         bottom + 27, escape_markup(x_title));
    const double middle = (panels_top + bottom) / 2;
    text_ += fmt::format("<text transform=\"translate(10 {:g}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                         middle, escape_markup(y_title));
  }

  void line(const std::vector<RateVertex>& vertices, std::string_view colour, double width, double opacity) {
    if (vertices.empty()) return;
    text_ += fmt::format(
        "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:g}\" stroke-opacity=\"{:g}\" "
        "stroke-linejoin=\"round\"/>\n",
        points(vertices), colour, width, opacity);
  }

  void area(const std::vector<RateVertex>& vertices, std::string_view colour) {
    if (vertices.empty()) return;
    text_ += fmt::format("<path d=\"{}V{:.2f}H{:.2f}Z\" fill=\"{}\" fill-opacity=\"0.15\"/>\n", points(vertices),
                         y_of(0), x_of(vertices.front().time_ms), colour);
  }

  void bar(double low, double high, double value, std::string_view colour) {
    text_ +=
        fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"/>\n", x_of(low),
                    y_of(value), std::max(x_of(high) - x_of(low) - 0.5, 0.5), y_of(0) - y_of(value), colour);
  }

  std::string finish() { return std::move(text_) + "</svg>\n"; }

 private:
  double x_of(double value) const { return kLeft + (value - x_.low) / (x_.high - x_.low) * kPlotWidth; }
  double y_of(double value) const { return top_ + height_ - (value - y_.low) / (y_.high - y_.low) * height_; }

  std::vector<double> y_numbers() const {
    std::vector<double> numbers{0};
    if (height_ < 30) return {0, y_.high};
    for (double value = y_.step; value <= y_.high * (1 + 1e-9); value += y_.step) numbers.push_back(value);
    return numbers;
  }

  std::string points(const std::vector<RateVertex>& vertices) const {
    std::string path;
    for (const RateVertex& vertex : vertices) {
      path += fmt::format("{}{:.2f} {:.2f}", path.empty() ? "M" : "L", x_of(vertex.time_ms), y_of(vertex.rate_hz));
    }
    return path;
  }

  void ticks(bool with_numbers) {
    const double bottom = top_ + height_;
    text_ +=
        fmt::format("<g stroke=\"#555555\" stroke-width=\"0.8\">\n<path d=\"M{:g} {:g}V{:g}H{:g}\" fill=\"none\"/>\n",
                    kLeft, top_, bottom, kLeft + kPlotWidth);
    std::string numbers;
    const double first = std::ceil(x_.low / x_.step * (1 - 1e-12));
    for (double i = first; i * x_.step <= x_.high + x_.step * 1e-9; ++i) {
      const double value = i * x_.step;
      text_ += fmt::format("<path d=\"M{:.2f} {:g}v3\"/>\n", x_of(value), bottom);
      // Rounded, because 3 × 0.1 shows as 0.3 only so.
      numbers += fmt::format("<text x=\"{:.2f}\" y=\"{:g}\" text-anchor=\"middle\">{:.6g}</text>\n", x_of(value),
                             bottom + 14, value * x_.from_unit);
    }
    text_ += "</g>\n";
    if (with_numbers) text_ += numbers;
  }

  double height_;
  double top_;
  Axis x_, y_;
  std::string text_;
};

std::string panel_colour(std::size_t index) {
  return std::string(kPalette[index % std::size(kPalette)]);
}

std::vector<double> bin_counts(const std::vector<double>& rates_hz, double width, std::size_t bins) {
  std::vector<double> counts(bins, 0);
  for (const double rate : rates_hz) {
    const auto bin = static_cast<std::size_t>(rate / width);
    counts[std::min(bin, bins - 1)] += 1;
  }
  return counts;
}

}  // namespace

std::string draw_rates(const std::string& title, TimeWindow window, const std::vector<RatePanel>& panels) {
  const std::size_t shown = std::min(panels.size(), kMaxPanels);
  double peak = 0;
  for (const RatePanel& panel : panels) {
    for (const RateVertex& vertex : panel.mean) peak = std::max(peak, vertex.rate_hz);
    for (const auto& part : panel.parts) {
      for (const RateVertex& vertex : part) peak = std::max(peak, vertex.rate_hz);
    }
  }
  Page page(title, "Rate in Hz over time, one panel for each group of nodes", shown, panels.size() - shown);
  const Axis x = time_axis(window);
  const Axis y = rate_axis(peak, 4);
  for (std::size_t i = 0; i < shown; ++i) {
    page.begin_panel(panels[i].label, x, y, i + 1 == shown);
    for (const auto& part : panels[i].parts) page.line(part, panel_colour(i), 0.6, 0.35);
    page.area(panels[i].mean, panel_colour(i));
    page.line(panels[i].mean, panel_colour(i), 1.4, 1);
    page.end_panel();
  }
  page.axis_titles(x.from_unit == 1 ? "Time (ms)" : "Time (s)", rate_title(y), kTitle);
  return page.finish();
}

std::string draw_histograms(const std::string& title, const std::vector<HistogramPanel>& panels) {
  constexpr std::size_t kBins = 50;
  const std::size_t shown = std::min(panels.size(), kMaxPanels);
  double largest = 0;
  for (const HistogramPanel& panel : panels) {
    for (const double rate : panel.rates_hz) largest = std::max(largest, rate);
  }
  Page page(title, "How many nodes have which rate, one panel for each group of nodes", shown, panels.size() - shown);
  const Axis x = rate_axis(largest, 6);
  const double width = x.high / kBins;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::vector<double> counts = bin_counts(panels[i].rates_hz, width, kBins);
    Axis y = zero_based_axis(*std::max_element(counts.begin(), counts.end()), 4);
    y.step = std::max(y.step, 1.0);  // nodes come whole
    y.high = std::max(y.high, y.step);
    page.begin_panel(panels[i].label, x, y, i + 1 == shown);
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double low = width * static_cast<double>(bin);
      if (counts[bin] > 0) page.bar(low, low + width, counts[bin], panel_colour(i));
    }
    page.end_panel();
  }
  page.axis_titles(rate_title(x), "Nodes", kTitle);
  return page.finish();
}

}  // namespace stimgen::cli
