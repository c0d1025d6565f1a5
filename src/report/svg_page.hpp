// A figure of one column's width (85 mm) as SVG text: panels with axes, drawn from top to bottom.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stimgen {

struct SvgAxis {
  double low = 0, high = 1;
  std::vector<std::pair<double, std::string>> ticks;
  bool logarithmic = false;
  bool downwards = false;  // of a y axis: low at the top
};
// From 0 to a round number above `largest`, with about `steps` ticks.
SvgAxis zero_based_axis(double largest, int steps);
// Round ticks between low and high; shown numbers are values times `factor`.
SvgAxis value_axis(double low, double high, int steps, double factor = 1);
// Decades. Requires: 0 < low < high.
SvgAxis decades_axis(double low, double high);
// A tick with a label for each of 0 … labels−1, with half a step of room at both ends.
SvgAxis category_axis(const std::vector<std::string>& labels);

// Room left of the plot for the labels of an axis.
constexpr double kSvgLabelRoom = 42;
// As much of `text` as fits into `width` page units (1/4 mm) in any font, an ellipsis for the rest.
std::string fitted(std::string_view text, double width);
std::string_view figure_colour(std::size_t group);

struct SvgLine {
  std::string colour;
  double width = 1;
  double opacity = 1;
  std::string dash = {};  // "4 3"
};

class SvgPage {
 public:
  // The title is "name: what"; a long name is cut, so that what it is can be read.
  SvgPage(const std::string& name, const std::string& what, const std::string& description);
  // Coloured marks with their labels, in as many lines as they need.
  void legend(const std::vector<std::string>& labels);
  // Words below the title or legend.
  void note(const std::string& text);
  // `label` may be empty; numbers on the x axis may be left to a panel further down.
  void begin_panel(double height, SvgAxis x, SvgAxis y, const std::string& label, bool x_numbers);
  void line(std::span<const double> xs, std::span<const double> ys, const SvgLine& style);
  // Values of bins, as a stepped line. edges: one more than values.
  void steps(std::span<const double> edges, std::span<const double> values, const SvgLine& style);
  void bar(double low, double high, double value, std::string_view colour);
  // A rectangle and lines in units of the axes; of x offsets in page units (1/4 mm).
  void box(double x, double shift, double half_width, const double (&five)[5], const SvgLine& style, bool filled);
  void circle(double x, double shift, double y, double radius, const SvgLine& style, bool filled);
  void dots(std::span<const double> xs, std::span<const double> ys, double height, std::string_view colour);
  // A picture over the whole panel.
  void image(const std::string& png_base64);
  void end_panel(const std::string& x_title, const std::string& y_title);
  double plot_width() const;
  std::string finish();

 private:
  double x_of(double value) const;
  double y_of(double value) const;

  std::string title_, description_;
  double y_ = 0;
  double panel_top_ = 0, panel_height_ = 0, group_top_ = 0;
  bool grouped_ = false;
  double left_ = 0;
  SvgAxis x_, y_axis_;
  bool numbers_ = true;
  std::string text_;
};

}  // namespace stimgen
