// The distribution of node rates that a recipe asks for, as it shows in a window of finite length.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/probability.hpp"
#include "report/survey.hpp"

namespace stimgen {

namespace {
constexpr std::size_t kCells = 300;
}

ExpectedRates::ExpectedRates(const TaskNodes& asked, std::size_t group) : scatter_(asked.scatter == Scatter::poisson) {
  if (asked.drawn_from[group] != nullptr && !asked.drawn_from[group]->is_constant()) {
    // Cells of equal width in the root of the rate are finer where rates are low.
    const RateDistribution& distribution = *asked.drawn_from[group];
    double highest_hz = distribution.mean_hz + 6 * distribution.stdev_hz;
    while (rate_cdf(distribution, highest_hz) < 0.9999) highest_hz *= 1.5;
    const double per_hz = expected_spikes(1, asked.window().duration_ms());
    double below = 0;
    for (std::size_t i = 0; i < kCells; ++i) {
      const auto edge = [&](double at) { return highest_hz * (at / kCells) * (at / kCells); };
      const double upper = edge(static_cast<double>(i) + 1);
      const double share = i + 1 == kCells ? 1.0 : rate_cdf(distribution, upper);
      parts_.push_back({edge(static_cast<double>(i) + 0.5) * per_hz, share - below});
      below = share;
    }
    return;
  }
  std::map<double, double> nodes_of_mean;
  for (std::size_t row = 0; row < asked.rates.size(); ++row) {
    if (asked.group_of_node[row] == group) nodes_of_mean[asked.expected_of_node[row]] += 1;
  }
  // Listed rates may all differ: neighbours are then taken together.
  const std::size_t together = nodes_of_mean.size() / kCells + 1;
  std::size_t taken = 0;
  for (const auto& [mean, count] : nodes_of_mean) {
    if (taken++ % together == 0) parts_.push_back({});
    Part& part = parts_.back();
    part.mean_spikes = (part.mean_spikes * part.weight + mean * count) / (part.weight + count);
    part.weight += count;
  }
  for (Part& part : parts_) part.weight /= static_cast<double>(asked.nodes[group]);
}

double ExpectedRates::share_at(double spikes) const {
  double share = 0;
  for (const Part& part : parts_) {
    if (scatter_) {
      share += part.weight * probability::poisson_cdf(std::floor(spikes), part.mean_spikes);
    } else if (part.mean_spikes <= spikes + 0.5) {
      share += part.weight;
    }
  }
  return share;
}

double ExpectedRates::spikes_at(double share) const {
  double high = 1;
  while (share_at(high) < share && high < 1e15) high *= 2;
  double low = -1;
  while (high - low > 0.5 + 1e-9 * high) {
    const double middle = std::floor((low + high) / 2);
    if (middle <= low) break;
    (share_at(middle) < share ? low : high) = middle;
  }
  return high;
}

}  // namespace stimgen
