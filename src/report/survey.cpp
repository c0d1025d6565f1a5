// Reads a population three times over: counts and intervals of nodes, rates over time, raster. Memory grows with nodes
// and bins, and with the spikes that are shown, not with those that are there.
#include "report/survey.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include <fmt/format.h>

#include "base/node_index.hpp"
#include "draw/axis.hpp"

namespace stimgen {

namespace {

// Bins are that many, or more where what was asked for has finer detail.
constexpr double kUsualBins = 2000;
constexpr double kFineBins = 10'000;
constexpr std::size_t kHistogramBins = 30;
// Intervals are drawn from 0.1 ms on, or from a decade below which hardly any lie, down to a millionth of a ms.
constexpr int kUsualIsiDecade = -1;
constexpr int kFirstIsiDecade = -6;
constexpr int kIsiBinsPerDecade = 10;
constexpr double kMostNotDrawn = 0.01;
constexpr std::size_t kMostCurveVertices = 20'000;

double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - static_cast<double>(low));
}

// Spreads 64 bits evenly (the finaliser of SplitMix64): which spikes a sample keeps depends on their place alone.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

class Surveyor {
 public:
  Surveyor(const SpikeReader& reader, const PopulationInfo& population, const SurveyRequest& request,
           ReportSection& section)
      : reader_(reader), population_(population), request_(request), section_(section) {}

  void run() {
    count();
    sort_rows();
    bin_over_time();
    draw_curves();
    for (std::size_t group = 0; group < shown_groups(); ++group) summarise_group(group);
    walk();
  }

 private:
  // Without a window given the last spike lies at its end and counts.
  double grid_ms() const { return request_.window ? request_.grid_ms : 1e-6; }
  std::size_t shown_groups() const { return std::min(labels_.size(), kMaxReportGroups); }

