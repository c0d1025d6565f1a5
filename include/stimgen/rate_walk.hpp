// A rate as point processes see it: one segment after the other, from left to right. How the rate is kept, or made
// while it is walked along, they do not see, and nothing of it is stored but where the walk is.
#pragma once

#include <cstddef>

#include "stimgen/rate.hpp"
#include "stimgen/segment_inverse.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// Forward only. A copy goes on by itself from where the walk is. Silent segments are passed over: the segments at hand
// have a rate, and may leave gaps between them.
class RateWalk {
 public:
  // At the first segment of a function, which must outlive the walk and its copies.
  explicit RateWalk(const RateFunction& rate);
  // Of a constant rate. Requires: finite, >= 0.
  RateWalk(double rate_hz, TimeWindow window);

  // Whether the rate is 0 from here on.
  bool finished() const { return finished_; }
  // To the next segment. Requires: not finished.
  void go_on();
  // To the segment that holds `time_ms`, or the first after it.
  void go_to(double time_ms) {
    while (!finished_ && stop_ms_ <= time_ms) go_on();
  }

  // Where the rate begins; no spike lies at or before it.
  double start_ms() const { return start_ms_; }
  // Of the segment at hand. Requires: not finished.
  const SegmentInverse& inverse() const { return inverse_; }
  double stop_ms() const { return stop_ms_; }
  // Λ where the segment ends.
  double stop_intensity() const { return stop_intensity_; }
  // Of the rate, per ms, at a time not before the segment at hand was entered: 0 in the gap before it.
  // Requires: not finished, before stop_ms().
  double rate_per_ms_at(double time_ms) const {
    if (time_ms < inverse_.start_ms) return 0;
    const double rate = inverse_.rate_per_ms + 0.5 * inverse_.twice_slope * (time_ms - inverse_.start_ms);
    return rate > 0 ? rate : 0.0;
  }
  // Λ at a time, from the segment that holds it: to say how much is expected, not where spikes are.
  double intensity_at(double time_ms) const;

 private:
  void enter(std::size_t segment);

  const RateFunction* rate_ = nullptr;  // nullptr: a constant rate
  std::size_t segment_ = 0;
  double start_ms_ = 0;
  double stop_ms_ = 0;
  double stop_intensity_ = 0;
  bool finished_ = true;
  SegmentInverse inverse_;
};

}  // namespace stimgen
