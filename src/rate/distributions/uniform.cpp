// Rates spread evenly: a = the lowest, b = the highest, in Hz.
#include <fmt/format.h>

#include <algorithm>

#include "rate/distributions/common.hpp"

namespace stimgen {

extern const DistributionKind kUniformRates;

namespace {

constexpr FieldDoc kFields[] = {
    {"uniform", "rate-range", "Hz", "", "Rates drawn evenly between the two.", "[2 Hz, 8 Hz]"}};

DistributionResult make(double mean_hz, double stdev_hz, Streams& streams) {
  const double half_width = stdev_hz * kSqrt3;
  if (half_width > mean_hz) {
    return refuse(
        fmt::format("a uniform distribution with a mean of {} Hz and a stdev of {} Hz reaches below 0 Hz: "
                    "its stdev can be at most {:.6g} Hz",
                    mean_hz, stdev_hz, mean_hz / kSqrt3));
  }
  streams.key(Purpose::rate);
  return {.distribution = {.kind = &kUniformRates,
                           .mean_hz = mean_hz,
                           .stdev_hz = stdev_hz,
                           .a = mean_hz - half_width,
                           .b = mean_hz + half_width},
          .problem = {}};
}

std::optional<RateDistribution> read(Fields& fields, Streams& streams) {
  const Value* pair = fields.value("uniform");
  if (pair == nullptr) return std::nullopt;
  if (!pair->is_sequence() || pair->items.size() != 2) {
    fields.error("uniform", "background.pair",
                 fmt::format("'uniform' is {}, but two rates were expected", describe(*pair)), "write [low, high]");
    return std::nullopt;
  }
  const auto low_hz = read_rate_hz(pair->items[0], fields.diagnostics());
  const auto high_hz = read_rate_hz(pair->items[1], fields.diagnostics());
  if (!low_hz || !high_hz) return std::nullopt;
  return reported(make_uniform(*low_hz, *high_hz, streams), fields, "uniform");
}

double draw(const RateDistribution& distribution, RandomStream& stream) {
  const double u = stream.next_uniform_open01();
  return distribution.a + (distribution.b - distribution.a) * u;
}

double cdf(const RateDistribution& distribution, double rate_hz) {
  return std::clamp((rate_hz - distribution.a) / (distribution.b - distribution.a), 0.0, 1.0);
}

std::string parameters(const RateDistribution& distribution) {
  return fmt::format("low {} high {}", format_rate(distribution.a), format_rate(distribution.b));
}

}  // namespace

DistributionResult make_uniform(double low_hz, double high_hz, Streams& streams) {
  if (low_hz < 0) return refuse(fmt::format("the lower bound of a uniform rate is negative: {} Hz", low_hz));
  if (high_hz < low_hz) {
    return refuse(
        fmt::format("the upper bound of a uniform rate ({} Hz) is below its lower bound ({} Hz)", high_hz, low_hz));
  }
  if (high_hz == low_hz) return make_distribution(kUniformRates, low_hz, 0, streams);
  streams.key(Purpose::rate);
  return {.distribution = {.kind = &kUniformRates,
                           .mean_hz = low_hz + 0.5 * (high_hz - low_hz),
                           .stdev_hz = (high_hz - low_hz) / (2.0 * kSqrt3),
                           .a = low_hz,
                           .b = high_hz},
          .problem = {}};
}

const DistributionKind kUniformRates = {
    .info = {.name = "uniform",
             .summary = "rates spread evenly between a lowest and a highest, given as {uniform: [low, high]} or by "
                        "their mean and stdev",
             .version = 1,
             .fields = kFields},
    .make = make,
    .read = read,
    .draw = draw,
    .cdf = cdf,
    .describe = parameters,
};

}  // namespace stimgen
