// How likely a node with dead times is to be silent, along a rate.
//
// Dead periods of a train never overlap, so the chance to be dead is W(t) = ∫ r(s) P(dead time > t - s) ds. Before the
// window the rate was that of its start.
#pragma once

#include <algorithm>
#include <limits>

#include "base/maths.hpp"
#include "stimgen/rate_walk.hpp"

namespace stimgen {

inline constexpr double kNever = std::numeric_limits<double>::infinity();
// A larger share of dead nodes leaves too few to fire.
inline constexpr double kMostDead = 1 - 0x1p-20;

struct DeadTime {
  double absolute_ms = 0;
  double relative_ms = 0;  // the mean of what follows, exponential
  double mean_ms() const { return absolute_ms + relative_ms; }
};

// Where W is largest along a walk, and how large.
struct MostDead {
  double time_ms = 0;
  double share = 0;
};
MostDead most_dead(const RateWalk& rate, DeadTime dead);

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
  // The last change of the rate was so long ago that of recovering nodes nothing is left of it.
  bool is_settled(double now_ms) const {
    const double last_ms = std::max({now_.last_change_ms(now_ms), then_.last_change_ms(now_ms), last_change_ms_});
    return dead_.relative_ms == 0 || now_ms >= last_ms + 40 * dead_.relative_ms;
  }
  // The rate has been the same for so long that W no longer changes.
  bool is_steady(double now_ms) const {
    if (!now_.is_inside(now_ms) || now_.slope_at(now_ms) != 0 || then_.slope_at(now_ms) != 0) return false;
    return now_.rate_at(now_ms) == then_.rate_at(now_ms) && is_settled(now_ms);
  }
  // W'(t), per ms.
  double growth_at(double now_ms) const {
    const double left = dead_.relative_ms > 0 ? recovering_at(now_ms) / dead_.relative_ms : then_.rate_at(now_ms);
    return now_.rate_at(now_ms) - left;
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
      value *= maths::decay((std::min(begin_ms, now_ms) - from_ms) / relative_ms);
      from_ms = begin_ms;
    }
    if (now_ms <= from_ms) return value;
    const double span_ms = now_ms - from_ms;
    const double left = maths::decay(span_ms / relative_ms);
    return value * left + then_.rate_at(from_ms) * relative_ms * (1.0 - left) +
           then_.slope_at(from_ms) * relative_ms * (span_ms - relative_ms * (1.0 - left));
  }

  DeadTime dead_;
  LaggedRate now_, then_;
  double recovering_;  // Z at recovering_at_ms_
  double recovering_at_ms_;
  double last_change_ms_ = -kNever;
};

}  // namespace stimgen
