// Observed spikes against requested rates: counts, rescaled intervals, drawn rates, silent nodes.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "base/node_index.hpp"
#include "base/probability.hpp"
#include "stimgen/recipe.hpp"
#include "stimgen/stats.hpp"
#include "stimgen/task_nodes.hpp"

namespace stimgen {

namespace {

// The empirical distribution of rescaled intervals is known at this many points between 0 and 1: a distance is found to
// within one part in that, and too small rather than too large.
constexpr std::size_t kGridOfFewGroups = 65536;
constexpr std::size_t kGridOfManyGroups = 4096;
constexpr std::size_t kFewGroups = 64;
// Fewer values than this say nothing about a distribution.
constexpr std::uint64_t kFewestValues = 8;
// A sum of counts is normal, as far out as it is looked at, from this variance on, and if it is made of as many bursts.
constexpr double kNormalFromVariance = 25, kNormalFromBursts = 100;
// What the sum of rates is off by rounding is no spread.
constexpr double kRoundingVariance = 1e-6;

// One statistical statement: if `p` is below the shared threshold, `message` is said.
struct Test {
  std::size_t group = 0;  // index into StatisticsCheck::groups
  double p = 1;
  std::string message;
};

struct GroupTally {
  std::uint64_t spikes = 0;
  std::uint64_t silent = 0;
  double expected_silent = 0;
  double square_sum = 0;            // of (count − expected) of the nodes
  std::uint64_t intervals = 0;      // those in `grid`
  std::vector<std::uint64_t> grid;  // places of intervals among those of their law
  double blur = 0;                  // how far a place may be off because times are rounded, at most
  // Intervals in operational time, in which 1 is an expected spike, the nodes laid end to end.
  double carried = 0;  // since the last spike, over the ends of nodes
  std::uint64_t rescaled = 0;
  double mean_rescaled = 0;
  double rescaled_squares = 0;  // around the mean, summed by Welford's update
  NodeId most_surprising = 0;   // the silent node that was least likely to be so
  double least_silence = 1;     // how likely
  double most_expected = 0;
};

// Walks through all nodes in order, silent ones too, with the spikes of each.
class Tally {
 public:
  Tally(const TaskNodes& nodes, double resolution_ms)
      : nodes_(nodes),
        groups_(nodes.labels.size()),
        index_(nodes.rates.node_ids),
        rounded_ms_(std::max(resolution_ms, nodes.window().stop_ms * 0x1p-48)) {
    for (GroupTally& group : groups_) {
      group.grid.assign(groups_.size() <= kFewGroups ? kGridOfFewGroups : kGridOfManyGroups, 0);
    }
    open_node();
  }

  void add(const SpikeBlock& block, double latest_ms) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::size_t row = index_.row_of(block.node_ids[i]);
      const double time_ms = block.timestamps_ms[i];
      if (row == index_.size()) {
        ++strangers_;
        if (named_.size() < 5 && (named_.empty() || named_.back() != block.node_ids[i]))
          named_.push_back(block.node_ids[i]);
        continue;
      }
      if (time_ms < nodes_.window().start_ms || time_ms > latest_ms) {
        ++outside_;
        continue;
      }
      while (row_ < row) close_node();
      add_spike(time_ms);
    }
  }

  void finish() {
    while (row_ < nodes_.rates.size()) close_node();
  }

  const std::vector<GroupTally>& groups() const { return groups_; }
  std::uint64_t strangers() const { return strangers_; }
  const std::vector<NodeId>& named() const { return named_; }
  std::uint64_t outside() const { return outside_; }

 private:
  void open_node() {
    before_ms_.reset();
    before_ = 0;
    count_ = 0;
    if (row_ == nodes_.rates.size()) return;
    rate_ = &nodes_.rates.rate_of(row_, scratch_);
    law_ = nodes_.law->interval_law(*rate_);
    silence_ = law_ != nullptr ? law_->no_spike_by({}, nodes_.window().stop_ms) : std::nullopt;
  }

