// `refractory`: after a spike a node is silent for `absolute`, and recovers at a random moment, on average `relative`
// later; recovered, it fires with a hazard that makes the delivered rate r(t) the one asked for at every moment.
//
// Dead periods of a train never overlap, so the chance to be dead is W(t) = ∫ r(s) P(dead time > t - s) ds, and the
// hazard of those alive is r(t)/(1 - W(t)), exact for any r(t) with W < 1: the two states of Deger, Helias,
// Cardanobile, Atay & Rotter (Phys. Rev. E 82 (2010) 021129), solved for the input. Before the window the rate was that
// of its start.
//
// Sampled by thinning against a local bound. No decision looks at a segment's end: pieces start where the last one
// ended, and the bound comes from values and slopes at a piece's start, so a later stop changes no earlier spike.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "process/dead_share.hpp"
#include "process/exponentials.hpp"
#include "process/poisson_kernel.hpp"
#include "process/refractory_law.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

extern const ProcessKind kRefractoryKind;

namespace {

constexpr std::uint64_t kCandidateBlock = std::uint64_t{1} << 63;

// What a train keeps between two spikes.
struct Place {
  double next_ms = 0;            // the next spike
  std::uint64_t candidates = 0;  // drawn
  std::uint64_t spikes = 0;      // found, the next one too
};

// One train being made: each spike asked for goes on from the one before.
class Train {
 public:
  // `share` at or before the window's start, or the spike that the train goes on from.
  Train(DeadTime dead, const RenewalKernel& kernel, StreamKey key, NodeId node, DeadShare share)
      : dead_(dead),
        key_(key),
        node_(node),
        share_(std::move(share)),
        gaps_(kernel, key, node),
        recoveries_(kernel, key, node) {}

  Place first() {
    const double start_ms = share_.now().start_ms();
    const double rate = share_.now().first_per_ms();
    const double u = uniform_open01(philox_block(key_, node_, 0)[1]);
    double alive_ms = start_ms;
    if (u < rate * dead_.absolute_ms) {
      alive_ms = start_ms + (dead_.absolute_ms - u / rate) + recovery_ms(0);
    } else if (u < rate * dead_.mean_ms()) {
      alive_ms = start_ms + recovery_ms(0);
    }
    return find({0, 0, 0}, alive_ms);
  }
  Place after(const Place& place) {
    double alive_ms = place.next_ms + dead_.absolute_ms;
    if (dead_.relative_ms > 0) alive_ms += recovery_ms(place.spikes);
    return find(place, alive_ms);
  }

 private:
  double recovery_ms(std::uint64_t block) {
    return dead_.relative_ms > 0 ? dead_.relative_ms * recoveries_.of_block(block) : 0;
  }

  Place find(Place place, double at_ms) {
    for (;; ++place.candidates) {
      double gap = gaps_.of_block(kCandidateBlock + place.candidates);
      for (bool is_candidate = false; !is_candidate;) {
        if (at_ms < steady_until_ms_) {
          const double time_ms = at_ms + gap * steady_mean_ms_;
          if (time_ms < steady_until_ms_) return {time_ms, place.candidates + 1, place.spikes + 1};
          gap -= (steady_until_ms_ - at_ms) / steady_mean_ms_;
          at_ms = steady_until_ms_;
        }
        share_.go_to(at_ms);
        if (share_.now().finished()) return {kNever, place.candidates, place.spikes};
        if (enters_steady(at_ms)) continue;
        const Piece piece = piece_from(at_ms);
        const double time_ms = at_ms + gap / piece.hazard;
        if (time_ms < piece.end_ms) {
          at_ms = time_ms;
          is_candidate = true;
          if (fires(place.candidates, at_ms, piece.hazard)) return {at_ms, place.candidates + 1, place.spikes + 1};
        } else {
          gap = std::max(gap - piece.hazard * (piece.end_ms - at_ms), 0.0);
          at_ms = piece.end_ms;
        }
      }
    }
  }

  // From here to the next change all candidates are spikes.
  bool enters_steady(double at_ms) {
    if (!share_.is_steady(at_ms)) return false;
    steady_mean_ms_ = share_.now().ms_per_spike() - dead_.mean_ms();
    if (!(steady_mean_ms_ > 0)) throw std::logic_error("a rate that the dead time does not leave room for");
    steady_until_ms_ = share_.next_change_ms(at_ms);
    return true;
  }

  // Whether a candidate of a bound is a spike.
  bool fires(std::uint64_t candidate, double time_ms, double bound) {
    share_.go_to(time_ms);
    const double scaled = uniform_open01(philox_block(key_, node_, kCandidateBlock + candidate)[1]) * bound;
    const double rate = share_.now().rate_at(time_ms);
    return scaled < rate || scaled < rate / (1.0 - share_.at(time_ms));
  }