  void count() {
    SpikeStatsRequest request;
    request.window = request_.window;
    request.grid_ms = request_.grid_ms;
    request.node_ids = request_.node_ids;
    stats_ = compute_spike_stats(reader_, population_, request);
    refuse_unknown_nodes(
        reader_.path(), stats_.unknown_nodes, stats_.unknown_node_count,
        request_.nodes_are.empty() ? fmt::format("nodes of population '{}'", population_.name) : request_.nodes_are);
    name_groups();
    section_.window = stats_.window;
    if (!(section_.window.duration_ms() > 0)) section_.window.stop_ms = section_.window.start_ms + 1;
    section_.spikes = stats_.spikes;
    section_.spikes_outside = stats_.spikes_outside;
    section_.nodes = stats_.nodes.size();
    section_.silent_nodes_known = request_.node_ids.has_value();
    section_.groups_in_all = labels_.size();
    std::vector<std::size_t> all(stats_.nodes.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    section_.mean_rate_hz = summarise(stats_, all).mean_rate_hz;
    section_.groups.resize(shown_groups());
    for (std::size_t group = 0; group < shown_groups(); ++group) section_.groups[group].label = labels_[group];
  }

  void name_groups() {
    labels_ = request_.labels;
    if (labels_.empty()) labels_.push_back(population_.name);
    members_.resize(labels_.size());
    ids_.reserve(stats_.nodes.size());
    group_of_node_.assign(stats_.nodes.size(), 0);
    for (std::size_t i = 0; i < stats_.nodes.size(); ++i) {
      ids_.push_back(stats_.nodes[i].node_id);
      if (!request_.group_of_node.empty()) group_of_node_[i] = request_.group_of_node[i];
      if (group_of_node_[i] != kNoGroup) members_[group_of_node_[i]].push_back(i);
    }
  }

  // Rows of the raster: group by group, by id within.
  void sort_rows() {
    Raster& raster = section_.raster;
    raster.group_labels = labels_;
    row_of_node_.assign(ids_.size(), kNoGroup);
    for (const auto& members : members_) {
      raster.group_starts.push_back(static_cast<std::uint32_t>(raster.node_ids.size()));
      for (const std::size_t node : members) {
        row_of_node_[node] = static_cast<std::uint32_t>(raster.node_ids.size());
        raster.node_ids.push_back(ids_[node]);
      }
    }
    raster.group_starts.push_back(static_cast<std::uint32_t>(raster.node_ids.size()));
  }

  void choose_bins() {
    const double duration_ms = section_.window.duration_ms();
    // Where the stimulus is not known, a tenth of the window keeps its outline.
    const double piece_ms = request_.asked != nullptr ? request_.asked->shortest_piece_ms()
                                                      : request_.shortest_piece_ms.value_or(4 * duration_ms / 10);
    section_.smoothing = request_.options.smoothing.value_or(smoothing_for(piece_ms));
    if (request_.options.bin_ms) {
      section_.bin_ms = *request_.options.bin_ms;
      if (duration_ms / section_.bin_ms > kMostReportBins) {
        throw InputError("stats.too-many-bins",
                         fmt::format("bins of {} ms are more than {:.0f} in {}", format_number(section_.bin_ms),
                                     kMostReportBins, format_time(duration_ms)),
                         "choose a wider bin");
      }
      return;
    }
    const double usual_ms = std::max(draw::nice_at_least(duration_ms / kUsualBins), 1.0);
    const double fine_ms = std::max(draw::nice_at_least(duration_ms / kFineBins), 1.0);
    section_.bin_ms = usual_ms;
    if (section_.smoothing.width_ms > 0) {
      section_.bin_ms = std::clamp(draw::nice_at_least(section_.smoothing.width_ms / 4), fine_ms, usual_ms);
    }
    if (duration_ms < 100) section_.bin_ms = draw::nice_at_least(duration_ms / 100);
    // Narrower than a bin, a kernel would smooth nothing and still be said to.
    if (!request_.options.smoothing) {
      section_.smoothing.width_ms = std::max(section_.smoothing.width_ms, section_.bin_ms);
    }
  }

  void bin_over_time() {
    choose_bins();
    std::vector<std::uint32_t> shown = group_of_node_;
    for (std::uint32_t& group : shown) {
      if (group >= shown_groups()) group = kNoGroup;
    }
    PsthRequest request;
    request.window = section_.window;
    request.grid_ms = grid_ms();
    request.bin_ms = section_.bin_ms;
    request.node_ids = ids_;
    request.group_of_node = shown;
    request.groups = shown_groups();
    const Psth psth = compute_psth(reader_, population_, request);
    for (std::size_t group = 0; group < shown_groups(); ++group) {
      section_.groups[group].rate_hz = psth.rates_hz(group);
      section_.groups[group].smoothed_hz = psth.smoothed_hz(group, section_.smoothing);
    }
    if (request_.asked != nullptr) bin_requested(psth);
  }

  void bin_requested(const Psth& psth) {
    std::vector<double> widths;
    for (std::size_t i = 0; i < psth.bins(); ++i) {
      widths.push_back(psth.bin(i).duration_ms());
      const std::vector<double> mean = request_.asked->mean_rates_hz(psth.bin(i));
      for (std::size_t group = 0; group < shown_groups(); ++group) {
        section_.groups[group].requested_hz.push_back(mean[group]);
      }
    }
    for (ReportGroup& group : section_.groups) {
      group.requested_hz = smooth(group.requested_hz, widths, section_.bin_ms, section_.smoothing);
    }
  }

  // Requested rates as lines: values on both sides of every time at which one of them bends or jumps.
  void draw_curves() {
    if (request_.asked == nullptr) return;
    const TaskNodes& asked = *request_.asked;
    std::vector<double> times{section_.window.start_ms, section_.window.stop_ms};
    for (const RateFunction& function : asked.rates.functions) {
      for (const RateVertex& vertex : function.vertices()) times.push_back(vertex.time_ms);
    }
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    if (times.size() > kMostCurveVertices) {
      times.clear();
      for (std::size_t i = 0; i <= section_.groups.front().rate_hz.size(); ++i) {
        times.push_back(
            std::min(section_.window.start_ms + static_cast<double>(i) * section_.bin_ms, section_.window.stop_ms));
      }
    }
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
      // Linear in between: the means of the halves give the values at both ends.
      const double middle = times[i] + (times[i + 1] - times[i]) / 2;
      const std::vector<double> left = asked.mean_rates_hz({times[i], middle});
      const std::vector<double> right = asked.mean_rates_hz({middle, times[i + 1]});
      section_.curve_ms.push_back(times[i]);
      section_.curve_ms.push_back(times[i + 1]);
      for (std::size_t group = 0; group < shown_groups(); ++group) {
        std::vector<double>& curve = section_.groups[group].curve_hz;
        const auto value = [](double hz) { return hz < 1e-9 ? 0.0 : hz; };
        curve.push_back(value(1.5 * left[group] - 0.5 * right[group]));
        curve.push_back(value(1.5 * right[group] - 0.5 * left[group]));
      }
    }
  }

