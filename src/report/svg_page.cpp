// SVG text: one unit is 0.25 mm, so letters of 10 units are 7 pt.
#include "report/svg_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.hpp"
#include "report/encode.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {

namespace {

constexpr double kWidth = 340, kLeft = 64, kRight = 12;
constexpr double kBold = 1.25;  // the title: 11 units high, and bold
constexpr std::string_view kColours[] = {"#0072b2", "#c04a00", "#008a63", "#a8447f",
                                         "#9a6a00", "#3c8dbc", "#5b5b5b", "#7a2255"};

double nice_step(double range, int count) {
  const double raw = range / count;
  if (!(raw > 0)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::string number(double value) {
  return fmt::format("{:.6g}", std::abs(value) < 1e-12 ? 0.0 : value);
}

// Width of a character in letters 10 units high, never less than in DejaVu Sans: of the fonts that stand in for
// Helvetica where it is missing, the widest.
double width_of(char32_t code) {
  if (code >= 0x1100) return code == 0x2026 || code >= 0x2e80 ? 10 : 7.5;
  if (code >= 0x80) return 8;
  const char letter = static_cast<char>(code);
  if (std::string_view("fijlrtIJ .,:;'!|/()[]-").find(letter) != std::string_view::npos) return 4.2;
  if (std::string_view("mwMW@%<>=+~#^").find(letter) != std::string_view::npos) return 10;
  if ((letter >= 'A' && letter <= 'Z') || letter == '&') return 7.9;
  return 6.4;
}

double width_of(std::string_view text) {
  double width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_at(text, at);
    width += width_of(character.code);
    at += std::max<std::size_t>(character.bytes, 1);
  }
  return width;
}

std::string stroke(const SvgLine& style) {
  std::string text = fmt::format("stroke=\"{}\" stroke-width=\"{:g}\"", style.colour, style.width);
  if (style.opacity < 1) text += fmt::format(" stroke-opacity=\"{:g}\"", style.opacity);
  if (!style.dash.empty()) text += fmt::format(" stroke-dasharray=\"{}\"", style.dash);
  return text;
}

}  // namespace

std::string fitted(std::string_view text, double width) {
  if (width_of(text) <= width) return std::string(text);
  const double room = width - width_of(U'…');
  double used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const Utf8Character character = utf8_at(text, at);
    used += width_of(character.code);
    if (used > room) break;
    at += std::max<std::size_t>(character.bytes, 1);
  }
  return std::string(text.substr(0, at)) + "…";
}

SvgAxis zero_based_axis(double largest, int steps) {
  if (!(largest > 0)) largest = 1;
  const double step = nice_step(largest, steps);
  return value_axis(0, std::ceil(largest / step * (1 - 1e-9)) * step, steps);
}

SvgAxis value_axis(double low, double high, int steps, double factor) {
  SvgAxis axis{low, high > low ? high : low + 1, {}};
  const double step = nice_step((axis.high - axis.low) * factor, steps) / factor;
  for (double value = std::ceil(low / step - 1e-9) * step; value <= axis.high + step * 1e-9; value += step) {
    axis.ticks.emplace_back(value, number(value * factor));
  }
  return axis;
}

SvgAxis decades_axis(double low, double high) {
  SvgAxis axis{low, high, {}, true};
  for (double decade = std::ceil(std::log10(low) - 1e-9); decade <= std::log10(high) + 1e-9; ++decade) {
    axis.ticks.emplace_back(std::pow(10.0, decade), number(std::pow(10.0, decade)));
  }
  return axis;
}

SvgAxis category_axis(const std::vector<std::string>& labels) {
  SvgAxis axis{-0.5, static_cast<double>(labels.size()) - 0.5, {}};
  const double room = (kWidth - kLeft - kRight) / static_cast<double>(std::max<std::size_t>(labels.size(), 1));
  for (std::size_t i = 0; i < labels.size(); ++i)
    axis.ticks.emplace_back(static_cast<double>(i), fitted(labels[i], room));
  return axis;
}

std::string_view figure_colour(std::size_t group) {
  return kColours[group % std::size(kColours)];
}

SvgPage::SvgPage(const std::string& name, const std::string& what, const std::string& description)
    : title_(name + ": " + what), description_(description), y_(22), left_(kLeft) {
  const double room = (kWidth - left_) / kBold - width_of(": " + what);
  text_ = fmt::format("<text x=\"{:g}\" y=\"14\" font-size=\"11\" font-weight=\"bold\">{}</text>\n", left_,
                      escape_markup(fitted(name, room) + ": " + what));
}

