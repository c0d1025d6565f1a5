// A figure of one column's width (85 mm) as SVG text: panels with axes, drawn from top to bottom.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "draw/axis.hpp"

namespace stimgen::draw {

// Lengths of a page are in units of 1/4 mm, so letters of 10 units are 7 pt.

// The most room that the labels of y axes are given, left of the plot.
constexpr double kLabelRoom = 42;
// What those of `y` need of it, at least four digits.
double label_room(const Axis& y);

struct LineStyle {
  std::string_view colour;
  double width = 1;
  double opacity = 1;
  std::string_view dash = {};  // "4 3"
};

// What stands below the x axis of a panel: panels above another with the same axis leave the rest to it.
enum class Below : unsigned char { ticks, numbers, titles };

class Page {
 public:
  // The title is "name: what"; a long name is cut, so that what it is can be read.
  Page(const std::string& name, const std::string& what, std::string description, double room = kLabelRoom);
  // Coloured marks with their labels, in as many lines as they need. A label that is too long for a line is shortened
  // here as everywhere, and whole on hover.
  void legend(const std::vector<std::string>& labels);
  // Words below the title or legend.
  void note(const std::string& text);
  // A note where only the first groups are drawn, or so many that colours repeat.
  void note_groups(std::size_t drawn, std::size_t groups);

  // `label` may be empty.
  void begin_panel(double height, Axis x, Axis y, const std::string& label = {});
  // Both titles, that of y beside all panels since the last one with titles.
  void end_panel(Below below = Below::titles);
  double plot_width() const;

  // In units of the axes.
  void line(std::span<const double> xs, std::span<const double> ys, const LineStyle& style);
  // What lies below a line, down to 0.
  void area(std::span<const double> xs, std::span<const double> ys, std::string_view colour);
  // Values of bins, as a stepped line. edges: one more than values.
  void steps(std::span<const double> edges, std::span<const double> values, const LineStyle& style);
  void bar(double low, double high, double value, std::string_view colour);
  void dots(std::span<const double> xs, std::span<const double> ys, double height, std::string_view colour);
  // `shift`, `half_width` and `radius` are lengths on the page.
  void box(double x, double shift, double half_width, const double (&five)[5], const LineStyle& style, bool filled);
  void circle(double x, double shift, double y, double radius, const LineStyle& style, bool filled);
  // What the pointer is told over columns or rows of the panel, in units of the axis.
  void hover_columns(double low, double high, const std::string& words);
  void hover_rows(double low, double high, const std::string& words);
  // A picture over the whole panel.
  void image(const std::string& png_base64);

  std::string finish();

 private:
  double x_of(double value) const;
  double y_of(double value) const;
  void hover(double left, double top, double width, double height, const std::string& words);
  std::string path_through(std::span<const double> xs, std::span<const double> ys) const;
  void draw_x_axis(bool with_numbers);
  void draw_titles();

  std::string title_, description_;
  double left_ = 0;
  double y_ = 0;  // where the next thing goes
  double panel_top_ = 0, panel_height_ = 0;
  double first_panel_top_ = 0;  // of those that share a title of y
  bool titled_ = true;
  Axis x_axis_, y_axis_;
  std::string text_;
};

}  // namespace stimgen::draw