  void summarise_group(std::size_t index) {
    ReportGroup& group = section_.groups[index];
    group.stats = summarise(stats_, members_[index]);
    if (members_[index].empty()) return;
    std::vector<double> rates;
    for (const std::size_t node : members_[index]) rates.push_back(stats_.nodes[node].rate_hz);
    std::sort(rates.begin(), rates.end());
    group.rates = {rates.front(),         quantile(rates, 0.05), quantile(rates, 0.25), quantile(rates, 0.5),
                   quantile(rates, 0.75), quantile(rates, 0.95), rates.back()};
    // Spikes in the window for each Hz.
    const double per_hz = expected_spikes(1, section_.window.duration_ms());
    const CountBins bins = bins_of(members_[index]);
    RateHistogram& histogram = group.histogram;
    histogram.start_hz = static_cast<double>(bins.first) / per_hz;
    histogram.width_hz = static_cast<double>(bins.width) / per_hz;
    histogram.nodes.assign(bins.count, 0);
    for (const std::size_t node : members_[index]) {
      histogram.nodes[(stats_.nodes[node].spikes - bins.first) / bins.width] += 1;
    }
    if (request_.asked != nullptr) add_requested(index, bins, per_hz);
  }

  // The bins of a histogram, in spikes.
  struct CountBins {
    std::uint64_t first = 0, width = 1;
    std::size_t count = 0;
  };

  CountBins bins_of(const std::vector<std::size_t>& members) const {
    std::uint64_t fewest = ~std::uint64_t{0};
    std::uint64_t most = 0;
    for (const std::size_t node : members) {
      fewest = std::min(fewest, stats_.nodes[node].spikes);
      most = std::max(most, stats_.nodes[node].spikes);
    }
    const std::uint64_t width = (most - fewest) / kHistogramBins + 1;
    const std::uint64_t first = fewest / width > 2 ? fewest / width - 2 : 0;
    return {first * width, width, most / width - first + 3};
  }

  void add_requested(std::size_t index, const CountBins& bins, double per_hz) {
    ReportGroup& group = section_.groups[index];
    const auto size = static_cast<double>(members_[index].size());
    group.expected_spikes = request_.asked->expected_spikes[index];
    const ExpectedRates expected(*request_.asked, index);
    double below = bins.first == 0 ? 0 : expected.share_at(static_cast<double>(bins.first) - 1);
    for (std::size_t bin = 0; bin < bins.count; ++bin) {
      const double share = expected.share_at(static_cast<double>(bins.first + (bin + 1) * bins.width) - 1);
      group.histogram.requested.push_back(size * (share - below));
      below = share;
    }
    const auto rate_at = [&](double share) { return expected.spikes_at(share) / per_hz; };
    group.requested_rates = Quantiles{rate_at(0.5 / size), rate_at(0.05), rate_at(0.25),          rate_at(0.5),
                                      rate_at(0.75),       rate_at(0.95), rate_at(1 - 0.5 / size)};
  }