double SvgPage::plot_width() const {
  return kWidth - left_ - kRight;
}

double SvgPage::x_of(double value) const {
  const double share =
      x_.logarithmic ? std::log(value / x_.low) / std::log(x_.high / x_.low) : (value - x_.low) / (x_.high - x_.low);
  return left_ + share * plot_width();
}

double SvgPage::y_of(double value) const {
  const double share = (value - y_axis_.low) / (y_axis_.high - y_axis_.low);
  return panel_top_ + (y_axis_.downwards ? share : 1 - share) * panel_height_;
}

void SvgPage::legend(const std::vector<std::string>& labels) {
  double x = left_;
  double y = y_ + 8;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string shown = fitted(labels[i], kWidth - kRight - left_ - 22);
    const double width = 14 + width_of(shown) + 8;
    if (x + width > kWidth - kRight && x > left_) {
      x = left_;
      y += 13;
    }
    text_ += fmt::format(
        "<rect x=\"{:g}\" y=\"{:g}\" width=\"9\" height=\"9\" fill=\"{}\"/><text x=\"{:g}\" y=\"{:g}\">{}</text>\n", x,
        y - 8, figure_colour(i), x + 12, y, escape_markup(shown));
    x += width;
  }
  y_ = y + 6;
}

void SvgPage::note(const std::string& text) {
  text_ += fmt::format("<text x=\"{:g}\" y=\"{:g}\" font-size=\"8.5\" fill=\"#555555\">{}</text>\n", left_, y_ + 8,
                       escape_markup(fitted(text, (kWidth - left_) / 0.85)));
  y_ += 12;
}

void SvgPage::begin_panel(double height, SvgAxis x, SvgAxis y, const std::string& label, bool x_numbers) {
  x_ = std::move(x);
  y_axis_ = std::move(y);
  numbers_ = x_numbers;
  if (!label.empty()) {
    text_ += fmt::format("<text x=\"{:g}\" y=\"{:g}\">{}</text>\n", left_, y_ + 10,
                         escape_markup(fitted(label, kWidth - left_)));
    y_ += 14;
  }
  y_ += 4;
  panel_top_ = y_;
  panel_height_ = height;
  if (!grouped_) group_top_ = y_;
  grouped_ = true;
  text_ += "<g stroke=\"#dddddd\" stroke-width=\"0.6\">\n";
  if (!y_axis_.downwards) {
    for (const auto& [value, shown] : y_axis_.ticks) {
      text_ += fmt::format("<path d=\"M{:g} {:.2f}H{:g}\"/>\n", left_, y_of(value), left_ + plot_width());
    }
  }
  text_ += "</g>\n";
  for (const auto& [value, shown] : y_axis_.ticks) {
    text_ += fmt::format("<text x=\"{:g}\" y=\"{:.2f}\" text-anchor=\"end\">{}</text>\n", left_ - 5, y_of(value) + 3.5,
                         escape_markup(shown));
  }
}

void SvgPage::line(std::span<const double> xs, std::span<const double> ys, const SvgLine& style) {
  if (xs.empty()) return;
  std::string path;
  for (std::size_t i = 0; i < xs.size(); ++i)
    path += fmt::format("{}{:.2f} {:.2f}", i == 0 ? 'M' : 'L', x_of(xs[i]), y_of(ys[i]));
  text_ += fmt::format("<path d=\"{}\" fill=\"none\" {} stroke-linejoin=\"round\"/>\n", path, stroke(style));
}

void SvgPage::steps(std::span<const double> edges, std::span<const double> values, const SvgLine& style) {
  if (values.empty()) return;
  std::string path = fmt::format("M{:.2f} {:.2f}", x_of(edges[0]), y_of(values[0]));
  for (std::size_t i = 0; i < values.size(); ++i)
    path += fmt::format("V{:.2f}H{:.2f}", y_of(values[i]), x_of(edges[i + 1]));
  path += fmt::format("V{:.2f}", y_of(0));
  text_ += fmt::format("<path d=\"{}\" fill=\"none\" {}/>\n", path, stroke(style));
}

void SvgPage::bar(double low, double high, double value, std::string_view colour) {
  const double top = y_of(value);
  text_ += fmt::format(
      "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\" fill-opacity=\"0.5\" "
      "stroke=\"{}\" "
      "stroke-width=\"0.5\"/>\n",
      x_of(low), top, x_of(high) - x_of(low), panel_top_ + panel_height_ - top, colour, colour);
}

