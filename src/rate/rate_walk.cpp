// Walks along stored functions and constants.
#include "stimgen/rate_walk.hpp"

#include <algorithm>

namespace stimgen {

RateWalk::RateWalk(const RateFunction& rate)
    : rate_(&rate), start_ms_(rate.window().start_ms), inverse_(RateSegment{}) {
  enter(0);
}

RateWalk::RateWalk(double rate_hz, TimeWindow window)
    : start_ms_(window.start_ms),
      stop_ms_(window.stop_ms),
      stop_intensity_(expected_spikes(rate_hz, window.duration_ms())),
      finished_(rate_hz == 0 || window.stop_ms <= window.start_ms),
      inverse_(RateSegment{.start_ms = window.start_ms, .rate_hz = rate_hz}) {}

void RateWalk::go_on() {
  if (rate_ == nullptr) {
    finished_ = true;
  } else {
    enter(segment_ + 1);
  }
}

double RateWalk::intensity_at(double time_ms) const {
  if (finished_) return stop_intensity_;
  if (stop_ms_ <= time_ms) {
    RateWalk walk = *this;
    walk.go_to(time_ms);
    return walk.intensity_at(time_ms);
  }
  const double duration_ms = std::max(time_ms - inverse_.start_ms, 0.0);
  const double mean_per_ms = inverse_.rate_per_ms + 0.25 * inverse_.twice_slope * duration_ms;
  return inverse_.intensity_at_start + std::max(mean_per_ms * duration_ms, 0.0);
}

void RateWalk::enter(std::size_t segment) {
  const auto segments = rate_->segments();
  while (segment < segments.size() && segments[segment].rate_hz == 0 && segments[segment].slope_hz_per_ms == 0) {
    ++segment;
  }
  segment_ = segment;
  finished_ = segment == segments.size();
  if (finished_) return;
  inverse_ = SegmentInverse(segments[segment]);
  stop_ms_ = rate_->segment_stop_ms(segment);
  stop_intensity_ = segment + 1 < segments.size() ? segments[segment + 1].intensity_at_start : rate_->total_intensity();
}

}  // namespace stimgen