  // Intervals and raster in one walk over the spikes, node by node.
  void walk() {
    start_intervals();
    start_raster();
    NodeIndex index(ids_);
    const std::unique_ptr<SpikeSource> source =
        open_sorted(reader_, {.population = population_.name, .early = true}, SpikeOrder::by_id, {});
    SpikeBlock block;
    std::size_t last_node = ids_.size();
    double last_ms = 0;
    while (source->next(block)) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        const double time_ms = block.timestamps_ms[i];
        if (!counts_in(section_.window, grid_ms(), time_ms)) continue;
        const std::size_t node = index.row_of(block.node_ids[i]);
        if (node == last_node) add_interval(group_of_node_[node], time_ms - last_ms);
        add_to_raster(node, time_ms);
        last_node = node;
        last_ms = time_ms;
      }
    }
    leave_out_empty_decades();
    finish_raster();
  }

  void start_intervals() {
    const double last_decade = std::ceil(std::log10(section_.window.duration_ms()));
    const int decades = std::max(static_cast<int>(last_decade), kUsualIsiDecade + 2) - kFirstIsiDecade;
    const auto bins = static_cast<std::size_t>(decades * kIsiBinsPerDecade);
    for (std::size_t i = 0; i <= bins; ++i) {
      section_.isi_edges_ms.push_back(std::pow(10.0, kFirstIsiDecade + static_cast<double>(i) / kIsiBinsPerDecade));
    }
    for (ReportGroup& group : section_.groups) group.isi.assign(bins, 0);
  }

  void add_interval(std::uint32_t group, double interval_ms) {
    if (group >= section_.groups.size()) return;
    std::vector<std::uint64_t>& isi = section_.groups[group].isi;
    // Differences of times on a grid miss an edge by rounding.
    const double bin = interval_ms > 0 ? (std::log10(interval_ms) - kFirstIsiDecade) * kIsiBinsPerDecade + 1e-6 : -1;
    if (bin < 0) {
      ++section_.groups[group].isi_below;
    } else {
      ++isi[std::min(static_cast<std::size_t>(bin), isi.size() - 1)];
    }
  }

  // What is left out is counted, and said.
  void leave_out_empty_decades() {
    std::uint64_t all = 0;
    for (const ReportGroup& group : section_.groups) {
      all += std::accumulate(group.isi.begin(), group.isi.end(), group.isi_below);
    }
    std::size_t first = 0;
    std::uint64_t below = 0;
    constexpr std::size_t kMost = std::size_t{kUsualIsiDecade - kFirstIsiDecade} * kIsiBinsPerDecade;
    for (std::size_t bin = 0; bin < kMost; ++bin) {
      for (const ReportGroup& group : section_.groups) below += group.isi[bin];
      if (static_cast<double>(below) > kMostNotDrawn * static_cast<double>(all)) break;
      if ((bin + 1) % kIsiBinsPerDecade == 0) first = bin + 1;
    }
    const auto cut = static_cast<std::ptrdiff_t>(first);
    for (ReportGroup& group : section_.groups) {
      group.isi_below = std::accumulate(group.isi.begin(), group.isi.begin() + cut, group.isi_below);
      group.isi.erase(group.isi.begin(), group.isi.begin() + cut);
    }
    section_.isi_edges_ms.erase(section_.isi_edges_ms.begin(), section_.isi_edges_ms.begin() + cut);
  }

  void start_raster() {
    const double duration_ms = section_.window.duration_ms();
    for (std::size_t node = 0; node < stats_.nodes.size(); ++node) {
      if (group_of_node_[node] != kNoGroup) section_.raster.total += stats_.nodes[node].spikes;
    }
    section_.raster.tick_ms = std::max(duration_ms > 1000 ? 0.1 : 0.01, draw::nice_at_least(duration_ms / 4e9));
    const double share = static_cast<double>(request_.most_raster_spikes) /
                         static_cast<double>(std::max<std::uint64_t>(section_.raster.total, 1));
    if (share < 1) sampled_below_ = static_cast<std::uint64_t>(share * 18446744073709549568.0);
  }

  void add_to_raster(std::size_t node, double time_ms) {
    if (group_of_node_[node] == kNoGroup) return;
    if (sampled_below_ && mixed(place_++) >= *sampled_below_) return;
    const double since_start_ms = std::min(time_ms, section_.window.stop_ms) - section_.window.start_ms;
    const auto tick = static_cast<std::uint64_t>(since_start_ms / section_.raster.tick_ms);
    shown_.push_back(tick << 32 | row_of_node_[node]);
  }

  void finish_raster() {
    std::sort(shown_.begin(), shown_.end());
    for (const std::uint64_t spike : shown_) {
      section_.raster.ticks.push_back(static_cast<std::uint32_t>(spike >> 32));
      section_.raster.rows.push_back(static_cast<std::uint32_t>(spike));
    }
  }

  const SpikeReader& reader_;
  const PopulationInfo& population_;
  const SurveyRequest& request_;
  ReportSection& section_;
  PopulationSpikeStats stats_;
  std::vector<std::string> labels_;
  std::vector<std::vector<std::size_t>> members_;  // of each group: indices into stats_.nodes
  std::vector<NodeId> ids_;
  std::vector<std::uint32_t> group_of_node_;
  std::vector<std::uint32_t> row_of_node_;
  std::optional<std::uint64_t> sampled_below_;  // a spike is shown whose mixed place is below; absent: all are
  std::uint64_t place_ = 0;
  std::vector<std::uint64_t> shown_;  // tick in the upper half, row in the lower
};

}  // namespace

void survey(const SpikeReader& reader, const PopulationInfo& population, const SurveyRequest& request,
            ReportSection& section) {
  Surveyor(reader, population, request, section).run();
}

}  // namespace stimgen
