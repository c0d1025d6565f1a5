// SVG text.
#include "draw/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "base/markup.hpp"
#include "draw/palette.hpp"
#include "draw/text.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::draw {

namespace {

constexpr double kWidth = 340, kBesideLabels = 22, kRight = 12;
constexpr double kFourDigits = 22;
constexpr double kColumnsInUnit = 8;  // of 1/32 mm
constexpr double kBold = 1.25;        // the title: 11 units high, and bold

std::string stroke(const LineStyle& style) {
  std::string text = fmt::format("stroke=\"{}\" stroke-width=\"{:g}\"", style.colour, style.width);
  if (style.opacity < 1) text += fmt::format(" stroke-opacity=\"{:g}\"", style.opacity);
  if (!style.dash.empty()) text += fmt::format(" stroke-dasharray=\"{}\"", style.dash);
  return text;
}

// `whole`: what is shown where the pointer is, if `shown` is less.
std::string text_element(const std::string& attributes, const std::string& shown, const std::string& whole) {
  const std::string title =
      whole.empty() || whole == shown ? "" : fmt::format("<title>{}</title>", escape_markup(whole));
  return fmt::format("<text {}>{}{}</text>\n", attributes, title, escape_markup(shown));
}

// A name that is given so much room.
std::string name_element(const std::string& attributes, const std::string& name, double room) {
  return text_element(attributes, fitted(name, room), escaped(name));
}

}  // namespace

double label_room(const Axis& y) {
  double room = kFourDigits;
  for (const Tick& tick : y.ticks) room = std::max(room, text_width(tick.label));
  return std::min(room, kLabelRoom);
}

Page::Page(const std::string& name, const std::string& what, std::string description, double room)
    : title_(name + ": " + what), description_(std::move(description)), left_(kBesideLabels + room), y_(22) {
  const double width = (kWidth - left_) / kBold - text_width(": " + what);
  text_ = fmt::format("<text x=\"{:g}\" y=\"14\" font-size=\"11\" font-weight=\"bold\">{}</text>\n", left_,
                      escape_markup(fitted(name, width) + ": " + what));
}

double Page::plot_width() const {
  return kWidth - left_ - kRight;
}

double Page::x_of(double value) const {
  const double share = x_axis_.logarithmic ? std::log(value / x_axis_.low) / std::log(x_axis_.high / x_axis_.low)
                                           : (value - x_axis_.low) / (x_axis_.high - x_axis_.low);
  return left_ + share * plot_width();
}

double Page::y_of(double value) const {
  const double share = (value - y_axis_.low) / (y_axis_.high - y_axis_.low);
  return panel_top_ + (y_axis_.downwards ? share : 1 - share) * panel_height_;
}

void Page::legend(const std::vector<std::string>& labels) {
  double x = left_;
  double y = y_ + 8;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string shown = fitted(labels[i], kWidth - kRight - left_ - 22);
    const double width = 14 + text_width(shown) + 8;
    if (x + width > kWidth - kRight && x > left_) {
      x = left_;
      y += 13;
    }
    text_ +=
        fmt::format("<rect x=\"{:g}\" y=\"{:g}\" width=\"9\" height=\"9\" fill=\"{}\"/>", x, y - 8, group_colour(i));
    text_ += text_element(fmt::format("x=\"{:g}\" y=\"{:g}\"", x + 12, y), shown, escaped(labels[i]));
    x += width;
  }
  y_ = y + 6;
}

void Page::note(const std::string& text) {
  for (const std::string& line : wrapped(text, (kWidth - left_) / 0.85)) {
    text_ += fmt::format("<text x=\"{:g}\" y=\"{:g}\" font-size=\"8.5\" fill=\"#555555\">{}</text>\n", left_, y_ + 8,
                         escape_markup(line));
    y_ += 12;
  }
}

void Page::note_groups(std::size_t drawn, std::size_t groups) {
  if (drawn < groups) note(fmt::format("the first {} of {} groups", drawn, groups));
  const std::size_t colours = std::size(kGroupColours);
  if (drawn > colours) note(fmt::format("colours repeat after {} groups", colours));
}

