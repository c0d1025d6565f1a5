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
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/maths.hpp"
#include "base/random.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

extern const ProcessKind kRefractoryKind;

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kMostDead = 1 - 0x1p-20;
constexpr std::uint64_t kCandidateBlock = std::uint64_t{1} << 63;

struct DeadTime {
  double absolute_ms = 0;
  double relative_ms = 0;  // the mean of what follows, exponential
  double mean_ms() const { return absolute_ms + relative_ms; }
};

// Exponential with mean 1.
double exponential(std::uint64_t word) {
  return -maths::log(uniform_open01(word));
}

// e^-x for x >= 0; 0 where it is below 10^-304.
double decay(double x) {
  return x > 700 ? 0.0 : maths::exp(-x);
}

// A rate along a walk, per ms, as it was `lag_ms` ago. Asked in order of time; before the window it is that of its
// start. Times are those of now: a segment begins here at its start plus the lag, so that rounding cannot leave a
// border between "not yet" and "no longer".
class LaggedRate {
 public:
  LaggedRate(const RateWalk& walk, double lag_ms) : walk_(walk), lag_ms_(lag_ms) {
    if (!walk.finished() && walk.inverse().start_ms <= walk.start_ms()) first_per_ms_ = walk.inverse().rate_per_ms;
  }

  double first_per_ms() const { return first_per_ms_; }
  double begin_ms() const { return walk_.inverse().start_ms + lag_ms_; }
  double end_ms() const { return walk_.stop_ms() + lag_ms_; }
  bool finished() const { return walk_.finished(); }
  void go_on() { walk_.go_on(); }

  bool is_before_window(double now_ms) const { return now_ms < walk_.start_ms() + lag_ms_; }
  // In a segment that has a rate.
  bool is_inside(double now_ms) const { return !finished() && now_ms >= begin_ms(); }
  double rate_at(double now_ms) const {
    if (is_before_window(now_ms)) return first_per_ms_;
    if (!is_inside(now_ms)) return 0;
    return std::max(walk_.inverse().rate_per_ms + slope() * (now_ms - begin_ms()), 0.0);
  }
  double slope_at(double now_ms) const { return !is_before_window(now_ms) && is_inside(now_ms) ? slope() : 0; }
  // ∫ of the rate from the window's start; negative before it.
  double intensity_at(double now_ms) const {
    const double time_ms = now_ms - lag_ms_;
    if (is_before_window(now_ms)) return first_per_ms_ * (time_ms - walk_.start_ms());
    return walk_.intensity_at(time_ms);
  }
  // Where its form changes next. The window's start is no change, if the rate goes on as before.
  double next_change_ms(double now_ms) const {
    if (finished()) return is_before_window(now_ms) ? walk_.start_ms() + lag_ms_ : kNever;
    const bool starts_later = walk_.inverse().start_ms > walk_.start_ms();
    return starts_later && now_ms < begin_ms() ? begin_ms() : end_ms();
  }
  // The last change up to now; before all times if there was none.
  double last_change_ms(double now_ms) const {
    return is_inside(now_ms) && walk_.inverse().start_ms > walk_.start_ms() ? begin_ms() : -kNever;
  }
  double ms_per_spike() const { return walk_.inverse().ms_per_spike; }
  double start_ms() const { return walk_.start_ms(); }

 private:
  double slope() const { return 0.5 * walk_.inverse().twice_slope; }

  RateWalk walk_;
  double lag_ms_;
  double first_per_ms_ = 0;
};

// W(t), asked in order of time.
class DeadShare {
 public:
  DeadShare(const RateWalk& walk, DeadTime dead)
      : dead_(dead),
        now_(walk, 0),
        then_(walk, dead.absolute_ms),
        recovering_(then_.first_per_ms() * dead.relative_ms),
        recovering_at_ms_(walk.start_ms()) {}

