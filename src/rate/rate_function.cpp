// Piecewise-linear rate functions: see rate.hpp for the terms.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "stimgen/rate.hpp"
#include "stimgen/segment_inverse.hpp"

namespace stimgen {
namespace {

// ∫ of the segment's rate over its first `duration_ms`.
double segment_intensity(const RateSegment& segment, double duration_ms) {
  const double mean_hz = segment.rate_hz + 0.5 * segment.slope_hz_per_ms * duration_ms;
  return std::max(expected_spikes(mean_hz, duration_ms), 0.0);
}

double segment_rate_at(const RateSegment& segment, double time_ms) {
  const double rate_hz = segment.rate_hz + segment.slope_hz_per_ms * (time_ms - segment.start_ms);
  const auto [low, high] = std::minmax(segment.rate_hz, segment.stop_rate_hz);
  return std::clamp(rate_hz, low, high);
}

// Fills intensity_at_start from the left; returns the total.
double accumulate_intensity(std::vector<RateSegment>& segments, double stop_ms) {
  double intensity = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    segments[i].intensity_at_start = intensity;
    const double end_ms = i + 1 < segments.size() ? segments[i + 1].start_ms : stop_ms;
    intensity += segment_intensity(segments[i], end_ms - segments[i].start_ms);
  }
  return intensity;
}

bool is_rate(double rate_hz) {
  return std::isfinite(rate_hz) && rate_hz >= 0;
}

// The segment that holds a time inside the window.
const RateSegment& segment_at(std::span<const RateSegment> segments, double time_ms) {
  const auto after = std::upper_bound(segments.begin(), segments.end(), time_ms,
                                      [](double time, const RateSegment& segment) { return time < segment.start_ms; });
  return *(after - 1);
}

}  // namespace

double expected_spikes(double rate_hz, double duration_ms) {
  return rate_hz * duration_ms / 1000.0;
}

RateFunction constant_rate(double rate_hz, TimeWindow window) {
  return RateFunctionBuilder(window.start_ms).hold(rate_hz, window.stop_ms).build();
}

double RateFunction::rate_at(double time_ms) const {
  if (!(time_ms >= window_.start_ms && time_ms < window_.stop_ms)) return 0;
  return segment_rate_at(segment_at(segments_, time_ms), time_ms);
}

double RateFunction::cumulative_intensity_at(double time_ms) const {
  if (!(time_ms > window_.start_ms)) return 0;
  if (time_ms >= window_.stop_ms) return total_intensity_;
  const RateSegment& segment = segment_at(segments_, time_ms);
  return segment.intensity_at_start + segment_intensity(segment, time_ms - segment.start_ms);
}

double RateFunction::time_at_intensity(double intensity) const {
  if (!(intensity > 0)) return window_.start_ms;
  if (intensity >= total_intensity_) return window_.stop_ms;
  // The last segment that starts below the value: the earliest time, also where Λ stands still.
  const auto after =
      std::lower_bound(segments_.begin(), segments_.end(), intensity,
                       [](const RateSegment& segment, double value) { return segment.intensity_at_start < value; });
  const auto index = static_cast<std::size_t>(after - segments_.begin()) - 1;
  const double time_ms = SegmentInverse(segments_[index]).time_at(intensity);
  return std::min(time_ms, segment_stop_ms(index));
}

double RateFunction::peak_hz() const {
  double peak = 0;
  for (const RateSegment& segment : segments_) peak = std::max({peak, segment.rate_hz, segment.stop_rate_hz});
  return peak;
}

std::vector<RateVertex> RateFunction::vertices() const {
  std::vector<RateVertex> vertices;
  const auto add = [&](RateVertex vertex) {
    if (vertices.empty() || vertices.back() != vertex) vertices.push_back(vertex);
  };
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    add({segments_[i].start_ms, segments_[i].rate_hz});
    add({segment_stop_ms(i), segments_[i].stop_rate_hz});
  }
  return vertices;
}

