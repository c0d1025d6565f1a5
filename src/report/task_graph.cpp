// Tasks in columns by depth, what they need to the left of them.
#include "report/task_graph.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/markup.hpp"
#include "draw/text.hpp"

namespace stimgen {

namespace {

constexpr double kBoxWidth = 150, kBoxHeight = 34, kColumn = 210, kRow = 44, kMargin = 8;
constexpr double kInset = 8, kLetterHeight = 12;

// What a task needs only through something else it needs is left out.
std::vector<std::size_t> direct_needs(const std::vector<GraphNode>& graph, std::size_t task) {
  std::vector<std::size_t> direct;
  for (const std::size_t needed : graph[task].needs) {
    const bool through = std::any_of(graph[task].needs.begin(), graph[task].needs.end(), [&](std::size_t other) {
      const auto& further = graph[other].needs;
      return std::find(further.begin(), further.end(), needed) != further.end();
    });
    if (!through) direct.push_back(needed);
  }
  return direct;
}

}  // namespace

std::string draw_task_graph(const std::vector<GraphNode>& graph) {
  std::vector<std::size_t> depth(graph.size(), 0);
  std::vector<std::size_t> row(graph.size(), 0);
  std::vector<std::size_t> filled;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    for (const std::size_t needed : graph[i].needs) depth[i] = std::max(depth[i], depth[needed] + 1);
    filled.resize(std::max(filled.size(), depth[i] + 1), 0);
    row[i] = filled[depth[i]]++;
  }
  const std::size_t rows = filled.empty() ? 0 : *std::max_element(filled.begin(), filled.end());
  const auto x_of = [&](std::size_t i) { return kMargin + kColumn * static_cast<double>(depth[i]); };
  const auto y_of = [&](std::size_t i) {
    const double free_rows = static_cast<double>(rows - filled[depth[i]]) / 2;
    return kMargin + kRow * (static_cast<double>(row[i]) + free_rows);
  };
  const double width = filled.empty() ? 0 : 2 * kMargin + kColumn * static_cast<double>(filled.size() - 1) + kBoxWidth;
  const double height = 2 * kMargin + kRow * static_cast<double>(rows);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" viewBox=\"0 0 {0:g} {1:g}\" "
      "role=\"img\" "
      "aria-label=\"Task graph: {2} tasks; the table of tasks says what each one is\">\n",
      width, height, graph.size());
  for (std::size_t i = 0; i < graph.size(); ++i) {
    for (const std::size_t needed : direct_needs(graph, i)) {
      const double x1 = x_of(needed) + kBoxWidth;
      const double y1 = y_of(needed) + kBoxHeight / 2;
      const double x2 = x_of(i);
      const double y2 = y_of(i) + kBoxHeight / 2;
      const double bend = std::min((x2 - x1) / 2, kColumn - kBoxWidth);
      svg += fmt::format("<path d=\"M{:g} {:g}C{:g} {:g} {:g} {:g} {:g} {:g}\"/>\n", x1, y1, x1 + bend, y1, x2 - bend,
                         y2, x2, y2);
    }
  }
  constexpr double room = (kBoxWidth - 2 * kInset) / kLetterHeight * 10;  // in letters 10 units high
  for (std::size_t i = 0; i < graph.size(); ++i) {
    svg += fmt::format(
        "<g><title>{0}</title><rect x=\"{1:g}\" y=\"{2:g}\" width=\"{3:g}\" height=\"{4:g}\" rx=\"5\"/>"
        "<text x=\"{5:g}\" y=\"{6:g}\">{7}</text><text class=\"kind\" x=\"{5:g}\" y=\"{8:g}\">{9}</text></g>\n",
        escape_markup(graph[i].name), x_of(i), y_of(i), kBoxWidth, kBoxHeight, x_of(i) + kInset, y_of(i) + 14,
        escape_markup(draw::fitted(graph[i].name, room)), y_of(i) + 28, escape_markup(graph[i].kind));
  }
  return svg + "</svg>";
}

}  // namespace stimgen