  const LaggedRate& now() const { return now_; }
  void go_to(double now_ms) {
    while (!now_.finished() && now_.end_ms() <= now_ms) now_.go_on();
    while (!then_.finished() && then_.end_ms() <= now_ms) {
      recovering_ = recovering_at(then_.end_ms());
      recovering_at_ms_ = then_.end_ms();
      last_change_ms_ = recovering_at_ms_;
      then_.go_on();
    }
  }
  double at(double now_ms) const {
    const double absolute = now_.intensity_at(now_ms) - then_.intensity_at(now_ms);
    return dead_.relative_ms > 0 ? absolute + recovering_at(now_ms) : absolute;
  }
  double next_change_ms(double now_ms) const {
    return std::min(now_.next_change_ms(now_ms), then_.next_change_ms(now_ms));
  }
  // The rate has been the same for so long that W no longer changes.
  bool is_steady(double now_ms) const {
    if (!now_.is_inside(now_ms) || now_.slope_at(now_ms) != 0 || then_.slope_at(now_ms) != 0) return false;
    if (now_.rate_at(now_ms) != then_.rate_at(now_ms)) return false;
    const double last_ms = std::max({now_.last_change_ms(now_ms), then_.last_change_ms(now_ms), last_change_ms_});
    return dead_.relative_ms == 0 || now_ms >= last_ms + 40 * dead_.relative_ms;
  }

 private:
  // Z: ∫ of the rate `absolute` ago and before, times e^(-age/relative).
  double recovering_at(double now_ms) const {
    const double relative_ms = dead_.relative_ms;
    if (relative_ms == 0) return 0;
    if (then_.is_before_window(now_ms)) return then_.first_per_ms() * relative_ms;
    double value = recovering_, from_ms = std::max(recovering_at_ms_, then_.start_ms() + dead_.absolute_ms);
    const double begin_ms = then_.finished() ? kNever : std::max(then_.begin_ms(), from_ms);
    if (begin_ms > from_ms) {
      value *= decay((std::min(begin_ms, now_ms) - from_ms) / relative_ms);
      from_ms = begin_ms;
    }
    if (now_ms <= from_ms) return value;
    const double span_ms = now_ms - from_ms;
    const double left = decay(span_ms / relative_ms);
    return value * left + then_.rate_at(from_ms) * relative_ms * (1.0 - left) +
           then_.slope_at(from_ms) * relative_ms * (span_ms - relative_ms * (1.0 - left));
  }

  DeadTime dead_;
  LaggedRate now_, then_;
  double recovering_;  // Z at recovering_at_ms_
  double recovering_at_ms_;
  double last_change_ms_ = -kNever;
};

// What a train keeps between two spikes.
struct Place {
  double next_ms = 0;            // the next spike
  std::uint64_t candidates = 0;  // drawn
  std::uint64_t spikes = 0;      // found, the next one too
};

class Train {
 public:
  Train(DeadTime dead, StreamKey key, NodeId node) : dead_(dead), key_(key), node_(node) {}

  // `share` at or before the window's start.
  Place first(DeadShare share) const {
    const double start_ms = share.now().start_ms();
    const double rate = share.now().first_per_ms();
    const auto words = philox_block(key_, node_, 0);
    const double u = uniform_open01(words[1]);
    double alive_ms = start_ms;
    if (u < rate * dead_.absolute_ms) {
      alive_ms = start_ms + (dead_.absolute_ms - u / rate) + recovery_ms(words[0]);
    } else if (u < rate * dead_.mean_ms()) {
      alive_ms = start_ms + recovery_ms(words[0]);
    }
    return find({0, 0, 0}, alive_ms, std::move(share));
  }
  // `share` at or before the spike of `place`.
  Place after(const Place& place, DeadShare share) const {
    double alive_ms = place.next_ms + dead_.absolute_ms;
    if (dead_.relative_ms > 0) alive_ms += recovery_ms(philox_block(key_, node_, place.spikes)[0]);
    return find(place, alive_ms, std::move(share));
  }

 private:
  double recovery_ms(std::uint64_t word) const {
    return dead_.relative_ms > 0 ? dead_.relative_ms * exponential(word) : 0;
  }