  void add_spike(double time_ms) {
    ++count_;
    add_rescaled(time_ms);
    add_interval(time_ms);
    before_ms_ = time_ms;
  }

  void add_rescaled(double time_ms) {
    GroupTally& group = groups_[nodes_.group_of_node[row_]];
    const double now = rate_->cumulative_intensity_at(time_ms);
    const double interval = group.carried + now - before_;
    before_ = now;
    group.carried = 0;
    const double offset = interval - group.mean_rescaled;
    group.mean_rescaled += offset / static_cast<double>(++group.rescaled);
    group.rescaled_squares += offset * (interval - group.mean_rescaled);
  }

  // An interval that began with a spike and ended before the window did is as long as the law says of those that end
  // before it: so its place among them is drawn evenly from 0 to 1, and those that were cut off need not be known.
  void add_interval(double time_ms) {
    if (law_ == nullptr) return;
    const std::optional<double> not_yet = law_->no_spike_by(before_ms_, time_ms);
    const std::optional<double> never = law_->no_spike_by(before_ms_, nodes_.window().stop_ms);
    if (!not_yet || !never) return;
    GroupTally& group = groups_[nodes_.group_of_node[row_]];
    const double place = *never < 1 ? std::min((1 - *not_yet) / (1 - *never), 1.0) : 1.0;
    // As far as times are rounded, so is the place.
    const double before_ms = before_ms_.value_or(nodes_.window().start_ms);
    if (time_ms - before_ms < 1e6 * rounded_ms_) {
      const auto earlier = law_->no_spike_by(before_ms_, std::max(time_ms - rounded_ms_, before_ms));
      if (earlier && *never < 1) group.blur = std::max(group.blur, (*earlier - *not_yet) / (1 - *never));
    }
    const auto cell = static_cast<std::size_t>(place * static_cast<double>(group.grid.size()));
    ++group.grid[std::min(cell, group.grid.size() - 1)];
    ++group.intervals;
  }

  void close_node() {
    GroupTally& group = groups_[nodes_.group_of_node[row_]];
    const double total = nodes_.rates.expected_spikes(row_);
    group.carried += std::max(total - before_, 0.0);
    group.spikes += count_;
    // Where the law is not known, as if it were Poisson.
    group.expected_silent += silence_.value_or(std::exp(-total));
    const double offset = static_cast<double>(count_) - total;
    group.square_sum += offset * offset;
    if (count_ == 0) {
      ++group.silent;
      if (silence_ && *silence_ < group.least_silence) {
        group.least_silence = *silence_;
        group.most_expected = total;
        group.most_surprising = nodes_.rates.node_ids[row_];
      }
    }
    ++row_;
    open_node();
  }

  const TaskNodes& nodes_;
  std::vector<GroupTally> groups_;
  NodeIndex index_;
  double rounded_ms_;  // by so much times may be late, in part of a sum of intervals
  std::size_t row_ = 0;
  // Of the node at hand.
  RateFunction scratch_;
  const RateFunction* rate_ = nullptr;
  double before_ = 0;  // Λ at the last spike
  std::unique_ptr<IntervalLaw> law_;
  std::optional<double> silence_;  // P(no spike)
  std::optional<double> before_ms_;
  std::uint64_t count_ = 0;
  std::uint64_t strangers_ = 0;
  std::vector<NodeId> named_;
  std::uint64_t outside_ = 0;
};

double distance_on_grid(const GroupTally& tally) {
  double distance = 0;
  std::uint64_t below = 0;
  const auto cells = static_cast<double>(tally.grid.size());
  for (std::size_t i = 0; i < tally.grid.size(); ++i) {
    below += tally.grid[i];
    const double share = static_cast<double>(below) / static_cast<double>(tally.intervals);
    distance = std::max(distance, std::abs(share - static_cast<double>(i + 1) / cells));
  }
  return distance;
}

