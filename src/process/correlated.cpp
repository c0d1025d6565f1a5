// `correlated`: nodes of a group share spikes, such that the counts of any two have the correlation `c`, while each
// train is Poisson at exactly the rate asked for. The mathematics: correlated_groups.hpp and correlated_trains.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/maths.hpp"
#include "process/correlated_trains.hpp"
#include "process/poisson.hpp"

namespace stimgen {

extern const ProcessKind kCorrelatedKind;

namespace {

constexpr double kMostMotherBytes = 1e9;

class CorrelatedProcess final : public PointProcess {
 public:
  CorrelatedProcess(const Correlation& correlation, StreamKey mother_key)
      : correlation_(correlation), mother_key_(mother_key) {}

  Scatter scatter() const override { return Scatter::shared; }
  // Each train is Poisson. The covariance of two counts is c times the root of both expected numbers, or less: where
  // sub-groups of a group have different rates, and where rates differ too much.
  std::vector<std::optional<CountScatter>> count_scatter(const TrainRates& rates) const override {
    std::vector<double> roots(rates.groups.size(), 0.0);
    std::vector<std::optional<CountScatter>> groups(rates.groups.size(), CountScatter{});
    for (std::size_t i = 0; i < rates.size(); ++i) {
      roots[rates.group_of(i)] += maths::sqrt(rates.expected_spikes(i));
      groups[rates.group_of(i)]->variance += rates.expected_spikes(i);
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const double own = groups[i]->variance;
      groups[i]->variance += correlation_.c * std::max(roots[i] * roots[i] - own, 0.0);
      if (own > 0) groups[i]->shared = groups[i]->variance / own;
    }
    return groups;
  }
  std::unique_ptr<IntervalLaw> interval_law(const RateFunction& rate) const override { return poisson_law(rate); }
  bool limits_rates() const override { return true; }
  double shared_bytes(const TrainRates& rates) const override { return mother_bytes(correlation_, rates); }

  void check_rates(const TrainRates& rates, const CheckedGroups& groups, Diagnostics& diagnostics) const override {
    if (!check_reference(rates, groups, diagnostics)) return;
    check_memory(rates, groups, diagnostics);
    if (rates.functions.empty()) warn_of_reduced(rates, groups, diagnostics);
  }

  std::unique_ptr<const PreparedProcess> prepare(const TrainRates& rates, StreamKey key) const override {
    return prepare_correlated(correlation_, rates, key, mother_key_);
  }

 private:
  bool check_reference(const TrainRates& rates, const CheckedGroups& groups, Diagnostics& diagnostics) const {
    if (!rates.functions.empty() && correlation_.reference_hz) {
      diagnostics.error(groups.loc, "process.no-reference",
                        "'reference' is for nodes with rates of their own, but those of a pattern have their group's",
                        "remove 'reference'");
      return false;
    }
    if (!rates.functions.empty() || correlation_.reference_hz) return true;
    for (std::size_t i = 0; i < rates.groups.size(); ++i) {
      if (rates.groups[i].mean_hz) continue;
      diagnostics.error(
          groups.loc, "process.no-reference",
          fmt::format("the rates of group '{}' are listed, so 'correlated' needs 'reference': the rate of "
                      "a node that is correlated with all others alike",
                      printable(groups.labels[i])),
          "write about the mean of the listed rates, e.g. reference: 10 Hz");
      return false;
    }
    return true;
  }

  void check_memory(const TrainRates& rates, const CheckedGroups& groups, Diagnostics& diagnostics) const {
    const double bytes = mother_bytes(correlation_, rates);
    if (!(bytes > kMostMotherBytes)) return;
    diagnostics.error(
        groups.loc, "process.too-much-shared",
        fmt::format("the spikes that nodes share would take {:.2g} GB of memory, more than {:.0f} GB", bytes / 1e9,
                    kMostMotherBytes / 1e9),
        fmt::format("with copy: {:.2g} it would be {:.2g} GB, at the same correlation", maths::sqrt(correlation_.c),
                    bytes / 1e9 * smallest_copy(rates) * smallest_copy(rates) / correlation_.c));
  }

  double smallest_copy(const TrainRates& rates) const {
    double smallest = 1;
    for (const TrainGroup& group : rates.groups) smallest = std::min(smallest, correlation_.copy_of(group));
    return smallest;
  }