  Place find(Place place, double from_ms, DeadShare share) const {
    for (double at_ms = from_ms;; ++place.candidates) {
      const auto words = philox_block(key_, node_, kCandidateBlock + place.candidates);
      double gap = exponential(words[0]);
      for (bool is_candidate = false; !is_candidate;) {
        share.go_to(at_ms);
        if (share.now().finished()) return {kNever, place.candidates, place.spikes};
        const double change_ms = share.next_change_ms(at_ms);
        if (share.is_steady(at_ms)) {
          const double mean_ms = share.now().ms_per_spike() - dead_.mean_ms();
          if (!(mean_ms > 0)) throw std::logic_error("a rate that the dead time does not leave room for");
          const double time_ms = at_ms + gap * mean_ms;
          if (time_ms < change_ms) return {time_ms, place.candidates + 1, place.spikes + 1};
          gap -= (change_ms - at_ms) / mean_ms;
          at_ms = change_ms;
          continue;
        }
        const double rate = share.now().rate_at(at_ms), slope = share.now().slope_at(at_ms);
        if (rate == 0 && slope == 0) {
          at_ms = change_ms;
          continue;
        }
        const Bound bound = bound_from(share, at_ms, rate, slope);
        const double end_ms = std::min(at_ms + bound.length_ms, change_ms);
        const double time_ms = at_ms + gap / bound.hazard;
        if (time_ms < end_ms) {
          at_ms = time_ms;
          is_candidate = true;
          share.go_to(at_ms);
          const double hazard = share.now().rate_at(at_ms) / (1.0 - share.at(at_ms));
          if (uniform_open01(words[1]) * bound.hazard < hazard) {
            return {at_ms, place.candidates + 1, place.spikes + 1};
          }
        } else {
          gap = std::max(gap - bound.hazard * (end_ms - at_ms), 0.0);
          at_ms = end_ms;
        }
      }
    }
  }

  struct Bound {
    double hazard;  // per ms, not below the true one
    double length_ms;
  };
  // W grows by no more than the rate.
  Bound bound_from(const DeadShare& share, double at_ms, double rate, double slope) const {
    double length_ms = std::max(dead_.absolute_ms, dead_.relative_ms) / 4;
    if (slope != 0) length_ms = std::max(length_ms, 0.25 * rate / std::abs(slope));
    if (dead_.relative_ms > 0) length_ms = std::min(length_ms, dead_.relative_ms / 4);
    const double dead = share.at(at_ms);
    if (!(dead < kMostDead)) throw std::logic_error("a rate that the dead time does not leave room for");
    for (;; length_ms /= 2) {
      const double most = std::max(rate, rate + slope * length_ms);
      const double most_dead = dead + most * length_ms;
      if (most_dead <= (1.0 + dead) / 2) return {most / (1.0 - most_dead), length_ms};
    }
  }

  DeadTime dead_;
  StreamKey key_;
  NodeId node_;
};

class RefractoryTrains final : public SpikeTrains {
 public:
  RefractoryTrains(DeadTime dead, const TrainRates& rates, std::size_t first, std::size_t last, StreamKey key)
      : dead_(dead), rates_(rates), first_(first), key_(key) {
    for (const RateFunction& function : rates.functions) shares_.emplace_back(RateWalk(function), dead);
    for (std::size_t i = 0; i < last - first; ++i) places_.push_back(train(i).first(share_of(i)));
  }

  void append_until(double until_ms, std::vector<Spike>& spikes) override {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      Place& place = places_[i];
      while (place.next_ms < until_ms) {
        spikes.push_back({rates_.node_ids[first_ + i], place.next_ms});
        place = train(i).after(place, share_of(i));
      }
    }
    // No node has a spike left before the end of the window.
    for (DeadShare& share : shares_) share.go_to(until_ms);
  }

 private:
  Train train(std::size_t i) const { return {dead_, key_, rates_.node_ids[first_ + i]}; }
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
    const Train train(dead_, key_, rates_.node_ids[i]);
    DeadShare share(rates_.walk(i), dead_);
    for (Place place = train.first(share); place.next_ms < kNever; place = train.after(place, share)) {
      timestamps_ms.push_back(place.next_ms);
      share.go_to(place.next_ms);
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
  std::unique_ptr<const PreparedProcess> prepare(const TrainRates& rates, StreamKey key) const override {
    return std::make_unique<PreparedRefractory>(dead_, rates, key);
  }

 private:
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