void SvgPage::box(double x, double shift, double half_width, const double (&five)[5], const SvgLine& style,
                  bool filled) {
  const double middle = x_of(x) + shift;
  const auto at = [&](int i) { return y_of(five[i]); };
  text_ += fmt::format(
      "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\" fill-opacity=\"0.3\" {}/>\n",
      middle - half_width, at(3), 2 * half_width, at(1) - at(3), filled ? style.colour : "none", stroke(style));
  text_ += fmt::format(
      "<path d=\"M{0:.2f} {1:.2f}H{2:.2f}M{3:.2f} {4:.2f}V{5:.2f}M{3:.2f} {6:.2f}V{7:.2f}M{8:.2f} "
      "{5:.2f}H{9:.2f}M{8:.2f} {7:.2f}H{9:.2f}\" fill=\"none\" {10}/>\n",
      middle - half_width, at(2), middle + half_width, middle, at(3), at(4), at(1), at(0), middle - half_width / 2,
      middle + half_width / 2, stroke(style));
}

void SvgPage::circle(double x, double shift, double y, double radius, const SvgLine& style, bool filled) {
  text_ += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:g}\" fill=\"{}\" {}/>\n", x_of(x) + shift, y_of(y),
                       radius, filled ? "#ffffff" : "none", stroke(style));
}

void SvgPage::dots(std::span<const double> xs, std::span<const double> ys, double height, std::string_view colour) {
  if (xs.empty()) return;
  std::string path;
  for (std::size_t i = 0; i < xs.size(); ++i)
    path += fmt::format("M{:.2f} {:.2f}v{:.2g}", x_of(xs[i]), y_of(ys[i]), height);
  text_ += fmt::format("<path d=\"{}\" stroke=\"{}\" stroke-width=\"0.5\"/>\n", path, colour);
}

void SvgPage::image(const std::string& png_base64) {
  text_ += fmt::format(
      "<image x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" preserveAspectRatio=\"none\" "
      "href=\"data:image/png;base64,{}\"/>\n",
      left_, panel_top_, plot_width(), panel_height_, png_base64);
}

void SvgPage::end_panel(const std::string& x_title, const std::string& y_title) {
  const double bottom = panel_top_ + panel_height_;
  text_ +=
      fmt::format("<g stroke=\"#555555\" stroke-width=\"0.8\">\n<path d=\"M{:g} {:.2f}V{:.2f}H{:g}\" fill=\"none\"/>\n",
                  left_, panel_top_, bottom, left_ + plot_width());
  for (const auto& [value, shown] : x_.ticks)
    text_ += fmt::format("<path d=\"M{:.2f} {:.2f}v3\"/>\n", x_of(value), bottom);
  text_ += "</g>\n";
  if (numbers_) {
    for (const auto& [value, shown] : x_.ticks) {
      // A number at the right end moves in rather than out of the figure.
      const double middle = std::min(x_of(value), kWidth - width_of(shown) / 2);
      text_ += fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"middle\">{}</text>\n", middle, bottom + 13,
                           escape_markup(shown));
    }
  }
  y_ = bottom + (numbers_ ? 16 : 6);
  if (!y_title.empty()) {
    text_ += fmt::format("<text transform=\"translate(10 {:.2f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                         (group_top_ + bottom) / 2, escape_markup(y_title));
    grouped_ = false;
  }
  if (!x_title.empty()) {
    text_ += fmt::format("<text x=\"{:g}\" y=\"{:.2f}\" text-anchor=\"middle\">{}</text>\n", left_ + plot_width() / 2,
                         y_ + 9, escape_markup(x_title));
    y_ += 14;
  }
}

std::string SvgPage::finish() {
  const double height = y_ + 4;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"85mm\" height=\"{0:.4g}mm\" viewBox=\"0 0 {1:g} "
             "{2:.2f}\" "
             "role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"10\" fill=\"#222222\">\n"
             "<title>{3}</title>\n<desc>{4}</desc>\n<rect width=\"{1:g}\" height=\"{2:.2f}\" fill=\"#ffffff\"/>\n",
             height / 4, kWidth, height, escape_markup(title_), escape_markup(description_)) +
         text_ + "</svg>\n";
}

}  // namespace stimgen