void Page::begin_panel(double height, Axis x, Axis y, const std::string& label) {
  x_axis_ = std::move(x);
  y_axis_ = std::move(y);
  if (!label.empty()) {
    text_ += name_element(fmt::format("x=\"{:g}\" y=\"{:g}\"", left_, y_ + 10), label, kWidth - left_);
    y_ += 14;
  }
  y_ += 4;
  panel_top_ = y_;
  panel_height_ = height;
  if (titled_) first_panel_top_ = y_;
  titled_ = false;
  text_ += "<g stroke=\"#dddddd\" stroke-width=\"0.6\">\n";
  for (const Tick& tick : y_axis_.ticks) {
    if (y_axis_.downwards) break;  // its rows need no lines
    text_ += fmt::format("<path d=\"M{:g} {:.2f}H{:g}\"/>\n", left_, y_of(tick.value), left_ + plot_width());
  }
  text_ += "</g>\n";
  for (const Tick& tick : y_axis_.ticks) {
    if (tick.label.empty()) continue;
    text_ += text_element(fmt::format("x=\"{:g}\" y=\"{:.2f}\" text-anchor=\"end\"", left_ - 5, y_of(tick.value) + 3.5),
                          tick.label, tick.whole);
  }
}

// Of more points than an eye or a printer can tell apart side by side, the first, the outermost and the last are drawn.
std::string Page::path_through(std::span<const double> xs, std::span<const double> ys) const {
  std::string path;
  const auto column_of = [&](std::size_t i) { return std::floor(x_of(xs[i]) * kColumnsInUnit); };
  for (std::size_t first = 0, end = 0; first < xs.size(); first = end) {
    while (end < xs.size() && column_of(end) == column_of(first)) ++end;
    const auto [low, high] = std::minmax_element(ys.begin() + static_cast<std::ptrdiff_t>(first),
                                                 ys.begin() + static_cast<std::ptrdiff_t>(end));
    const std::set<std::size_t> drawn{first, static_cast<std::size_t>(low - ys.begin()),
                                      static_cast<std::size_t>(high - ys.begin()), end - 1};
    for (const std::size_t i : drawn) {
      path += fmt::format("{}{:.2f} {:.2f}", path.empty() ? 'M' : 'L', x_of(xs[i]), y_of(ys[i]));
    }
  }
  return path;
}

void Page::line(std::span<const double> xs, std::span<const double> ys, const LineStyle& style) {
  if (xs.empty()) return;
  text_ +=
      fmt::format("<path d=\"{}\" fill=\"none\" {} stroke-linejoin=\"round\"/>\n", path_through(xs, ys), stroke(style));
}

void Page::area(std::span<const double> xs, std::span<const double> ys, std::string_view colour) {
  if (xs.empty()) return;
  text_ += fmt::format("<path d=\"{}V{:.2f}H{:.2f}Z\" fill=\"{}\" fill-opacity=\"0.15\"/>\n", path_through(xs, ys),
                       y_of(0), x_of(xs.front()), colour);
}

void Page::steps(std::span<const double> edges, std::span<const double> values, const LineStyle& style) {
  if (values.empty()) return;
  std::string path = fmt::format("M{:.2f} {:.2f}", x_of(edges[0]), y_of(values[0]));
  for (std::size_t i = 0; i < values.size(); ++i)
    path += fmt::format("V{:.2f}H{:.2f}", y_of(values[i]), x_of(edges[i + 1]));
  path += fmt::format("V{:.2f}", y_of(0));
  text_ += fmt::format("<path d=\"{}\" fill=\"none\" {}/>\n", path, stroke(style));
}

void Page::bar(double low, double high, double value, std::string_view colour) {
  const double top = y_of(value);
  text_ += fmt::format(
      "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\" fill-opacity=\"0.5\" "
      "stroke=\"{}\" stroke-width=\"0.5\"/>\n",
      x_of(low), top, x_of(high) - x_of(low), panel_top_ + panel_height_ - top, colour, colour);
}

