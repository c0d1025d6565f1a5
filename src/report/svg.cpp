// The charts of a section, each as a figure that can be read on its own.
#include "report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "report/encode.hpp"
#include "report/svg_page.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {

namespace {

constexpr std::size_t kMostPanels = 8;
constexpr std::size_t kMostCurves = 8;
// Rates in bins are drawn if none is more than so many times the highest smoothed or requested one.
constexpr double kMostRaw = 2.5;
const std::string kBlack = "#222222";

class SectionFigures {
 public:
  explicit SectionFigures(const ReportSection& section) : section_(section) {
    for (const ReportGroup& group : section.groups) labels_.push_back(group.label);
    in_seconds_ = section.window.duration_ms() >= 2000;
    drawn_ = std::min(section.groups.size(), kMostCurves);
  }

  std::string requested() const {
    SvgPage page(name(), "requested rate", "Requested rate over time, mean over the nodes of each group");
    page.legend(drawn_labels());
    say_what_is_left_out(page, drawn_);
    double peak = 0;
    for (const ReportGroup& group : section_.groups) {
      for (const double value : group.curve_hz) peak = std::max(peak, value);
    }
    page.begin_panel(90, time_axis(), zero_based_axis(peak, 4), "", true);
    for (std::size_t i = 0; i < drawn_; ++i)
      page.line(section_.curve_ms, section_.groups[i].curve_hz, {colour(i), 1.3});
    page.end_panel(time_title(), "Rate of a node (Hz)");
    return page.finish();
  }

  std::string raster() const {
    const Raster& raster = section_.raster;
    SvgPage page(name(), "raster", "Spikes over time, a row for each node, nodes sorted and coloured by group");
    if (raster.ticks.size() < raster.total) {
      page.note(fmt::format("a random sample of {} of {} spikes", raster.ticks.size(), raster.total));
    }
    const auto nodes = static_cast<double>(std::max<std::size_t>(raster.node_ids.size(), 1));
    SvgAxis rows{0, nodes, {}, false, true};
    const double height = std::clamp(nodes * 0.7, 70.0, 180.0);
    double last = -nodes;
    for (std::size_t group = 0; group + 1 < raster.group_starts.size(); ++group) {
      const double middle = (raster.group_starts[group] + raster.group_starts[group + 1]) / 2.0;
      if ((middle - last) * height / nodes < 11) continue;
      rows.ticks.emplace_back(middle, group < labels_.size() ? fitted(labels_[group], kSvgLabelRoom) : "…");
      last = middle;
    }
    page.begin_panel(height, time_axis(), rows, "", true);
    if (raster.ticks.size() <= kMaxVectorSpikes) {
      draw_dots(page, height / nodes);
    } else {
      page.image(base64(
          raster_png(static_cast<std::uint32_t>(page.plot_width() * 4), static_cast<std::uint32_t>(height * 4))));
    }
    page.end_panel(time_title(), "Nodes by group");
    return page.finish();
  }

  std::string rate() const {
    double peak = 0;
    double raw_peak = 0;
    for (const ReportGroup& group : section_.groups) {
      for (const double value : group.rate_hz) raw_peak = std::max(raw_peak, value);
      for (const double value : group.smoothed_hz) peak = std::max(peak, value);
      for (const double value : group.curve_hz) peak = std::max(peak, value);
    }
    // Bins of hardly a spike each would fill the figure and press the curves down.
    const bool raw = raw_peak <= kMostRaw * peak;
    if (raw) peak = std::max(peak, raw_peak);

    SvgPage page(
        name(), "rate over time",
        fmt::format("Rate over time of each group: {}smoothed, and dashed as requested", raw ? "faint in bins, " : ""));
    page.legend(drawn_labels());
    say_what_is_left_out(page, drawn_);
    std::vector<std::string> notes;
    if (raw) notes.push_back(fmt::format("faint: bins of {} ms", format_number(section_.bin_ms)));
    if (!section_.curve_ms.empty()) notes.push_back("dashed: requested");
    if (!notes.empty()) page.note(fmt::format("{}", fmt::join(notes, "; ")));
    page.note("smoothed: " + describe(section_.smoothing));
    page.begin_panel(100, time_axis(), zero_based_axis(peak, 5), "", true);
    std::vector<double> centres;
    for (std::size_t i = 0; i < section_.groups.front().smoothed_hz.size(); ++i) {
      const double start = section_.window.start_ms + static_cast<double>(i) * section_.bin_ms;
      centres.push_back((start + std::min(start + section_.bin_ms, section_.window.stop_ms)) / 2);
    }
    for (std::size_t i = 0; raw && i < drawn_; ++i)
      page.line(centres, section_.groups[i].rate_hz, {colour(i), 0.4, 0.4});
    for (std::size_t i = 0; i < drawn_; ++i) page.line(centres, section_.groups[i].smoothed_hz, {colour(i), 1});
    for (std::size_t i = 0; i < drawn_; ++i) {
      if (!section_.curve_ms.empty())
        page.line(section_.curve_ms, section_.groups[i].curve_hz, {colour(i), 0.9, 1, "4 3"});
    }
    page.end_panel(time_title(), "Rate of a node (Hz)");
    return page.finish();
  }