  struct Piece {
    double hazard;  // per ms, not below the true one up to the end
    double end_ms;
  };
  // Of the nodes that are dead at its start no more are dead later, and those that fire from then on make up no more
  // than the rate times the dead time.
  Piece piece_from(double at_ms) const {
    const double change_ms = share_.next_change_ms(at_ms);
    const double rate = share_.now().rate_at(at_ms), slope = share_.now().slope_at(at_ms);
    if (rate == 0 && slope == 0) return {0, change_ms};
    double length_ms = kNever;
    if (slope != 0) length_ms = std::max(dead_.mean_ms() / 4, 0.25 * rate / std::abs(slope));
    const double dead = share_.at(at_ms);
    if (!(dead < kMostDead)) throw std::logic_error("a rate that the dead time does not leave room for");
    for (;;) {
      const double most = slope > 0 ? rate + slope * length_ms : rate;
      const double most_dead = dead + most * std::min(length_ms, dead_.mean_ms());
      if (most_dead <= (1.0 + dead) / 2) return {most / (1.0 - most_dead), std::min(at_ms + length_ms, change_ms)};
      length_ms = std::min(length_ms, dead_.mean_ms()) / 2;
    }
  }

  DeadTime dead_;
  StreamKey key_;
  NodeId node_;
  DeadShare share_;
  Exponentials gaps_, recoveries_;
  double steady_until_ms_ = -kNever;
  double steady_mean_ms_ = 0;  // that a live node waits until then
};

class RefractoryTrains final : public SpikeTrains {
 public:
  RefractoryTrains(DeadTime dead, const TrainRates& rates, std::size_t first, std::size_t last, StreamKey key)
      : dead_(dead), rates_(rates), first_(first), key_(key) {
    for (const RateFunction& function : rates.functions) shares_.emplace_back(RateWalk(function), dead);
    for (std::size_t i = 0; i < last - first; ++i) places_.push_back(train(i).first());
  }

  void append_until(double until_ms, std::vector<Spike>& spikes) override {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      Place& place = places_[i];
      if (!(place.next_ms < until_ms)) continue;
      for (Train train = this->train(i); place.next_ms < until_ms; place = train.after(place)) {
        spikes.push_back({rates_.node_ids[first_ + i], place.next_ms});
      }
    }
    // No node has a spike left before the end of the window.
    for (DeadShare& share : shares_) share.go_to(until_ms);
  }

 private:
  Train train(std::size_t i) const {
    return {dead_, active_kernel().renewal, key_, rates_.node_ids[first_ + i], share_of(i)};
  }
  DeadShare share_of(std::size_t i) const {
    return shares_.empty() ? DeadShare(rates_.walk(first_ + i), dead_) : shares_[rates_.function_of_node[first_ + i]];
  }

  DeadTime dead_;
  TrainRates rates_;
  std::size_t first_;  // node 0 of these
  StreamKey key_;
  std::vector<DeadShare> shares_;  // of each function, where the last window ended
  std::vector<Place> places_;
};

class PreparedRefractory final : public PreparedProcess {
 public:
  PreparedRefractory(DeadTime dead, const TrainRates& rates, StreamKey key) : dead_(dead), rates_(rates), key_(key) {}
  std::unique_ptr<SpikeTrains> open_trains(std::size_t first, std::size_t last) const override {
    return std::make_unique<RefractoryTrains>(dead_, rates_, first, last, key_);
  }
  void append_train(std::size_t i, std::vector<double>& timestamps_ms) const override {
    Train train(dead_, active_kernel().renewal, key_, rates_.node_ids[i], DeadShare(rates_.walk(i), dead_));
    for (Place place = train.first(); place.next_ms < kNever; place = train.after(place)) {
      timestamps_ms.push_back(place.next_ms);
    }
  }

 private:
  DeadTime dead_;
  TrainRates rates_;
  StreamKey key_;
};

class RefractoryProcess final : public PointProcess {
 public:
  explicit RefractoryProcess(DeadTime dead) : dead_(dead) {}
  Scatter scatter() const override { return Scatter::independent; }
  std::vector<std::optional<CountScatter>> count_scatter(const TrainRates& rates) const override {
    return refractory_count_scatter(rates, dead_);
  }
  std::unique_ptr<IntervalLaw> interval_law(const RateFunction& rate) const override {
    return refractory_law(rate, dead_);
  }
  bool limits_rates() const override { return true; }
  void check_rates(const TrainRates& rates, const CheckedGroups& groups, Diagnostics& diagnostics) const override {
    if (rates.functions.empty()) {
      check_constants(rates, groups, diagnostics);
    } else {
      check_functions(rates, groups, diagnostics);
    }
  }
  std::unique_ptr<const PreparedProcess> prepare(const TrainRates& rates, StreamKey key) const override {
    return std::make_unique<PreparedRefractory>(dead_, rates, key);
  }

