// The charts of a section, each as a figure that can be read on its own.
#include "report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "draw/page.hpp"
#include "draw/palette.hpp"
#include "draw/text.hpp"
#include "report/encode.hpp"
#include "stimgen/diagnostic.hpp"
#include "stimgen/grammar.hpp"

namespace stimgen {

namespace {

constexpr std::size_t kMostPanels = 8;
constexpr std::size_t kMostCurves = 8;
constexpr double kLeastHover = 0.5;  // of the height of rows that tell their group to a pointer
// Rates in bins are drawn if none is more than so many times the highest smoothed or requested one.
constexpr double kMostRaw = 2.5;
const std::string kRate = "Rate of a node";

class SectionFigures {
 public:
  explicit SectionFigures(const ReportSection& section) : section_(section) {
    for (const ReportGroup& group : section.groups) labels_.push_back(group.label);
    drawn_ = std::min(section.groups.size(), kMostCurves);
  }

  std::string requested() const {
    draw::Page page(name(), "requested rate", "Requested rate over time, mean over the nodes of each group");
    page.legend(drawn_labels());
    page.note_groups(drawn_, section_.groups_in_all);
    page.begin_panel(90, time_axis(), draw::rate_axis(kRate, largest(&ReportGroup::curve_hz), 4));
    draw_curves(page, section_.curve_ms, &ReportGroup::curve_hz, {{}, 1.3});
    page.end_panel();
    return page.finish();
  }

  std::string raster() const {
    const Raster& raster = section_.raster;
    draw::Page page(name(), "raster", "Spikes over time, a row for each node, nodes sorted and coloured by group");
    page.note(section_.raster_words());
    const auto nodes = static_cast<double>(std::max<std::size_t>(raster.node_ids.size(), 1));
    draw::Axis rows{"Nodes by group", 0, nodes, {}, false, true};
    const double height = std::clamp(nodes * 0.7, 70.0, 180.0);
    double last = -nodes;
    for (std::size_t group = 0; group < raster.group_labels.size(); ++group) {
      const double middle = (raster.group_starts[group] + raster.group_starts[group + 1]) / 2.0;
      if ((middle - last) * height / nodes < 11) continue;
      const std::string& label = raster.group_labels[group];
      rows.ticks.push_back({middle, draw::fitted(label, draw::kLabelRoom), escaped(label)});
      last = middle;
    }
    page.note_groups(raster.group_labels.size(), raster.group_labels.size());
    page.begin_panel(height, time_axis(), rows);
    if (raster.ticks.size() <= kMaxVectorSpikes) {
      draw_dots(page, height / nodes);
    } else {
      page.image(base64(raster_png(section_, static_cast<std::uint32_t>(page.plot_width() * 4),
                                   static_cast<std::uint32_t>(height * 4))));
    }
    for (std::size_t group = 0; group < raster.group_labels.size(); ++group) {
      const double low = raster.group_starts[group];
      const double high = raster.group_starts[group + 1];
      if ((high - low) * height / nodes >= kLeastHover) page.hover_rows(low, high, raster.group_labels[group]);
    }
    page.end_panel();
    return page.finish();
  }

  std::string rate() const {
    double peak = std::max(largest(&ReportGroup::smoothed_hz), largest(&ReportGroup::requested_hz));
    const double raw_peak = largest(&ReportGroup::rate_hz);
    // Bins of hardly a spike each would fill the figure and press the curves down.
    const bool raw = raw_peak <= kMostRaw * peak;
    if (raw) peak = std::max(peak, raw_peak);

    draw::Page page(name(), "rate over time",
                    fmt::format("Rate over time of each group: {}smoothed, and dashed the requested one smoothed alike",
                                raw ? "faint in bins, " : ""));
    page.legend(drawn_labels());
    page.note_groups(drawn_, section_.groups_in_all);
    std::vector<std::string> notes;
    if (raw) notes.push_back(fmt::format("faint: bins of {} ms", format_number(section_.bin_ms)));
    if (!section_.curve_ms.empty()) notes.push_back("dashed: requested, smoothed alike");
    if (!notes.empty()) page.note(fmt::format("{}", fmt::join(notes, "; ")));
    page.note(section_.smoothing_words());
    page.begin_panel(100, time_axis(), draw::rate_axis(kRate, peak, 5));
    std::vector<double> centres;
    for (std::size_t i = 0; i < section_.groups.front().smoothed_hz.size(); ++i) {
      const double start = section_.window.start_ms + static_cast<double>(i) * section_.bin_ms;
      centres.push_back((start + std::min(start + section_.bin_ms, section_.window.stop_ms)) / 2);
    }
    if (raw) draw_curves(page, centres, &ReportGroup::rate_hz, {{}, 0.4, 0.4});
    draw_curves(page, centres, &ReportGroup::smoothed_hz, {});
    draw_curves(page, centres, &ReportGroup::requested_hz, {draw::kInk, 0.7, 1, "4 3"});
    page.end_panel();
    return page.finish();
  }