RateFunction RateFunction::scaled(double factor) const {
  if (!is_rate(factor)) throw std::logic_error("RateFunction::scaled: the factor is negative or not finite");
  RateFunction result = *this;
  for (RateSegment& segment : result.segments_) {
    segment.rate_hz *= factor;
    segment.slope_hz_per_ms *= factor;
    segment.stop_rate_hz *= factor;
  }
  result.total_intensity_ = accumulate_intensity(result.segments_, window_.stop_ms);
  return result;
}

RateFunction RateFunction::clipped(double stop_ms) const {
  if (!(stop_ms >= window_.start_ms)) throw std::logic_error("RateFunction::clipped: the stop lies before the start");
  RateFunction result = *this;
  if (stop_ms >= window_.stop_ms) return result;
  result.window_.stop_ms = stop_ms;
  while (!result.segments_.empty() && result.segments_.back().start_ms >= stop_ms) result.segments_.pop_back();
  if (!result.segments_.empty()) {
    RateSegment& last = result.segments_.back();
    last.stop_rate_hz = segment_rate_at(last, stop_ms);
  }
  result.total_intensity_ = accumulate_intensity(result.segments_, stop_ms);
  return result;
}

RateFunctionBuilder::RateFunctionBuilder(double start_ms) : start_ms_(start_ms), end_ms_(start_ms) {
  if (!std::isfinite(start_ms)) throw std::logic_error("RateFunctionBuilder: the start is not finite");
}

RateFunctionBuilder& RateFunctionBuilder::hold(double rate_hz, double stop_ms) {
  if (!std::isfinite(stop_ms) || stop_ms < end_ms_) {
    throw std::logic_error("RateFunctionBuilder: a step ends before it starts");
  }
  if (stop_ms == end_ms_) return *this;
  const bool joins = !segments_.empty() && segments_.back().slope_hz_per_ms == 0 && segments_.back().rate_hz == rate_hz;
  if (!joins) segments_.push_back({.start_ms = end_ms_, .rate_hz = rate_hz + 0.0, .stop_rate_hz = rate_hz + 0.0});
  end_ms_ = stop_ms;
  return *this;
}

RateFunctionBuilder& RateFunctionBuilder::ramp(double from_hz, double to_hz, double stop_ms) {
  if (!std::isfinite(stop_ms) || stop_ms < end_ms_) {
    throw std::logic_error("RateFunctionBuilder: a step ends before it starts");
  }
  if (stop_ms == end_ms_) return *this;
  const double slope_hz_per_ms = (to_hz - from_hz) / (stop_ms - end_ms_);
  if (slope_hz_per_ms == 0) return hold(from_hz, stop_ms);
  return add_slope(from_hz, slope_hz_per_ms, to_hz, stop_ms);
}

RateFunctionBuilder& RateFunctionBuilder::slope(double from_hz, double slope_hz_per_ms, double stop_ms) {
  if (slope_hz_per_ms == 0 || stop_ms <= end_ms_) return hold(from_hz, stop_ms);
  return add_slope(from_hz, slope_hz_per_ms, std::max(from_hz + slope_hz_per_ms * (stop_ms - end_ms_), 0.0), stop_ms);
}

RateFunctionBuilder& RateFunctionBuilder::add_slope(double from_hz, double slope_hz_per_ms, double to_hz,
                                                    double stop_ms) {
  segments_.push_back(
      {.start_ms = end_ms_, .rate_hz = from_hz + 0.0, .slope_hz_per_ms = slope_hz_per_ms, .stop_rate_hz = to_hz + 0.0});
  end_ms_ = stop_ms;
  return *this;
}

RateFunction RateFunctionBuilder::build() {
  for (const RateSegment& segment : segments_) {
    if (!is_rate(segment.rate_hz) || !is_rate(segment.stop_rate_hz) || !std::isfinite(segment.slope_hz_per_ms)) {
      throw std::logic_error("RateFunctionBuilder: a rate is negative or not finite");
    }
  }
  RateFunction result;
  result.window_ = {start_ms_, end_ms_};
  result.segments_ = std::exchange(segments_, {});
  result.total_intensity_ = accumulate_intensity(result.segments_, end_ms_);
  end_ms_ = start_ms_;
  return result;
}

}  // namespace stimgen
