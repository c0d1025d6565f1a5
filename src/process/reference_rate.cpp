// No value depends on where a segment ends, so that a later stop leaves all that is before it as it was.
#include "process/reference_rate.hpp"

#include <algorithm>
#include <vector>

namespace stimgen {
namespace {

// A function along ascending times.
class Cursor {
 public:
  explicit Cursor(const RateFunction& rate) : rate_(&rate) {}

  void go_to(double time_ms) {
    while (segment_ + 1 < rate_->segments().size() && rate_->segments()[segment_ + 1].start_ms <= time_ms) ++segment_;
  }
  // Right-continuous. Requires: inside the window, and not before the segment at hand.
  double rate_hz_at(double time_ms) const {
    const RateSegment& segment = rate_->segments()[segment_];
    return std::max(segment.rate_hz + segment.slope_hz_per_ms * (time_ms - segment.start_ms), 0.0);
  }
  double slope_hz_per_ms() const { return rate_->segments()[segment_].slope_hz_per_ms; }
  double next_change_ms() const { return rate_->segment_stop_ms(segment_); }

 private:
  const RateFunction* rate_;
  std::size_t segment_ = 0;
};

// Where a rate changes or changed less than `span_ms` ago, as stretches in order of time that do not touch.
std::vector<TimeWindow> restless_windows(const RateFunction& rate, double span_ms) {
  std::vector<TimeWindow> windows;
  const auto add = [&](double start_ms, double stop_ms) {
    if (!windows.empty() && start_ms <= windows.back().stop_ms) {
      windows.back().stop_ms = std::max(windows.back().stop_ms, stop_ms);
    } else {
      windows.push_back({start_ms, stop_ms});
    }
  };
  const auto segments = rate.segments();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool jumps = i > 0 && segments[i - 1].stop_rate_hz != segments[i].rate_hz;
    if (segments[i].slope_hz_per_ms != 0) {
      add(segments[i].start_ms, rate.segment_stop_ms(i) + span_ms);
    } else if (jumps) {
      add(segments[i].start_ms, segments[i].start_ms + span_ms);
    }
  }
  return windows;
}

}  // namespace

RateFunction largest_of(std::span<const RateFunction* const> functions) {
  const TimeWindow window = functions.front()->window();
  std::vector<Cursor> cursors;
  for (const RateFunction* function : functions) cursors.emplace_back(*function);
  RateFunctionBuilder builder(window.start_ms);
  for (double at_ms = window.start_ms; at_ms < window.stop_ms;) {
    double end_ms = window.stop_ms;
    const Cursor* largest = nullptr;
    for (Cursor& cursor : cursors) {
      cursor.go_to(at_ms);
      end_ms = std::min(end_ms, cursor.next_change_ms());
      const double ahead_hz = largest == nullptr ? 1 : cursor.rate_hz_at(at_ms) - largest->rate_hz_at(at_ms);
      if (ahead_hz > 0 || (ahead_hz == 0 && cursor.slope_hz_per_ms() > largest->slope_hz_per_ms())) largest = &cursor;
    }
    const double rate_hz = largest->rate_hz_at(at_ms), slope = largest->slope_hz_per_ms();
    for (const Cursor& cursor : cursors) {
      if (!(cursor.slope_hz_per_ms() > slope)) continue;
      const double overtakes_ms = at_ms + (rate_hz - cursor.rate_hz_at(at_ms)) / (cursor.slope_hz_per_ms() - slope);
      if (overtakes_ms > at_ms) end_ms = std::min(end_ms, overtakes_ms);
    }
    builder.slope(rate_hz, slope, end_ms);
    at_ms = end_ms;
  }
  return builder.build();
}

RateFunction scaled_with_past(const RateFunction& rate, double factor, double before_ms) {
  const auto segments = rate.segments();
  RateFunctionBuilder builder(rate.window().start_ms - before_ms);
  if (!segments.empty()) builder.hold(segments.front().rate_hz * factor, rate.window().start_ms);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    builder.slope(segments[i].rate_hz * factor, segments[i].slope_hz_per_ms * factor, rate.segment_stop_ms(i));
  }
  return builder.build();
}

RateFunction scaled_after_changes(const RateFunction& rate, const RateFunction& reference, double factor,
                                  double span_ms) {
  const TimeWindow window = rate.window();
  RateFunctionBuilder builder(window.start_ms);
  if (rate.segments().empty()) return builder.build();
  Cursor cursor(rate);
  for (const TimeWindow& restless : restless_windows(reference, span_ms)) {
    double at_ms = restless.start_ms;
    const double stop_ms = std::min(restless.stop_ms, window.stop_ms);
    builder.hold(0, at_ms);
    while (at_ms < stop_ms) {
      cursor.go_to(at_ms);
      const double end_ms = std::min(cursor.next_change_ms(), stop_ms);
      builder.slope(cursor.rate_hz_at(at_ms) * factor, cursor.slope_hz_per_ms() * factor, end_ms);
      at_ms = end_ms;
    }
  }
  builder.hold(0, window.stop_ms);
  return builder.build();
}

}  // namespace stimgen