  std::string histogram() const {
    draw::Page page(name(), "rates of nodes",
                    "How many nodes of each group have which rate, dashed the requested distribution");
    if (!section_.curve_ms.empty()) page.note("dashed: requested distribution with the scatter of counts");
    note_what_counts(page);
    const std::size_t panels = std::min(section_.groups.size(), kMostPanels);
    page.note_groups(panels, section_.groups_in_all);
    for (std::size_t i = 0; i < panels; ++i) {
      const RateHistogram& histogram = section_.groups[i].histogram;
      const auto count = static_cast<double>(histogram.nodes.size());
      double most = 1;
      for (const double value : histogram.nodes) most = std::max(most, value);
      for (const double value : histogram.requested) most = std::max(most, value);
      const double stop_hz = histogram.start_hz + std::max(count, 1.0) * histogram.width_hz;
      page.begin_panel(panels > 4 ? 36 : 54, draw::value_axis("Rate of a node (Hz)", histogram.start_hz, stop_hz, 6),
                       draw::count_axis("Nodes", most, 2),
                       fmt::format("{} ({} nodes)", labels_[i], section_.groups[i].stats.nodes));
      std::vector<double> centres;
      for (std::size_t bin = 0; bin < histogram.nodes.size(); ++bin) {
        const double low = histogram.start_hz + static_cast<double>(bin) * histogram.width_hz;
        centres.push_back(low + histogram.width_hz / 2);
        if (histogram.nodes[bin] > 0)
          page.bar(low, low + histogram.width_hz, histogram.nodes[bin], draw::group_colour(i));
      }
      if (!histogram.requested.empty()) page.line(centres, histogram.requested, {draw::kInk, 1, 1, "4 3"});
      page.end_panel(i + 1 == panels ? draw::Below::titles : draw::Below::numbers);
    }
    return page.finish();
  }

  std::string boxes() const {
    draw::Page page(name(), "rates by group",
                    "Rates of nodes by group: median, quartiles, 5 and 95 percent, lowest and highest");
    const bool asked = !section_.curve_ms.empty();
    page.note("median, quartiles, 5 and 95 %, extremes");
    if (asked) page.note("dashed: requested");
    note_what_counts(page);
    page.note_groups(section_.groups.size(), section_.groups_in_all);
    double highest = 0;
    for (const ReportGroup& group : section_.groups) {
      highest = std::max({highest, group.rates.max, group.requested_rates ? group.requested_rates->p95 : 0});
    }
    const double slot = page.plot_width() / static_cast<double>(std::max<std::size_t>(labels_.size(), 1));
    const double half = std::min(slot * 0.17, 13.0);
    page.begin_panel(110, group_axis(page), draw::rate_axis(kRate, highest, 5));
    for (std::size_t i = 0; i < section_.groups.size(); ++i) {
      const ReportGroup& group = section_.groups[i];
      const double x = static_cast<double>(i);
      const double shift = group.requested_rates ? half * 1.2 : 0;
      const draw::LineStyle style{draw::group_colour(i), 1};
      page.box(x, -shift, half, {group.rates.p5, group.rates.q1, group.rates.median, group.rates.q3, group.rates.p95},
               style, true);
      page.circle(x, -shift, group.rates.min, 1.3, style, false);
      page.circle(x, -shift, group.rates.max, 1.3, style, false);
      if (!group.requested_rates) continue;
      const Quantiles& q = *group.requested_rates;
      page.box(x, shift, half, {q.p5, q.q1, q.median, q.q3, q.p95}, {draw::kInk, 0.8, 1, "3 2"}, false);
    }
    hover_groups(page);
    page.end_panel();
    return page.finish();
  }