  std::string histogram() const {
    SvgPage page(name(), "rates of nodes",
                 "How many nodes of each group have which rate, dashed the requested distribution");
    if (!section_.curve_ms.empty()) page.note("dashed: requested distribution with the scatter of counts");
    const std::size_t panels = std::min(section_.groups.size(), kMostPanels);
    say_what_is_left_out(page, panels);
    for (std::size_t i = 0; i < panels; ++i) {
      const RateHistogram& histogram = section_.groups[i].histogram;
      const auto count = static_cast<double>(histogram.nodes.size());
      double most = 1;
      for (const double value : histogram.nodes) most = std::max(most, value);
      for (const double value : histogram.requested) most = std::max(most, value);
      page.begin_panel(
          panels > 4 ? 36 : 54,
          value_axis(histogram.start_hz, histogram.start_hz + std::max(count, 1.0) * histogram.width_hz, 6),
          zero_based_axis(most, 2), fmt::format("{} ({} nodes)", labels_[i], section_.groups[i].stats.nodes), true);
      std::vector<double> centres;
      for (std::size_t bin = 0; bin < histogram.nodes.size(); ++bin) {
        const double low = histogram.start_hz + static_cast<double>(bin) * histogram.width_hz;
        centres.push_back(low + histogram.width_hz / 2);
        if (histogram.nodes[bin] > 0) page.bar(low, low + histogram.width_hz, histogram.nodes[bin], figure_colour(i));
      }
      if (!histogram.requested.empty()) page.line(centres, histogram.requested, {kBlack, 1, 1, "4 3"});
      const bool last = i + 1 == panels;
      page.end_panel(last ? "Rate of a node (Hz)" : "", last ? "Nodes" : "");
    }
    return page.finish();
  }

  std::string boxes() const {
    SvgPage page(name(), "rates by group",
                 "Rates of nodes by group: median, quartiles, 5 and 95 percent, lowest and highest");
    const bool asked = !section_.curve_ms.empty();
    page.note("median, quartiles, 5 and 95 %, extremes");
    if (asked) page.note("dashed: requested");
    say_what_is_left_out(page, section_.groups.size());
    double highest = 0;
    for (const ReportGroup& group : section_.groups) highest = std::max(highest, group.rates.max);
    const double slot = page.plot_width() / static_cast<double>(std::max<std::size_t>(labels_.size(), 1));
    const double half = std::min(slot * 0.17, 13.0);
    page.begin_panel(110, category_axis(labels_), zero_based_axis(highest, 5), "", true);
    for (std::size_t i = 0; i < section_.groups.size(); ++i) {
      const ReportGroup& group = section_.groups[i];
      const double x = static_cast<double>(i);
      const double shift = group.requested_rates ? half * 1.2 : 0;
      const SvgLine style{colour(i), 1};
      page.box(x, -shift, half, {group.rates.p5, group.rates.q1, group.rates.median, group.rates.q3, group.rates.p95},
               style, true);
      page.circle(x, -shift, group.rates.min, 1.3, style, false);
      page.circle(x, -shift, group.rates.max, 1.3, style, false);
      if (!group.requested_rates) continue;
      const Quantiles& q = *group.requested_rates;
      const auto inside = [&](double value) { return std::min(value, highest * 1.2); };
      page.box(x, shift, half, {inside(q.p5), inside(q.q1), inside(q.median), inside(q.q3), inside(q.p95)},
               {kBlack, 0.8, 1, "3 2"}, false);
    }
    page.end_panel("Group", "Rate of a node (Hz)");
    return page.finish();
  }