 private:
  // Rounded down, so that what is said to be possible is.
  static std::string rounded_down(double value) {
    const double unit = value >= 100 ? 1 : value >= 10 ? 0.1 : 0.001;
    return fmt::format("{:.6g}", std::floor(value / unit) * unit);
  }

  void check_constants(const TrainRates& rates, const CheckedGroups& groups, Diagnostics& diagnostics) const {
    const double highest_hz = kMostDead * 1000 / dead_.mean_ms();
    std::vector<NodeId> first;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < rates.size(); ++i) {
      if (rates.constant_hz[i] < highest_hz) continue;
      ++count;
      if (first.size() < 3) first.push_back(rates.node_ids[i]);
    }
    if (count == 0) return;
    diagnostics.error(
        groups.loc, "process.rate-too-high",
        fmt::format("the rates of {} of {} nodes are at or above {} Hz, the highest with a mean dead time of {} (nodes "
                    "{}{})",
                    count, rates.size(), rounded_down(1000 / dead_.mean_ms()), format_time(dead_.mean_ms()),
                    fmt::join(first, ", "), count > first.size() ? ", …" : ""),
        "lower the rates or make the dead time shorter; of distributions, 'uniform' has a highest rate");
  }

  void check_functions(const TrainRates& rates, const CheckedGroups& groups, Diagnostics& diagnostics) const {
    MostDead most;
    std::size_t worst = 0;
    std::set<std::uint32_t> too_high;
    for (std::size_t i = 0; i < rates.functions.size(); ++i) {
      if (rates.functions[i].peak_hz() * dead_.mean_ms() / 1000 < kMostDead) continue;
      const MostDead found = most_dead(RateWalk(rates.functions[i]), dead_);
      if (found.share < kMostDead) continue;
      too_high.insert(rates.group_of_function[i]);
      if (found.share <= most.share) continue;
      most = found;
      worst = i;
    }
    if (too_high.empty()) return;
    const std::uint32_t group = rates.group_of_function[worst];
    // Before the window the rate was that of its start.
    const bool at_start = most.time_ms == rates.functions[worst].window().start_ms;
    const std::string where = fmt::format(
        "{} (group {}, '{}'{})", at_start ? "the start" : format_time(most.time_ms), group,
        printable(groups.labels[group]), too_high.size() > 1 ? fmt::format("; {} groups in all", too_high.size()) : "");
    const std::string text =
        dead_.relative_ms == 0
            ? fmt::format(
                  "'refractory' leaves at most one spike in {0}, but {1:.3g} are asked for in the {0} before {2}",
                  format_time(dead_.absolute_ms), most.share, where)
            : fmt::format(
                  "'refractory' with a mean dead time of {} would have to keep nodes silent {:.3g} % of the "
                  "time at {}",
                  format_time(dead_.mean_ms()), 100 * most.share, where);
    diagnostics.error(
        groups.loc, "process.rate-too-high", text,
        fmt::format("{} % of these rates are possible, or {} % of the dead time",
                    std::floor(100 * kMostDead / most.share), possible_percent(RateWalk(rates.functions[worst]))));
  }

  // Of the dead time, in whole per cent.
  int possible_percent(const RateWalk& rate) const {
    int percent = 99;
    while (percent > 1 &&
           most_dead(rate, {dead_.absolute_ms * percent / 100, dead_.relative_ms * percent / 100}).share >= kMostDead) {
      --percent;
    }
    return percent;
  }

  DeadTime dead_;
};

constexpr FieldDoc kFields[] = {
    {"absolute", "time", "s", "0 ms", "Silence after every spike.", "2 ms"},
    {"relative", "time", "s", "0 ms",
     "After it a node recovers at a random moment, on average so much later (exponential).", "5 ms"},
};

std::unique_ptr<const PointProcess> make(Fields& fields, Streams& streams) {
  streams.key(Purpose::spikes);
  const DeadTime dead{fields.time_ms("absolute"), fields.time_ms("relative")};
  for (const auto& [key, time_ms] :
       {std::pair{"absolute", dead.absolute_ms}, std::pair{"relative", dead.relative_ms}}) {
    if (time_ms < 0) fields.error(key, "recipe.out-of-range", fmt::format("'{}' cannot be negative", key));
  }
  if (fields.ok() && dead.mean_ms() == 0) {
    fields.error("absolute", "recipe.missing-key", "'refractory' process needs 'absolute' or 'relative'",
                 "without a dead time it is a Poisson process: write process: poisson");
  }
  return std::make_unique<RefractoryProcess>(dead);
}

}  // namespace

const ProcessKind kRefractoryKind = {
    .info = {.name = "refractory",
             .summary = "no spike within a dead time after the last one, at exactly the rate asked for",
             .version = 1,
             .fields = kFields},
    .make = make,
};

}  // namespace stimgen
