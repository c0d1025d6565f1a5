// Rate functions: piecewise-linear r(t), its cumulative intensity and the inverse of that; and rate distributions.
//
// Terms. A rate function lives on a window [start_ms, stop_ms) and is a list of segments in time order that cover
// it without gaps. Within a segment the rate is linear: rate_hz + slope_hz_per_ms * (t - start_ms). It may jump
// between segments and is right-continuous. The cumulative intensity Λ(t) = ∫ r dt (from the window's start) is the
// expected number of spikes before t; it is dimensionless. A vertex is a (time, rate) pair for printing and drawing;
// two vertices at one time are a jump.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stimgen/grammar.hpp"
#include "stimgen/kind.hpp"
#include "stimgen/streams.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

class RandomStream;

struct RateSegment {
  double start_ms = 0;
  double rate_hz = 0;          // at start_ms
  double slope_hz_per_ms = 0;  // 0: constant
  // At the segment's end, from the left, exactly as it was asked for (rate_hz + slope·duration may round).
  double stop_rate_hz = 0;
  // Λ(start_ms), summed segment by segment from the left: earlier segments alone determine it.
  double intensity_at_start = 0;
};

struct RateVertex {
  double time_ms = 0;
  double rate_hz = 0;
  bool operator==(const RateVertex&) const = default;
};

// Immutable once built; threads may share it.
class RateFunction {
 public:
  // Empty function on an empty window.
  RateFunction() = default;

  TimeWindow window() const { return window_; }
  std::span<const RateSegment> segments() const { return segments_; }
  // Where segment i ends.
  double segment_stop_ms(std::size_t i) const {
    return i + 1 < segments_.size() ? segments_[i + 1].start_ms : window_.stop_ms;
  }

  // r(t) in Hz; 0 outside the window.
  double rate_at(double time_ms) const;
  // Λ(t); 0 before the window, total_intensity() after it.
  double cumulative_intensity_at(double time_ms) const;
  // Λ at the end of the window: the expected number of spikes.
  double total_intensity() const { return total_intensity_; }
  // The earliest t with Λ(t) = intensity, for 0 <= intensity < total_intensity() (beyond: the window's stop); exact
  // inverse of a segment's linear or quadratic Λ by the stable root 2x / (r + sqrt(r² + 2·s·x)).
  double time_at_intensity(double intensity) const;
  // Largest rate in the window, in Hz.
  double peak_hz() const;
  // Vertices in time order, two for each jump; the first at window().start_ms, the last at window().stop_ms.
  std::vector<RateVertex> vertices() const;
  // The same shape with every rate multiplied. Requires: factor finite and >= 0.
  RateFunction scaled(double factor) const;
  // The part before `stop_ms`; a cut ramp keeps its slope, so that spikes before the cut stay what they are.
  // Requires: stop_ms >= window().start_ms. A stop after the window changes nothing.
  RateFunction clipped(double stop_ms) const;

 private:
  friend class RateFunctionBuilder;
  TimeWindow window_;
  std::vector<RateSegment> segments_;
  double total_intensity_ = 0;
};

// Builds a rate function from left to right. Lifecycle: construct, then hold/ramp/wait_until in time order, then build.
class RateFunctionBuilder {
 public:
  explicit RateFunctionBuilder(double start_ms);
  // Constant rate until `stop_ms`. An empty or backward step is ignored if stop_ms equals the current end, and is a
  // logic_error if it lies before it. Equal neighbouring constants join into one segment.
  RateFunctionBuilder& hold(double rate_hz, double stop_ms);
  // Linear from `from_hz` now to `to_hz` at `stop_ms`. A ramp of no length is ignored.
  RateFunctionBuilder& ramp(double from_hz, double to_hz, double stop_ms);
  // Linear from `from_hz` now with a slope of choice, held at 0 where it would fall below: for parts of a ramp, which
  // stay what they are wherever they end.
  RateFunctionBuilder& slope(double from_hz, double slope_hz_per_ms, double stop_ms);
  double end_ms() const { return end_ms_; }
  // The function on [start, end_ms()). The builder is empty afterwards.
  // Throws logic_error on a negative or non-finite rate: callers check the recipe's numbers first.
  RateFunction build();

 private:
  RateFunctionBuilder& add_slope(double from_hz, double slope_hz_per_ms, double to_hz, double stop_ms);

  double start_ms_;
  double end_ms_;
  std::vector<RateSegment> segments_;
};

// The constant rate of a background.
RateFunction constant_rate(double rate_hz, TimeWindow window);

// Expected spikes of `rate_hz` over `duration_ms`. The one place where Hz meets ms: rate * duration / 1000.
double expected_spikes(double rate_hz, double duration_ms);

// ---- rate distributions: every node its own rate -------------------------------------------------------------------

struct DistributionKind;

// A distribution of rates in Hz, with parameters already solved such that the *resulting* rates have the mean and
// stdev asked for (normal: of the distribution truncated at zero).
struct RateDistribution {
  const DistributionKind* kind = nullptr;
  double mean_hz = 0;   // of the resulting rates
  double stdev_hz = 0;  // of the resulting rates
  // What the kind makes of them: src/rate/distributions says what they are.
  double a = 0;
  double b = 0;
  double tail = 1;

  bool is_constant() const;
};

struct DistributionResult {
  RateDistribution distribution;
  std::string problem;  // empty if fine, else one sentence for the user: why there is no such distribution
};

// One row of the table. All kinds can be given by the mean and stdev of the resulting rates; a kind whose own key has
// its name, {uniform: [2, 8]}, can be given by that, too.
struct DistributionKind {
  KindInfo info;  // fields: the keys of its shortest form
  // From mean and stdev, both positive and in the bounds of make_distribution(). Asks `streams` for Purpose::rate,
  // which draw() will be given.
  DistributionResult (*make)(double mean_hz, double stdev_hz, Streams& streams);
  // Reads its own key, in which it reports what is wrong; nullptr: it has none.
  std::optional<RateDistribution> (*read)(Fields& fields, Streams& streams);
  // A rate that is finite and not negative.
  double (*draw)(const RateDistribution& distribution, RandomStream& stream);
  // P(rate <= rate_hz). For reports: nothing generated depends on it.
  double (*cdf)(const RateDistribution& distribution, double rate_hz);
  // All that draw() depends on, in canonical form: "shape 2 scale 3 Hz".
  std::string (*describe)(const RateDistribution& distribution);
};

// All distributions, the default ("lognormal") first.
std::span<const DistributionKind* const> distribution_kinds();

// The same rate for every node. Requires: finite, >= 0.
DistributionResult make_constant(double rate_hz);
// From the mean and stdev of the resulting rates. Requires: finite, mean >= 0, stdev >= 0. stdev 0 (below 2^-60 of the
// mean) is constant. What a kind cannot have, it says in `problem`; a mean of 0 with a stdev is a problem in every
// kind. What is drawn from is asked for of `streams`; a constant asks for nothing.
DistributionResult make_distribution(const DistributionKind& kind, double mean_hz, double stdev_hz, Streams& streams);
DistributionResult make_uniform(double low_hz, double high_hz, Streams& streams);

// The rate of one node, drawn from the stream (Purpose::rate) at counter (node, ·): it depends on nothing else.
double draw_rate_hz(const RateDistribution& distribution, StreamKey key, NodeId node);
// P(rate <= rate_hz).
double rate_cdf(const RateDistribution& distribution, double rate_hz);
// "gamma version 1, shape 2 scale 3 Hz": what drawn rates depend on besides the stream, for fingerprints.
std::string canonical(const RateDistribution& distribution);

}  // namespace stimgen