  std::string intervals() const {
    SvgPage page(name(), "intervals",
                 "Share of intervals between spikes of single nodes, by group, over a logarithmic axis");
    page.legend(drawn_labels());
    say_what_is_left_out(page, drawn_);
    const std::vector<double>& edges = section_.isi_edges_ms;
    std::size_t first = edges.size();
    std::size_t last = 0;
    double most = 0;
    std::vector<std::vector<double>> shares;
    for (std::size_t i = 0; i < drawn_; ++i) {
      double all = 0;
      for (const std::uint64_t count : section_.groups[i].isi) all += static_cast<double>(count);
      std::vector<double>& share = shares.emplace_back();
      for (std::size_t bin = 0; bin < section_.groups[i].isi.size(); ++bin) {
        share.push_back(all > 0 ? 100 * static_cast<double>(section_.groups[i].isi[bin]) / all : 0);
        most = std::max(most, share.back());
        if (share.back() > 0) first = std::min(first, bin);
        if (share.back() > 0) last = std::max(last, bin);
      }
    }
    first = last < first || first == 0 ? 0 : first - 1;
    // Empty bins at both ends let the curves come up and down.
    last = std::min(std::max(last + 1, first + 9) + 1, edges.size() - 1);
    page.begin_panel(90, decades_axis(edges[first], edges[last]), zero_based_axis(most, 4), "", true);
    for (std::size_t i = 0; i < drawn_; ++i) {
      page.steps(std::span(edges).subspan(first, last - first + 1), std::span(shares[i]).subspan(first, last - first),
                 {colour(i), 1});
    }
    page.end_panel("Interval between spikes (ms)", "Intervals (%)");
    return page.finish();
  }

  std::string counts() const {
    SvgPage page(name(), "spikes", "Spikes of each group, circles as requested");
    double most = 0;
    for (const ReportGroup& group : section_.groups) {
      most = std::max({most, static_cast<double>(group.stats.spikes), group.expected_spikes.value_or(0)});
    }
    if (!section_.curve_ms.empty()) page.note("circles: requested");
    say_what_is_left_out(page, section_.groups.size());
    page.begin_panel(90, category_axis(labels_), zero_based_axis(most, 4), "", true);
    for (std::size_t i = 0; i < section_.groups.size(); ++i) {
      const ReportGroup& group = section_.groups[i];
      const double x = static_cast<double>(i);
      page.bar(x - 0.3, x + 0.3, static_cast<double>(group.stats.spikes), figure_colour(i));
      if (group.expected_spikes) page.circle(x, 0, *group.expected_spikes, 2.5, {kBlack, 1}, true);
    }
    page.end_panel("Group", "Spikes");
    return page.finish();
  }

 private:
  std::string colour(std::size_t group) const { return std::string(figure_colour(group)); }
  // The parts of a combination differ in their population only.
  std::string name() const {
    const bool several = section_.kind == "combination" || section_.kind == "file";
    return section_.name + (several ? ", " + section_.population : "");
  }
  void say_what_is_left_out(SvgPage& page, std::size_t shown) const {
    if (section_.groups_in_all > shown)
      page.note(fmt::format("the first {} of {} groups", shown, section_.groups_in_all));
  }
  SvgAxis time_axis() const {
    return value_axis(section_.window.start_ms, section_.window.stop_ms, 6, in_seconds_ ? 1e-3 : 1.0);
  }
  std::string time_title() const { return in_seconds_ ? "Time (s)" : "Time (ms)"; }
  std::vector<std::string> drawn_labels() const {
    std::vector<std::string> labels(labels_.begin(), labels_.begin() + static_cast<std::ptrdiff_t>(drawn_));
    return labels;
  }