void Page::box(double x, double shift, double half_width, const double (&five)[5], const LineStyle& style,
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

void Page::circle(double x, double shift, double y, double radius, const LineStyle& style, bool filled) {
  text_ += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:g}\" fill=\"{}\" {}/>\n", x_of(x) + shift, y_of(y),
                       radius, filled ? "#ffffff" : "none", stroke(style));
}

void Page::dots(std::span<const double> xs, std::span<const double> ys, double height, std::string_view colour) {
  if (xs.empty()) return;
  std::string path;
  for (std::size_t i = 0; i < xs.size(); ++i)
    path += fmt::format("M{:.2f} {:.2f}v{:.2g}", x_of(xs[i]), y_of(ys[i]), height);
  text_ += fmt::format("<path d=\"{}\" stroke=\"{}\" stroke-width=\"0.5\"/>\n", path, colour);
}

void Page::hover(double left, double top, double width, double height, const std::string& words) {
  text_ += fmt::format(
      "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"none\" "
      "pointer-events=\"all\"><title>{}"
      "</title></rect>\n",
      left, top, width, height, escape_markup(escaped(words)));
}

void Page::hover_columns(double low, double high, const std::string& words) {
  hover(x_of(low), panel_top_, x_of(high) - x_of(low), panel_height_, words);
}

void Page::hover_rows(double low, double high, const std::string& words) {
  hover(left_, y_of(low), plot_width(), y_of(high) - y_of(low), words);
}

void Page::image(const std::string& png_base64) {
  text_ += fmt::format(
      "<image x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" preserveAspectRatio=\"none\" "
      "href=\"data:image/png;base64,{}\"/>\n",
      left_, panel_top_, plot_width(), panel_height_, png_base64);
}

void Page::draw_x_axis(bool with_numbers) {
  const double bottom = panel_top_ + panel_height_;
  text_ +=
      fmt::format("<g stroke=\"#555555\" stroke-width=\"0.8\">\n<path d=\"M{:g} {:.2f}V{:.2f}H{:g}\" fill=\"none\"/>\n",
                  left_, panel_top_, bottom, left_ + plot_width());
  for (const Tick& tick : x_axis_.ticks)
    text_ += fmt::format("<path d=\"M{:.2f} {:.2f}v3\"/>\n", x_of(tick.value), bottom);
  text_ += "</g>\n";
  if (!with_numbers) return;
  for (const Tick& tick : x_axis_.ticks) {
    if (tick.label.empty()) continue;
    // A number at the right end moves in rather than out of the figure.
    const double middle = std::min(x_of(tick.value), kWidth - text_width(tick.label) / 2);
    text_ += text_element(fmt::format("x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"middle\"", middle, bottom + 13),
                          tick.label, tick.whole);
  }
}

void Page::draw_titles() {
  const double bottom = panel_top_ + panel_height_;
  text_ += fmt::format("<text transform=\"translate(10 {:.2f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                       (first_panel_top_ + bottom) / 2, escape_markup(y_axis_.title));
  text_ += fmt::format("<text x=\"{:g}\" y=\"{:.2f}\" text-anchor=\"middle\">{}</text>\n", left_ + plot_width() / 2,
                       y_ + 9, escape_markup(x_axis_.title));
  y_ += 14;
  titled_ = true;
}

void Page::end_panel(Below below) {
  draw_x_axis(below != Below::ticks);
  y_ = panel_top_ + panel_height_ + (below == Below::ticks ? 6 : 16);
  if (below == Below::titles) draw_titles();
}

std::string Page::finish() {
  const double height = y_ + 4;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"85mm\" height=\"{0:.4g}mm\" viewBox=\"0 0 {1:g} "
             "{2:.2f}\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"10\" fill=\"#222222\">\n"
             "<title>{3}</title>\n<desc>{4}</desc>\n<rect width=\"{1:g}\" height=\"{2:.2f}\" fill=\"#ffffff\"/>\n",
             height / 4, kWidth, height, escape_markup(title_), escape_markup(description_)) +
         text_ + "</svg>\n";
}

}  // namespace stimgen::draw
