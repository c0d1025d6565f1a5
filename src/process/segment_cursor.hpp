// A walk over the segments of a rate function that are not silent, from left to right.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "stimgen/segment_inverse.hpp"

namespace stimgen {

class SegmentCursor {
 public:
  // At segment `index`, or the first after it that is not silent. `stop_ms` is the end of the last one.
  SegmentCursor(std::span<const RateSegment> segments, double stop_ms, std::size_t index = 0)
      : segments_(segments), window_stop_ms_(stop_ms) {
    enter(index);
  }

  bool finished() const { return index_ == segments_.size(); }
  void go_on() { enter(index_ + 1); }

  // Of the segment at hand. Requires: not finished.
  const SegmentInverse& inverse() const { return *inverse_; }
  double stop_ms() const { return index_ + 1 < segments_.size() ? segments_[index_ + 1].start_ms : window_stop_ms_; }
  // Λ where the segment after it starts; `total_intensity` if it is the last.
  double stop_intensity(double total_intensity) const {
    return index_ + 1 < segments_.size() ? segments_[index_ + 1].intensity_at_start : total_intensity;
  }

 private:
  void enter(std::size_t index) {
    while (index < segments_.size() && segments_[index].rate_hz == 0 && segments_[index].slope_hz_per_ms == 0) ++index;
    index_ = index;
    if (!finished()) inverse_.emplace(segments_[index]);
  }

  std::span<const RateSegment> segments_;
  double window_stop_ms_;
  std::size_t index_ = 0;
  std::optional<SegmentInverse> inverse_;
};

}  // namespace stimgen