  // Of the group with the most of them.
  void warn_of_reduced(const TrainRates& rates, const CheckedGroups& groups, Diagnostics& diagnostics) const {
    struct Reduced {
      std::uint64_t slow = 0, fast = 0, nodes = 0;
    };
    std::vector<Reduced> reduced(rates.groups.size());
    for (std::size_t i = 0; i < rates.size(); ++i) {
      if (rates.constant_hz[i] == 0) continue;  // a silent node is correlated with none
      Reduced& group = reduced[rates.group_of(i)];
      const double relative = rates.constant_hz[i] / reference_hz(rates, rates.group_of(i));
      ++group.nodes;
      group.slow += relative < slowest(rates, rates.group_of(i)) ? 1 : 0;
      group.fast += relative > fastest(rates, rates.group_of(i)) ? 1 : 0;
    }
    const auto out_of_reach = [](const Reduced& group) { return group.slow + group.fast; };
    const auto most = std::max_element(reduced.begin(), reduced.end(), [&](const Reduced& a, const Reduced& b) {
      return out_of_reach(a) < out_of_reach(b);
    });
    if (most == reduced.end() || out_of_reach(*most) == 0) return;
    const auto affected =
        std::count_if(reduced.begin(), reduced.end(), [&](const Reduced& group) { return out_of_reach(group) > 0; });
    const auto i = static_cast<std::uint32_t>(most - reduced.begin());
    const double reference = reference_hz(rates, i);
    const bool is_slow = most->slow >= most->fast;
    const double border_hz = reference * (is_slow ? slowest(rates, i) : fastest(rates, i));
    diagnostics.warning(
        groups.loc, "process.correlation-reduced",
        fmt::format("{} of {} nodes of group '{}' are too {} for a correlation of {} with nodes of {:.4g} Hz: those "
                    "{} {:.3g} Hz get less; at {:.3g} Hz {:.2g}{}",
                    is_slow ? most->slow : most->fast, most->nodes, printable(groups.labels[i]),
                    is_slow ? "slow" : "fast", format_number(correlation_.c), reference, is_slow ? "below" : "above",
                    border_hz, is_slow ? border_hz / 2 : border_hz * 2, correlation_.c * maths::sqrt(0.5),
                    affected > 1 ? fmt::format(" (the most of {} groups with such nodes)", affected) : ""));
  }

  double reference_hz(const TrainRates& rates, std::uint32_t group) const {
    return correlation_.reference_hz_of(rates.groups[group]);
  }
  // Relative to the reference rate: p·√a needs at least as much room as the node's rate has, and is no more than 1.
  double slowest(const TrainRates& rates, std::uint32_t group) const {
    const double share = correlation_.c / correlation_.copy_of(rates.groups[group]);
    return share * share * (1 - 1e-12);
  }
  double fastest(const TrainRates& rates, std::uint32_t group) const {
    const double copy = correlation_.copy_of(rates.groups[group]);
    return (1 + 1e-12) / (copy * copy);
  }

  Correlation correlation_;
  StreamKey mother_key_;
};

constexpr FieldDoc kFields[] = {
    {"c", "fraction", "", "",
     "Correlation of the spike counts of any two nodes of a group (an entry of `rates`, or an assembly), above 0.",
     "0.1"},
    {"jitter", "time", "s", "0 ms",
     "How far copies of a shared spike lie apart: half the width, mean or standard deviation of `kernel`.", "2 ms"},
    {"kernel", Displacement::kKernels, "", "uniform", "Distribution of jitter.", "gaussian"},
    {"copy", "fraction", "", "<c, or √c where nodes have rates of their own>",
     "Share of a train that is copied from the spikes that the group has in common, from c (few nodes in each of many "
     "volleys, no spike independent) to 1 (all nodes in each of few, the rest independent).",
     "0.3"},
    {"reference", "rate", "Hz", "<the mean rate of the group>",
     "Rate of a node that gives the correlation with every other; needed where rates are listed.", "10 Hz"},
};

std::unique_ptr<const PointProcess> make(Fields& fields, Streams& streams) {
  streams.key(Purpose::spikes);
  const StreamKey mother_key = streams.key(Purpose::mother);
  Correlation correlation{
      fields.fraction("c"), {}, {}, Displacement(fields.choice("kernel"), fields.time_ms("jitter"))};
  if (fields.ok() && correlation.c == 0) {
    fields.error("c", "recipe.out-of-range", "'c' is above 0", "without correlation write process: poisson");
  }
  if (fields.ok() && correlation.displacement.span_ms() < 0) {
    fields.error("jitter", "recipe.out-of-range", "'jitter' cannot be negative");
  }
  if (const Value* copy = fields.value("copy")) {
    correlation.copy = read_fraction(*copy, "copy", fields.diagnostics());
    if (fields.ok() && *correlation.copy < correlation.c) {
      fields.error("copy", "recipe.out-of-range",
                   fmt::format("'copy' is at least c: with {} nodes share too little for a correlation of {}",
                               format_number(*correlation.copy), format_number(correlation.c)),
                   fmt::format("from {} to 1", format_number(correlation.c)));
    }
  }
  correlation.reference_hz = fields.optional_rate_hz("reference");
  if (fields.ok() && correlation.reference_hz && *correlation.reference_hz == 0) {
    fields.error("reference", "recipe.out-of-range", "'reference' is above 0");
  }
  return std::make_unique<CorrelatedProcess>(correlation, mother_key);
}

}  // namespace

const ProcessKind kCorrelatedKind = {
    .info = {.name = "correlated",
             .summary = "nodes of a group share spikes, each train still Poisson at exactly its rate",
             .version = 1,
             .fields = kFields},
    .make = make,
};

}  // namespace stimgen