// How far the distribution of ascending rates is from the one that was asked for. Several may be 0: that has a
// probability of its own, where all else is continuous.
double distance_from(const RateDistribution& asked, const std::vector<double>& rates) {
  const auto count = static_cast<double>(rates.size());
  double distance = 0;
  for (std::size_t i = 0; i < rates.size();) {
    std::size_t end = i + 1;
    while (end < rates.size() && rates[end] == rates[i]) ++end;
    const double cdf = rate_cdf(asked, rates[i]);
    const double below = rates[i] == 0 ? 0 : cdf;
    distance = std::max({distance, below - static_cast<double>(i) / count, static_cast<double>(end) / count - cdf});
    i = end;
  }
  return distance;
}

class Checker {
 public:
  explicit Checker(const Plan& plan) : plan_(plan) {}

  StatisticsCheck run(const std::vector<std::string>& only) {
    for (const TaskIndex task : plan_.closure(only.empty() ? plan_.file_task_names() : only)) {
      if (!plan_.tasks[task].makes_file()) continue;
      if (plan_.tasks[task].sampled() != nullptr) {
        check_spikes(task);
      } else {
        check_combination(task);
      }
    }
    judge();
    if (only.empty()) find_unfed();  // a task that was left out may feed them
    return std::move(check_);
  }

 private:
  void check_spikes(TaskIndex task_index) {
    const Task& task = plan_.tasks[task_index];
    const TaskNodes nodes = open_task_nodes(plan_, task_index);
    const std::unique_ptr<SpikeReader> reader = open_made_file(plan_, task);
    const PopulationInfo& population = population_of(*reader, nodes.population->name());
    const double resolution_ms = plan_.recipe.output.resolution_ms;

    Tally tally(nodes, resolution_ms);
    const std::unique_ptr<SpikeSource> source =
        open_sorted(*reader, {.population = population.name}, SpikeOrder::by_id, {});
    SpikeBlock block;
    // Rounding up to the grid may move the last spike onto the end of the window or a little past it.
    while (source->next(block)) tally.add(block, nodes.window().stop_ms + resolution_ms);
    tally.finish();

    const auto scatter = nodes.law->count_scatter(nodes.rates.train_rates());
    const std::size_t first = check_.groups.size();
    for (std::size_t group = 0; group < nodes.labels.size(); ++group) {
      if (nodes.nodes[group] > 0) add_group(task, nodes, group, tally.groups()[group], scatter[group]);
    }
    add_fed(nodes);
    if (first == check_.groups.size()) return;
    GroupCheck& shown = check_.groups[first];
    if (tally.strangers() > 0) {
      shown.problems.push_back(fmt::format("{} spikes of nodes that the task does not drive, such as {}",
                                           tally.strangers(), fmt::join(tally.named(), ", ")));
    }
    if (tally.outside() > 0) {
      shown.problems.push_back(fmt::format("{} spikes outside the window of {} to {}", tally.outside(),
                                           format_time(nodes.window().start_ms), format_time(nodes.window().stop_ms)));
    }
  }

  void add_group(const Task& task, const TaskNodes& nodes, std::size_t index, const GroupTally& tally,
                 const std::optional<CountScatter>& scatter) {
    const std::size_t at = check_.groups.size();
    GroupCheck& group = check_.groups.emplace_back();
    group.task = task.name;
    group.group = nodes.labels[index];
    group.nodes = nodes.nodes[index];
    group.expected_spikes = nodes.expected_spikes[index];
    group.spikes = tally.spikes;
    group.silent_nodes = tally.silent;
    group.expected_silent_nodes = tally.expected_silent;
    if (tally.rescaled >= 2 && tally.mean_rescaled > 0) {
      const double variance = tally.rescaled_squares / static_cast<double>(tally.rescaled);
      group.cv_rescaled = std::sqrt(variance) / tally.mean_rescaled;
    }
    add_count_test(at, nodes, tally, scatter);
    add_interval_test(at, nodes, tally, scatter ? scatter->shared : 1);
    if (tally.least_silence < 1) {
      tests_.push_back({at, std::min(1.0, static_cast<double>(group.nodes) * tally.least_silence),
                        fmt::format("node {} is silent where {:.4g} spikes were asked for", tally.most_surprising,
                                    tally.most_expected)});
    }
    add_rates_test(at, nodes, index);
  }