  std::size_t group_of(std::uint32_t row) const {
    const auto& starts = section_.raster.group_starts;
    return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), row) - starts.begin()) - 1;
  }

  void draw_dots(SvgPage& page, double row_height) const {
    const Raster& raster = section_.raster;
    std::vector<std::vector<double>> xs(raster.group_starts.size());
    std::vector<std::vector<double>> ys(raster.group_starts.size());
    for (std::size_t i = 0; i < raster.ticks.size(); ++i) {
      const std::size_t group = group_of(raster.rows[i]);
      xs[group].push_back(section_.window.start_ms + raster.ticks[i] * raster.tick_ms);
      ys[group].push_back(raster.rows[i]);
    }
    for (std::size_t group = 0; group < xs.size(); ++group) {
      page.dots(xs[group], ys[group], std::clamp(row_height * 0.8, 0.6, 4.0), figure_colour(group));
    }
  }

  // As the page paints it: spikes counted for each pixel, more of them more opaque.
  std::vector<std::uint8_t> raster_png(std::uint32_t width, std::uint32_t height) const {
    const Raster& raster = section_.raster;
    const double per_row = height / static_cast<double>(std::max<std::size_t>(raster.node_ids.size(), 1));
    const double per_tick = raster.tick_ms / section_.window.duration_ms() * width;
    const auto tall = static_cast<std::uint32_t>(std::clamp(per_row * 0.8, 2.0, 12.0));
    constexpr std::uint32_t kWide = 2;
    std::vector<std::uint32_t> counts(std::size_t{width} * height, 0);
    for (std::size_t i = 0; i < raster.ticks.size(); ++i) {
      const auto x = static_cast<std::uint32_t>(raster.ticks[i] * per_tick);
      const auto y = static_cast<std::uint32_t>(raster.rows[i] * per_row);
      for (std::uint32_t dy = 0; dy < tall && y + dy < height; ++dy) {
        for (std::uint32_t dx = 0; dx < kWide && x + dx < width; ++dx) ++counts[std::size_t{y + dy} * width + x + dx];
      }
    }
    double filled = 0;
    double sum = 0;
    for (const std::uint32_t count : counts) {
      filled += count > 0 ? 1 : 0;
      sum += count;
    }
    const double one = filled > 0 ? std::clamp(1.2 * filled / sum, 0.12, 0.9) : 0.9;
    std::vector<std::uint8_t> rgba(std::size_t{4} * width * height, 0);
    for (std::uint32_t y = 0; y < height; ++y) {
      const std::size_t group = group_of(static_cast<std::uint32_t>(y / per_row));
      const unsigned long rgb = std::stoul(colour(group).substr(1), nullptr, 16);
      for (std::uint32_t x = 0; x < width; ++x) {
        const std::size_t at = std::size_t{y} * width + x;
        if (counts[at] == 0) continue;
        rgba[4 * at] = static_cast<std::uint8_t>(rgb >> 16);
        rgba[4 * at + 1] = static_cast<std::uint8_t>(rgb >> 8);
        rgba[4 * at + 2] = static_cast<std::uint8_t>(rgb);
        rgba[4 * at + 3] = static_cast<std::uint8_t>(std::lround(255 * (1 - std::pow(1 - one, counts[at]))));
      }
    }
    return encode_png(width, height, rgba);
  }

  const ReportSection& section_;
  std::vector<std::string> labels_;
  bool in_seconds_ = false;
  std::size_t drawn_ = 0;
};

// A name for a file: letters, digits, dots, dashes and underscores stay.
std::string file_name(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
    name += plain ? c : '_';
  }
  return name.empty() || name.front() == '.' ? "_" + name : name;
}

}  // namespace

std::vector<Report::Figure> draw_figures(const ReportModel& model) {
  std::vector<Report::Figure> figures;
  std::set<std::string> taken;
  for (const ReportSection& section : model.sections) {
    std::string base =
        file_name(section.kind == "file" || section.kind == "combination" ? section.name + "-" + section.population
                                                                          : section.name);
    for (int copy = 2; !taken.insert(base).second; ++copy) base += fmt::format("-{}", copy);
    const SectionFigures draw(section);
    if (!section.curve_ms.empty()) figures.push_back({base + "-requested", draw.requested()});
    figures.push_back({base + "-raster", draw.raster()});
    figures.push_back({base + "-rate", draw.rate()});
    figures.push_back({base + "-rates", draw.histogram()});
    figures.push_back({base + "-box", draw.boxes()});
    figures.push_back({base + "-isi", draw.intervals()});
    figures.push_back({base + "-counts", draw.counts()});
  }
  return figures;
}

}  // namespace stimgen
