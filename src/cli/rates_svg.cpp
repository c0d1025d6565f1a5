// Panels become lower as there are more of them, and those beyond a limit are left out.
#include "cli/rates_svg.hpp"

#include <algorithm>

#include "draw/page.hpp"
#include "draw/palette.hpp"

namespace stimgen::cli {

namespace {

constexpr std::size_t kMostPanels = 40;

double panel_height(std::size_t panels) {
  return panels <= 4 ? 64 : panels <= 12 ? 40 : 26;
}

// Low panels have room for the numbers at both ends of their y axis only.
draw::Axis labelled_for(draw::Axis y, double height) {
  for (std::size_t i = 1; height < 30 && i + 1 < y.ticks.size(); ++i) y.ticks[i].label.clear();
  return y;
}

struct Curve {
  explicit Curve(const std::vector<RateVertex>& vertices) {
    for (const RateVertex& vertex : vertices) {
      times_ms.push_back(vertex.time_ms);
      rates_hz.push_back(vertex.rate_hz);
    }
  }
  std::vector<double> times_ms, rates_hz;
};

double peak_hz(const std::vector<RatePanel>& panels) {
  double peak = 0;
  for (const RatePanel& panel : panels) {
    for (const RateVertex& vertex : panel.mean) peak = std::max(peak, vertex.rate_hz);
    for (const auto& part : panel.parts) {
      for (const RateVertex& vertex : part) peak = std::max(peak, vertex.rate_hz);
    }
  }
  return peak;
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

std::string draw_rates(const std::string& task, const std::string& kind, TimeWindow window,
                       const std::vector<RatePanel>& panels) {
  const std::size_t shown = std::min(panels.size(), kMostPanels);
  const double height = panel_height(shown);
  const draw::Axis x = draw::time_axis(window);
  const draw::Axis y = labelled_for(draw::rate_axis("Rate", peak_hz(panels), 4), height);
  draw::Page page(task, kind, "Rate over time, one panel for each group of nodes", draw::label_room(y));
  page.note_groups(shown, panels.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string_view colour = draw::group_colour(i);
    page.begin_panel(height, x, y, panels[i].label);
    for (const auto& vertices : panels[i].parts) {
      const Curve part(vertices);
      page.line(part.times_ms, part.rates_hz, {colour, 0.6, 0.35});
    }
    const Curve mean(panels[i].mean);
    page.area(mean.times_ms, mean.rates_hz, colour);
    page.line(mean.times_ms, mean.rates_hz, {colour, 1.4});
    page.end_panel(i + 1 == shown ? draw::Below::titles : draw::Below::ticks);
  }
  return page.finish();
}

std::string draw_histograms(const std::string& task, const std::string& kind,
                            const std::vector<HistogramPanel>& panels) {
  constexpr std::size_t kBins = 50;
  const std::size_t shown = std::min(panels.size(), kMostPanels);
  const double height = panel_height(shown);
  double largest = 0;
  for (const HistogramPanel& panel : panels) {
    for (const double rate : panel.rates_hz) largest = std::max(largest, rate);
  }
  const draw::Axis x = draw::rate_axis("Rate", largest, 6);
  const double width = x.high / kBins;
  std::vector<std::vector<double>> counts;
  std::vector<draw::Axis> ys;
  double room = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    counts.push_back(bin_counts(panels[i].rates_hz, width, kBins));
    const double most = *std::max_element(counts[i].begin(), counts[i].end());
    ys.push_back(labelled_for(draw::count_axis("Nodes", most, 4), height));
    room = std::max(room, draw::label_room(ys[i]));
  }
  draw::Page page(task, kind, "How many nodes have which rate, one panel for each group of nodes", room);
  page.note_groups(shown, panels.size());
  for (std::size_t i = 0; i < shown; ++i) {
    page.begin_panel(height, x, ys[i], panels[i].label);
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double low = width * static_cast<double>(bin);
      if (counts[i][bin] > 0) page.bar(low, low + width, counts[i][bin], draw::group_colour(i));
    }
    page.end_panel(i + 1 == shown ? draw::Below::titles : draw::Below::ticks);
  }
  return page.finish();
}

}  // namespace stimgen::cli