  void add_count_test(std::size_t at, const TaskNodes& nodes, const GroupTally& tally,
                      const std::optional<CountScatter>& scatter) {
    GroupCheck& group = check_.groups[at];
    const double count = static_cast<double>(group.spikes);
    const double offset = count - group.expected_spikes;
    const auto add = [&](double p) {
      tests_.push_back(
          {at, p, fmt::format("{} spikes where {:.6g} were asked for", group.spikes, group.expected_spikes)});
    };
    if (nodes.scatter == Scatter::poisson) {
      if (group.expected_spikes > 0) group.z = offset / std::sqrt(group.expected_spikes);
      add(probability::poisson_two_sided(count, group.expected_spikes));
    } else if (group.expected_spikes == 0 && group.spikes > 0) {
      group.problems.push_back(fmt::format("{} spikes where none were asked for", group.spikes));
    } else if (scatter && scatter->variance >= kNormalFromVariance &&
               group.expected_spikes * group.expected_spikes >= kNormalFromBursts * scatter->variance) {
      group.z = offset / std::sqrt(scatter->variance);
      add(2 * probability::normal_cdf(-std::abs(*group.z)));
    } else if (group.nodes >= kFewestValues && tally.square_sum > kRoundingVariance) {
      // Only the nodes' own spread says how far counts may be from what was asked for.
      group.z = offset / std::sqrt(tally.square_sum);
      if (nodes.scatter != Scatter::shared) add(2 * probability::normal_cdf(-std::abs(*group.z)));
    }
  }

  // `shared`: as CountScatter. So many fewer values say something of their own.
  void add_interval_test(std::size_t at, const TaskNodes& nodes, const GroupTally& tally, double shared) {
    GroupCheck& group = check_.groups[at];
    group.ks_intervals = tally.intervals;
    if (tally.intervals < kFewestValues) return;
    const double distance = std::max(0.0, distance_on_grid(tally) - tally.blur);
    group.ks_p = probability::kolmogorov_p(distance, static_cast<double>(tally.intervals) / shared);
    tests_.push_back({at, *group.ks_p,
                      fmt::format("intervals are not those of a {} process at the rate asked for "
                                  "(KS distance {:.3g} over {} intervals)",
                                  nodes.process, distance, tally.intervals)});
  }

  void add_rates_test(std::size_t at, const TaskNodes& nodes, std::size_t index) {
    GroupCheck& group = check_.groups[at];
    if (nodes.drawn_from[index] == nullptr) return;
    group.asked = *nodes.drawn_from[index];
    std::vector<double> rates;
    for (std::size_t row = 0; row < nodes.rates.size(); ++row) {
      if (nodes.group_of_node[row] == index) rates.push_back(nodes.rates.constant_hz[row]);
    }
    std::sort(rates.begin(), rates.end());
    const auto count = static_cast<double>(rates.size());
    // From the lowest on: equal rates have no spread, not even by rounding.
    for (const double rate : rates) group.drawn_mean_hz += (rate - rates.front()) / count;
    if (!rates.empty()) group.drawn_mean_hz += rates.front();
    double squares = 0;
    for (const double rate : rates) squares += (rate - group.drawn_mean_hz) * (rate - group.drawn_mean_hz);
    group.drawn_stdev_hz = rates.size() > 1 ? std::sqrt(squares / (count - 1)) : 0;
    if (group.asked->is_constant() || rates.size() < kFewestValues) return;
    const double distance = distance_from(*group.asked, rates);
    group.rates_p = probability::kolmogorov_p(distance, count);
    tests_.push_back(
        {at, *group.rates_p,
         fmt::format("drawn rates have mean {:.4g} Hz and stdev {:.4g} Hz where {:.4g} Hz and {:.4g} Hz were "
                     "asked for",
                     group.drawn_mean_hz, group.drawn_stdev_hz, group.asked->mean_hz, group.asked->stdev_hz)});
  }