  std::string intervals() const {
    draw::Page page(name(), "intervals",
                    "Share of intervals between spikes of single nodes, by group, over a logarithmic axis");
    page.legend(drawn_labels());
    page.note_groups(drawn_, section_.groups_in_all);
    note_what_counts(page);
    if (const std::string below = section_.short_intervals_words(drawn_); !below.empty()) page.note(below);
    const std::vector<double>& edges = section_.isi_edges_ms;
    std::size_t first = edges.size();
    std::size_t last = 0;
    double most = 0;
    std::vector<std::vector<double>> shares;
    for (std::size_t i = 0; i < drawn_; ++i) {
      auto all = static_cast<double>(section_.groups[i].isi_below);
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
    page.begin_panel(90, draw::decades_axis("Interval between spikes (ms)", edges[first], edges[last]),
                     draw::zero_based_axis("Intervals (%)", most, 4));
    for (std::size_t i = 0; i < drawn_; ++i) {
      page.steps(std::span(edges).subspan(first, last - first + 1), std::span(shares[i]).subspan(first, last - first),
                 {draw::group_colour(i), 1});
    }
    page.end_panel();
    return page.finish();
  }

  std::string counts() const {
    draw::Page page(name(), "spikes", "Spikes of each group, circles as requested");
    double most = 0;
    for (const ReportGroup& group : section_.groups) {
      most = std::max({most, static_cast<double>(group.stats.spikes), group.expected_spikes.value_or(0)});
    }
    if (!section_.curve_ms.empty()) page.note("circles: requested");
    note_what_counts(page);
    page.note_groups(section_.groups.size(), section_.groups_in_all);
    page.begin_panel(90, group_axis(page), draw::count_axis("Spikes", most, 4));
    for (std::size_t i = 0; i < section_.groups.size(); ++i) {
      const ReportGroup& group = section_.groups[i];
      const double x = static_cast<double>(i);
      page.bar(x - 0.3, x + 0.3, static_cast<double>(group.stats.spikes), draw::group_colour(i));
      if (group.expected_spikes) page.circle(x, 0, *group.expected_spikes, 2.5, {draw::kInk, 1}, true);
    }
    hover_groups(page);
    page.end_panel();
    return page.finish();
  }

 private:
  // The parts of a combination differ in their population only.
  std::string name() const { return section_.name + (section_.is_of_several() ? ", " + section_.population : ""); }
  draw::Axis time_axis() const { return draw::time_axis(section_.window); }
  draw::Axis group_axis(const draw::Page& page) const {
    return draw::category_axis("Group", labels_, page.plot_width());
  }
  void note_what_counts(draw::Page& page) const {
    const auto words = [](double time_ms) { return format_time(std::round(time_ms * 1000) / 1000); };
    page.note(fmt::format("spikes from {} to {}{}", words(section_.window.start_ms), words(section_.window.stop_ms),
                          section_.silent_nodes_known ? "" : "; nodes without any are not known"));
  }
  void hover_groups(draw::Page& page) const {
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      page.hover_columns(static_cast<double>(i) - 0.5, static_cast<double>(i) + 0.5, labels_[i]);
    }
  }
  std::vector<std::string> drawn_labels() const {
    std::vector<std::string> labels(labels_.begin(), labels_.begin() + static_cast<std::ptrdiff_t>(drawn_));
    return labels;
  }

  // Over all groups, those that are not drawn too.
  double largest(std::vector<double> ReportGroup::*values) const {
    double most = 0;
    for (const ReportGroup& group : section_.groups) {
      for (const double value : group.*values) most = std::max(most, value);
    }
    return most;
  }

  // A line for each group, in its colour if the style has none; nothing where there are no values.
  void draw_curves(draw::Page& page, const std::vector<double>& xs, std::vector<double> ReportGroup::*ys,
                   const draw::LineStyle& style) const {
    for (std::size_t i = 0; i < drawn_; ++i) {
      if ((section_.groups[i].*ys).empty()) continue;
      draw::LineStyle own = style;
      if (own.colour.empty()) own.colour = draw::group_colour(i);
      page.line(xs, section_.groups[i].*ys, own);
    }
  }

  void draw_dots(draw::Page& page, double row_height) const {
    const Raster& raster = section_.raster;
    std::vector<std::vector<double>> xs(raster.group_starts.size());
    std::vector<std::vector<double>> ys(raster.group_starts.size());
    for (std::size_t i = 0; i < raster.ticks.size(); ++i) {
      const std::size_t group = raster.group_of(raster.rows[i]);
      xs[group].push_back(section_.window.start_ms + raster.ticks[i] * raster.tick_ms);
      ys[group].push_back(raster.rows[i]);
    }
    for (std::size_t group = 0; group < xs.size(); ++group) {
      page.dots(xs[group], ys[group], std::clamp(row_height * 0.8, 0.6, 4.0), draw::group_colour(group));
    }
  }

  const ReportSection& section_;
  std::vector<std::string> labels_;
  std::size_t drawn_ = 0;
};

// A name for a file: letters, digits, dots, dashes and underscores stay. File names end at 255 bytes, and the kind of
// the figure follows.
std::string file_name(const std::string& text) {
  constexpr std::size_t kLongest = 200;
  std::string name;
  for (const char c : std::string_view(text).substr(0, kLongest)) {
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
    std::string base = file_name(section.name + (section.is_of_several() ? "-" + section.population : ""));
    for (int copy = 2; !taken.insert(base).second; ++copy) base += fmt::format("-{}", copy);
    const SectionFigures charts(section);
    if (!section.curve_ms.empty()) figures.push_back({base + "-requested", charts.requested()});
    figures.push_back({base + "-raster", charts.raster()});
    figures.push_back({base + "-rate", charts.rate()});
    figures.push_back({base + "-rates", charts.histogram()});
    figures.push_back({base + "-box", charts.boxes()});
    figures.push_back({base + "-isi", charts.intervals()});
    figures.push_back({base + "-counts", charts.counts()});
  }
  return figures;
}

}  // namespace stimgen
