// Rate over time: spikes of groups of nodes counted in bins, in one pass over a file.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <fmt/format.h>

#include "base/node_index.hpp"
#include "stats/block.hpp"
#include "stimgen/grammar.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/stats.hpp"

namespace stimgen {

namespace {

// A window of a whole number of bins must not gain a sliver of one more by rounding.
std::size_t bins_in(double duration_ms, double bin_ms, std::size_t groups) {
  const double exact = duration_ms / bin_ms;
  const double whole = std::round(exact);
  const double bins = std::abs(exact - whole) <= 1e-9 * std::max(1.0, whole) ? whole : std::ceil(exact);
  if (bins * static_cast<double>(groups) > static_cast<double>(kMaxPsthCells)) {
    throw InputError("stats.too-many-bins",
                     fmt::format("{} bins of {} ms in {} groups are more than {} million", bins, format_number(bin_ms),
                                 groups, kMaxPsthCells / 1'000'000),
                     "choose a wider bin or a shorter window");
  }
  return static_cast<std::size_t>(bins);
}

class Binner {
 public:
  explicit Binner(const PsthRequest& request)
      : request_(request), index_(request.node_ids.value_or(std::span<const NodeId>())) {
    psth_.bin_ms = request.bin_ms;
    psth_.counts.resize(request.groups);
    psth_.nodes.assign(request.groups, 0);
    if (request.window) {
      psth_.window = *request.window;
      resize(bins_in(request.window->duration_ms(), request.bin_ms, request.groups));
    }
    for (std::size_t row = 0; row < index_.size(); ++row) {
      if (const std::uint32_t group = group_at(row); group != kNoGroup) ++psth_.nodes[group];
    }
  }

  void add(const SpikeBlock& block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::uint32_t group = group_of(block.node_ids[i]);
      const double time_ms = block.timestamps_ms[i];
      if (!request_.window) latest_ms_ = std::max(latest_ms_, time_ms);
      if (group == kNoGroup) continue;
      if (request_.window ? !counts_in(psth_.window, request_.grid_ms, time_ms) : !(time_ms > 0)) {
        ++psth_.spikes_outside;
        if (!(time_ms > 0)) ++psth_.spikes_early;
      } else {
        count(group, time_ms);
      }
    }
  }

  Psth finish() {
    if (!request_.window) {
      psth_.window = {0, latest_ms_ > 0 ? latest_ms_ : request_.bin_ms};
      // The last spike counts: it lies in the last bin even where that ends with it.
      const std::size_t bins = bins_in(psth_.window.stop_ms, request_.bin_ms, request_.groups);
      for (auto& counts : psth_.counts) {
        for (std::size_t i = bins; bins > 0 && i < counts.size(); ++i) counts[bins - 1] += counts[i];
      }
      resize(bins);
    }
    if (!request_.node_ids) psth_.nodes[0] = seen_.size();
    psth_.unknown_node_count = unknown_.size();
    psth_.unknown_nodes.assign(unknown_.begin(), unknown_.end());
    std::sort(psth_.unknown_nodes.begin(), psth_.unknown_nodes.end());
    psth_.unknown_nodes.resize(std::min(psth_.unknown_nodes.size(), kNamedUnknownNodes));
    return std::move(psth_);
  }

 private:
  std::uint32_t group_at(std::size_t row) const {
    return request_.group_of_node.empty() ? 0 : request_.group_of_node[row];
  }

  std::uint32_t group_of(NodeId id) {
    if (!request_.node_ids) {
      seen_.insert(id);
      return 0;
    }
    const std::size_t row = index_.row_of(id);
    if (row < index_.size()) return group_at(row);
    unknown_.insert(id);
    return kNoGroup;
  }

  void count(std::uint32_t group, double time_ms) {
    auto bin = static_cast<std::size_t>((time_ms - psth_.window.start_ms) / request_.bin_ms);
    if (request_.window) bin = std::min(bin, psth_.bins() - 1);
    // A quotient rounds; the bins' own edges decide.
    if (bin > 0 && time_ms < psth_.window.start_ms + static_cast<double>(bin) * request_.bin_ms) --bin;
    if (bin >= psth_.bins()) {
      bins_in(time_ms, request_.bin_ms, request_.groups);
      resize(std::max(bin + 1, psth_.bins() * 2));
    }
    ++psth_.counts[group][bin];
  }

  void resize(std::size_t bins) {
    for (auto& counts : psth_.counts) counts.resize(bins, 0);
  }

  const PsthRequest& request_;
  NodeIndex index_;
  Psth psth_;
  std::unordered_set<NodeId> seen_;
  std::unordered_set<NodeId> unknown_;
  double latest_ms_ = 0;
};

std::vector<double> widths_of(const Psth& psth) {
  std::vector<double> widths;
  for (std::size_t i = 0; i < psth.bins(); ++i) widths.push_back(psth.bin(i).duration_ms());
  return widths;
}

}  // namespace

TimeWindow Psth::bin(std::size_t i) const {
  const double start_ms = window.start_ms + static_cast<double>(i) * bin_ms;
  const double stop_ms = i + 1 < bins() ? window.start_ms + static_cast<double>(i + 1) * bin_ms : window.stop_ms;
  return {start_ms, stop_ms};
}

std::vector<double> Psth::rates_hz(std::size_t group) const {
  std::vector<double> rates(bins(), 0.0);
  if (nodes[group] == 0) return rates;
  for (std::size_t i = 0; i < bins(); ++i) {
    const double spikes_per_hz = expected_spikes(static_cast<double>(nodes[group]), bin(i).duration_ms());
    if (spikes_per_hz > 0) rates[i] = static_cast<double>(counts[group][i]) / spikes_per_hz;
  }
  return rates;
}

std::vector<double> Psth::smoothed_hz(std::size_t group, const Smoothing& smoothing) const {
  return smooth(rates_hz(group), widths_of(*this), bin_ms, smoothing);
}

Psth compute_psth(const SpikeReader& reader, const PopulationInfo& population, const PsthRequest& request) {
  Binner binner(request);
  for (std::uint64_t first = 0; first < population.count; first += kBlockSpikes) {
    binner.add(reader.read(population.name, first, std::min(kBlockSpikes, population.count - first)));
  }
  return binner.finish();
}

}  // namespace stimgen