  // What the sources hold must be in the combination, no more and no less.
  void check_combination(TaskIndex task_index) {
    const Task& task = plan_.tasks[task_index];
    const std::unique_ptr<SpikeReader> reader = open_made_file(plan_, task);
    std::map<std::string, std::uint64_t> wanted;
    for (const CombineSource& source : task.combined()->sources) {
      const std::unique_ptr<SpikeReader> from = source.task ? open_made_file(plan_, plan_.tasks[*source.task])
                                                            : open_spike_file(source.file, {.only = source.population});
      for (const PopulationInfo& info : from->populations()) {
        if (!source.population.empty() && source.population != info.name) continue;
        wanted[info.name] += source.keep ? count_kept(*from, info, *source.keep) : info.count;
      }
    }
    for (const std::string& name : task.populations) {
      GroupCheck& group = check_.groups.emplace_back();
      group.task = task.name;
      group.group = name;
      group.expected_spikes = static_cast<double>(wanted[name]);
      group.spikes = population_of(*reader, name).count;
      if (group.spikes != wanted[name]) {
        group.problems.push_back(fmt::format("{} spikes where its sources hold {}", group.spikes, wanted[name]));
      }
    }
  }

  static std::uint64_t count_kept(const SpikeReader& reader, const PopulationInfo& info,
                                  const std::vector<NodeId>& keep) {
    constexpr std::uint64_t kBlock = 1 << 18;
    std::uint64_t kept = 0;
    NodeIndex index(keep);
    for (std::uint64_t first = 0; first < info.count; first += kBlock) {
      const SpikeBlock block = reader.read(info.name, first, std::min(kBlock, info.count - first));
      for (const NodeId id : block.node_ids) kept += index.row_of(id) < index.size() ? 1 : 0;
    }
    return kept;
  }

  void judge() {
    check_.tests = tests_.size();
    check_.threshold = kCheckLevel / static_cast<double>(std::max<std::size_t>(tests_.size(), 1));
    for (const Test& test : tests_) {
      if (test.p < check_.threshold) check_.groups[test.group].problems.push_back(test.message);
    }
  }

  void add_fed(const TaskNodes& nodes) {
    std::vector<std::uint8_t>& fed = fed_[nodes.population->name()];
    fed.resize(nodes.population->size(), 0);
    NodeIndex index(nodes.population->node_ids());
    for (std::size_t row = 0; row < nodes.rates.size(); ++row) {
      if (nodes.rates.expected_spikes(row) > 0) fed[index.row_of(nodes.rates.node_ids[row])] = 1;
    }
  }

  void find_unfed() {
    for (const auto& [name, fed] : fed_) {
      StatisticsCheck::Unfed& unfed = check_.unfed.emplace_back();
      unfed.population = name;
      unfed.nodes = fed.size();
      const std::vector<NodeId>& ids = plan_.network->population(name)->node_ids();
      for (std::size_t row = 0; row < fed.size(); ++row) {
        if (fed[row] != 0) continue;
        ++unfed.unfed;
        if (unfed.first.size() < 5) unfed.first.push_back(ids[row]);
      }
    }
  }

  const Plan& plan_;
  StatisticsCheck check_;
  std::vector<Test> tests_;
  std::map<std::string, std::vector<std::uint8_t>> fed_;
};

}  // namespace

bool StatisticsCheck::ok() const {
  return std::all_of(groups.begin(), groups.end(), [](const GroupCheck& group) { return group.problems.empty(); });
}

StatisticsCheck check_statistics(const Plan& plan, const std::vector<std::string>& only) {
  return Checker(plan).run(only);
}

}  // namespace stimgen
