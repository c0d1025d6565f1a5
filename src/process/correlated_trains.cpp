// A train is the sum of three: copies of mother spikes, each displaced; spikes of its own; and where the rate has
// changed, what the displaced copies lack.
//
// Jitter would smear r(t). So a copy of a spike at s that lands at t is kept with probability min(1, r(t)/R(s)), and
// what is missing where the rate has risen since is added: candidates at the rate of all copies, kept with probability
// max(0, r(t) - R(t - δ))/r(t). The sum is r(t) at every moment, and displaced, thinned and superposed Poisson
// processes are Poisson. R is the reference rate of the group, r that of the node.
//
// Blocks of a node's counter: copy number n takes 2n (which mother spike, displacement) and 2n + 1 (kept or not);
// independent spikes take those from 2^62 on; candidate number m for what is missing takes 2^63 + 2m and 2^63 + 2m + 1.
#include "process/correlated_trains.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "base/maths.hpp"
#include "base/random.hpp"
#include "process/poisson.hpp"
#include "process/reference_rate.hpp"
#include "process/rescaled.hpp"
#include "process/rescaled_trains.hpp"

namespace stimgen {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::uint64_t kFirstIndependentGroup = std::uint64_t{1} << 61;
constexpr std::uint64_t kMissingBlock = std::uint64_t{1} << 63;
constexpr double kMostSkipped = 0x1p62;

// The times of a node's independent spikes.
class IndependentTimes final : public UnitTimes {
 public:
  explicit IndependentTimes(StreamKey key) : times_(active_kernel(), key) {}
  void fill(NodeId node, std::uint64_t first_group, double carry, double* out, std::size_t groups) const override {
    times_.fill(node, kFirstIndependentGroup + first_group, carry, out, groups);
  }

 private:
  PoissonTimes times_;
};

// Copy number `copy` is of the mother spike `mother` or a later one.
struct CopyPlace {
  std::uint64_t mother = 0;
  std::uint64_t copy = 0;
};

// Candidate number `candidate` comes after this many were expected.
struct MissingPlace {
  std::uint64_t candidate = 0;
  double expected = 0;
};

// Rates along time as copies see them: that of the node, and that of its group now and before.
struct SharedWalk {
  RateWalk own;
  RateWalk reference;
  RateWalk missing;  // of candidates for what copies lack

  static double first_per_ms(const RateWalk& walk) {
    return !walk.finished() && walk.inverse().start_ms <= walk.start_ms() ? walk.inverse().rate_per_ms : 0.0;
  }
};

// A rate at a time not before that of `walk`.
double per_ms_ahead(RateWalk walk, double time_ms) {
  walk.go_to(time_ms);
  return walk.finished() ? 0.0 : walk.rate_per_ms_at(time_ms);
}

struct TimeSpan {
  double from_ms;
  double until_ms;  // exclusive
};

// What one node draws.
class NodeDraws {
 public:
  NodeDraws(const Displacement& displacement, StreamKey key, NodeId node)
      : displacement_(&displacement), key_(key), node_(node) {}

