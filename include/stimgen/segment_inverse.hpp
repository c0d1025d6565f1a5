// The inverse of one segment's cumulative intensity, with what can be computed once a segment.
#pragma once

#include "base/maths.hpp"
#include "stimgen/rate.hpp"

namespace stimgen {

// Maps x = Λ − Λ(segment start) >= 0 to a time. The map goes on beyond the segment's end, because the end must not
// matter for spikes before it. Never NaN: a rate too small for its inverse puts every x > 0 at a huge time.
// What vector kernels use is always inlined: this header is compiled for several instruction sets.
struct SegmentInverse {
  explicit SegmentInverse(const RateSegment& segment)
      : start_ms(segment.start_ms),
        intensity_at_start(segment.intensity_at_start),
        ms_per_spike(smaller(1000.0 / segment.rate_hz, 0x1.fffffffffffffp1023)),
        rate_per_ms(segment.rate_hz / 1000.0),
        twice_slope(2.0 * (segment.slope_hz_per_ms / 1000.0)) {}

  bool sloped() const { return twice_slope != 0; }

  [[gnu::always_inline]] double constant_time_at(double intensity) const {
    return start_ms + larger(intensity - intensity_at_start, 0.0) * ms_per_spike;
  }
  // Solves x = r·d + s·d²/2 for d by the root that does not cancel. Past the peak of a falling ramp's Λ the
  // argument of the root is held at 0, so that d goes on growing.
  [[gnu::always_inline]] double sloped_time_at(double intensity) const {
    const double x = larger(intensity - intensity_at_start, 0.0);
    const double root = maths::sqrt(larger(rate_per_ms * rate_per_ms + twice_slope * x, 0.0));
    return start_ms + (x + x) / larger(rate_per_ms + root, 0x1p-1022);
  }
  double time_at(double intensity) const { return sloped() ? sloped_time_at(intensity) : constant_time_at(intensity); }

  double start_ms;
  double intensity_at_start;
  double ms_per_spike;
  double rate_per_ms;
  double twice_slope;

 private:
  [[gnu::always_inline]] static double larger(double a, double b) { return a > b ? a : b; }
  static double smaller(double a, double b) { return a < b ? a : b; }
};

}  // namespace stimgen