  // Appends the copies that land in `span`, in the order of their mother spikes. Returns the place of the first one
  // that may land after it. `walk`: not past span.from less the span of displacements; nullptr: the rate is constant.
  CopyPlace append_copies(CopyPlace place, const std::vector<double>& mothers_ms, double copied, const SharedWalk* walk,
                          double before_window_per_ms, TimeSpan span, std::vector<double>& times_ms) const {
    if (copied == 0) return place;
    const double log_missed = copied < 1 ? maths::log_one_plus(-copied) : 0;
    const double lands_after_ms = span.until_ms - displacement_->span_ms();
    RateWalk own = walk ? walk->own : RateWalk(0, {}), reference = walk ? walk->reference : RateWalk(0, {});
    const bool is_displaced = displacement_->span_ms() > 0;
    CopyPlace next = place;
    for (bool may_land_later = false;; ++place.copy) {
      const auto words = philox_block(key_, node_, 2 * place.copy);
      const CopyPlace here = place;
      if (copied < 1) {
        const double skipped = maths::log(uniform_open01(words[0])) / log_missed;
        if (!(skipped < kMostSkipped)) return may_land_later ? next : here;
        place.mother += static_cast<std::uint64_t>(skipped);
      }
      if (place.mother >= mothers_ms.size()) return may_land_later ? next : here;
      const double mother_ms = mothers_ms[place.mother++];
      if (!may_land_later) next = here;
      if (mother_ms >= span.until_ms) return next;
      may_land_later = may_land_later || mother_ms >= lands_after_ms;
      const double time_ms = is_displaced ? mother_ms + displacement_->at_ms(words[1]) : mother_ms;
      if (time_ms < span.from_ms || time_ms >= span.until_ms) continue;
      if (walk != nullptr) {
        double reference_per_ms = before_window_per_ms;
        if (mother_ms >= reference.start_ms()) {
          reference.go_to(mother_ms);
          reference_per_ms = reference.finished() ? 0.0 : reference.rate_per_ms_at(mother_ms);
        }
        own.go_to(mother_ms);
        const double own_per_ms = per_ms_ahead(own, time_ms);
        if (own_per_ms == 0) continue;
        if (own_per_ms < reference_per_ms) {
          const double u = uniform_open01(philox_block(key_, node_, 2 * place.copy + 1)[0]);
          if (!(u * reference_per_ms < own_per_ms)) continue;
        }
      }
      times_ms.push_back(time_ms);
    }
  }

  // Appends what the copies lack before `until_ms`. `walk`: its rates of candidates not past the last call's end,
  // `reference` not past that less the span of displacements.
  MissingPlace append_missing(MissingPlace place, const SharedWalk& walk, double before_window_per_ms, double until_ms,
                              std::vector<double>& times_ms) const {
    RateWalk candidates = walk.missing, own = walk.own, reference = walk.reference;
    for (;; ++place.candidate) {
      const auto words = philox_block(key_, node_, kMissingBlock + 2 * place.candidate);
      const double expected = place.expected - maths::log(uniform_open01(words[0]));
      double time_ms = kNever;
      for (; !candidates.finished(); candidates.go_on()) {
        const double mapped_ms = candidates.inverse().time_at(expected);
        if (mapped_ms >= candidates.stop_ms()) continue;
        time_ms = mapped_ms;
        break;
      }
      if (!(time_ms < until_ms)) return place;
      place.expected = expected;
      if (!(time_ms > walk.own.start_ms())) continue;
      const double copied_ms = time_ms - displacement_->at_ms(words[1]);
      reference.go_to(time_ms - displacement_->span_ms());
      const double before_per_ms =
          copied_ms < reference.start_ms() ? before_window_per_ms : per_ms_ahead(reference, copied_ms);
      own.go_to(time_ms);
      const double now_per_ms = own.finished() ? 0.0 : own.rate_per_ms_at(time_ms);
      if (!(before_per_ms < now_per_ms)) continue;
      const double u = uniform_open01(philox_block(key_, node_, kMissingBlock + 2 * place.candidate + 1)[0]);
      if (u * now_per_ms < now_per_ms - before_per_ms) times_ms.push_back(time_ms);
    }
  }

 private:
  const Displacement* displacement_;
  StreamKey key_;
  NodeId node_;
};

// What all nodes of a task need.
class Prepared {
 public:
  Prepared(const Correlation& correlation, const TrainRates& rates, StreamKey key, StreamKey mother_key)
      : correlation_(correlation), rates_(rates), key_(key), groups_(correlation, rates, mother_key) {
    if (rates.functions.empty()) {
      for (std::size_t i = 0; i < rates.size(); ++i) {
        const MotherTrain& mother = groups_.mother(rates.group_of(i));
        independent_hz_.push_back(node_share(i).independent * mother.reference_hz);
      }
    }
    for (std::size_t f = 0; f < rates.functions.size(); ++f) {
      const std::uint32_t group = rates.group_of_function[f];
      const MotherTrain& mother = groups_.mother(group);
      const bool is_here = mother.copy > 0;
      const RateFunction& rate = rates.functions[f];
      const NodeShare share = is_here ? share_of(1, mother.copy, mother.per_reference) : NodeShare{};
      independent_.push_back(rate.scaled(share.independent));
      missing_.push_back(
          is_here && is_displaced()
              ? scaled_after_changes(rate, groups_.reference(group), share.copied * mother.per_reference, span_ms())
              : RateFunction());
    }
    independent_rates_ = {rates.node_ids, rates.window, independent_hz_, rates.function_of_node, independent_};
  }

  Prepared(const Prepared&) = delete;  // independent_rates_ is a view of other members
  Prepared& operator=(const Prepared&) = delete;

  const TrainRates& rates() const { return rates_; }
  const TrainRates& independent_rates() const { return independent_rates_; }
  std::shared_ptr<const UnitTimes> independent_times() const { return times_; }
  bool is_displaced() const { return span_ms() > 0; }
  double span_ms() const { return correlation_.displacement.span_ms(); }
  bool has_functions() const { return !rates_.functions.empty(); }
  NodeDraws draws(std::size_t i) const { return {correlation_.displacement, key_, rates_.node_ids[i]}; }
  const MotherTrain& mother(std::size_t i) const { return groups_.mother(rates_.group_of(i)); }

  NodeShare node_share(std::size_t i) const {
    const MotherTrain& train = mother(i);
    if (has_functions()) return share_of(1, train.copy, train.per_reference);
    const double reference_hz = train.reference_hz;
    if (!(reference_hz > 0)) return {};
    return share_of(rates_.constant_hz[i] / reference_hz, train.copy, train.per_reference);
  }

  // From the start of the window. Requires: functions.
  SharedWalk walk(std::size_t function) const {
    return {RateWalk(rates_.functions[function]), RateWalk(groups_.reference(rates_.group_of_function[function])),
            RateWalk(missing_[function])};
  }

 private:
  Correlation correlation_;
  TrainRates rates_;
  StreamKey key_;
  CorrelatedGroups groups_;
  std::shared_ptr<const UnitTimes> times_ = std::make_shared<IndependentTimes>(key_);
  // Rates of independent spikes: of each node, or of each function.
  std::vector<double> independent_hz_;
  std::vector<RateFunction> independent_;
  TrainRates independent_rates_;
  std::vector<RateFunction> missing_;  // of candidates for what copies lack: of each function
};

class CorrelatedTrains final : public SpikeTrains {
 public:
  CorrelatedTrains(const Prepared& prepared, std::size_t first, std::size_t last)
      : prepared_(&prepared),
        first_(first),
        copies_(last - first),
        independent_(open_rescaled_trains(prepared.independent_times(), prepared.independent_rates(), first, last)) {
    for (std::size_t f = 0; f < prepared.rates().functions.size(); ++f) {
      walks_.push_back(prepared.walk(f));
      before_window_per_ms_.push_back(SharedWalk::first_per_ms(walks_.back().reference));
    }
    if (prepared.has_functions() && prepared.is_displaced()) missing_.resize(last - first);
  }

  void append_until(double until_ms, std::vector<Spike>& spikes) override {
    const auto begin = static_cast<std::ptrdiff_t>(spikes.size());
    independent_->append_until(until_ms, spikes);
    for (std::size_t i = 0; i < copies_.size(); ++i) append_shared(i, until_ms, spikes);
    std::sort(spikes.begin() + begin, spikes.end(), [](const Spike& a, const Spike& b) {
      return std::pair(a.timestamp_ms, a.node_id) < std::pair(b.timestamp_ms, b.node_id);
    });
    from_ms_ = until_ms;
    for (SharedWalk& walk : walks_) {
      walk.own.go_to(until_ms - prepared_->span_ms());
      walk.reference.go_to(until_ms - prepared_->span_ms());
      walk.missing.go_to(until_ms);
    }
  }

 private:
  void append_shared(std::size_t i, double until_ms, std::vector<Spike>& spikes) {
    const std::size_t node = first_ + i;
    const TrainRates& rates = prepared_->rates();
    const NodeDraws draws = prepared_->draws(node);
    times_ms_.clear();
    const SharedWalk* walk = nullptr;
    double before_per_ms = 0;
    TimeSpan span{from_ms_, until_ms};
    if (prepared_->has_functions()) {
      walk = &walks_[rates.function_of_node[node]];
      before_per_ms = before_window_per_ms_[rates.function_of_node[node]];
      span.from_ms = std::max(span.from_ms, maths::next_above(walk->own.start_ms()));
    } else {
      span.from_ms = std::max(span.from_ms, maths::next_above(rates.window.start_ms));
      span.until_ms = std::min(span.until_ms, rates.window.stop_ms);
    }
    copies_[i] = draws.append_copies(copies_[i], prepared_->mother(node).spikes_ms, prepared_->node_share(node).copied,
                                     walk, before_per_ms, span, times_ms_);
    if (!missing_.empty() && !walk->missing.finished() && walk->missing.inverse().start_ms < until_ms) {
      missing_[i] = draws.append_missing(missing_[i], *walk, before_per_ms, until_ms, times_ms_);
    }
    for (const double time_ms : times_ms_) spikes.push_back({rates.node_ids[node], time_ms});
  }

  const Prepared* prepared_;
  std::size_t first_;  // node 0 of these
  std::vector<CopyPlace> copies_;
  std::vector<MissingPlace> missing_;  // empty: nothing is ever missing
  std::unique_ptr<SpikeTrains> independent_;
  double from_ms_ = -kNever;
  std::vector<SharedWalk> walks_;  // of each function
  std::vector<double> before_window_per_ms_;
  std::vector<double> times_ms_;
};

class PreparedCorrelated final : public PreparedProcess {
 public:
  PreparedCorrelated(const Correlation& correlation, const TrainRates& rates, StreamKey key, StreamKey mother_key)
      : prepared_(correlation, rates, key, mother_key) {}

  std::unique_ptr<SpikeTrains> open_trains(std::size_t first, std::size_t last) const override {
    return std::make_unique<CorrelatedTrains>(prepared_, first, last);
  }

  void append_train(std::size_t i, std::vector<double>& timestamps_ms) const override {
    const TrainRates& rates = prepared_.rates();
    const auto begin = static_cast<std::ptrdiff_t>(timestamps_ms.size());
    const NodeDraws draws = prepared_.draws(i);
    const double copied = prepared_.node_share(i).copied;
    const std::vector<double>& mothers_ms = prepared_.mother(i).spikes_ms;
    if (prepared_.has_functions()) {
      const SharedWalk walk = prepared_.walk(rates.function_of_node[i]);
      const double before_per_ms = SharedWalk::first_per_ms(walk.reference);
      const TimeSpan span{maths::next_above(walk.own.start_ms()), kNever};
      draws.append_copies({}, mothers_ms, copied, &walk, before_per_ms, span, timestamps_ms);
      if (!walk.missing.finished()) draws.append_missing({}, walk, before_per_ms, kNever, timestamps_ms);
    } else {
      const TimeSpan span{maths::next_above(rates.window.start_ms), rates.window.stop_ms};
      draws.append_copies({}, mothers_ms, copied, nullptr, 0, span, timestamps_ms);
    }
    std::sort(timestamps_ms.begin() + begin, timestamps_ms.end());
    const auto middle = static_cast<std::ptrdiff_t>(timestamps_ms.size());
    const TrainRates& independent = prepared_.independent_rates();
    append_rescaled_train(*prepared_.independent_times(), active_kernel(), independent.walk(i),
                          independent.expected_spikes(i), rates.node_ids[i], timestamps_ms);
    std::inplace_merge(timestamps_ms.begin() + begin, timestamps_ms.begin() + middle, timestamps_ms.end());
  }

 private:
  Prepared prepared_;
};

}  // namespace

std::unique_ptr<const PreparedProcess> prepare_correlated(const Correlation& correlation, const TrainRates& rates,
                                                          StreamKey key, StreamKey mother_key) {
  return std::make_unique<PreparedCorrelated>(correlation, rates, key, mother_key);
}

}  // namespace stimgen
