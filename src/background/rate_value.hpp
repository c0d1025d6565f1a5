// How a background writes a rate: a number, a mean with a stdev, a distribution, or values listed elsewhere.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "stimgen/grammar.hpp"
#include "stimgen/rate.hpp"

namespace stimgen {

// Its words are those that read_distribution_kind() knows.
inline constexpr std::string_view kDistributionType = "choice: lognormal | normal | gamma | uniform | exponential";

inline constexpr FieldDoc kListedRateFields[] = {
    {"property", "text", "", "none", "Node property that holds each node's rate in Hz.", "rate_hz"},
    {"csv", "path", "", "none", "CSV file with the columns node_id and rate (Hz).", "rates.csv"},
};

// The keys of all forms of a rate.
inline constexpr FieldDoc kRateFields[] = {
    {"mean", "rate", "Hz", "", "Mean of the resulting rates.", "20 Hz", {}, "stdev"},
    {"stdev", "rate", "Hz", "", "Standard deviation of the resulting rates.", "2 Hz", {}, "mean"},
    {"distribution",
     kDistributionType,
     "",
     "none",
     "Shape of the distribution; the background's `distribution` if absent.",
     "normal",
     {},
     "mean"},
    {"uniform", "rate-range", "Hz", "", "Rates drawn evenly between the two.", "[2 Hz, 8 Hz]"},
    {"exponential", "rate", "Hz", "", "Mean of exponentially distributed rates.", "5 Hz"},
    {"values", "listed-rates", "Hz", "", "The rate of every single node, listed elsewhere.", "{property: rate_hz}",
     kListedRateFields},
};

// One of: a distribution; a node property that holds the rate in Hz; a CSV file with columns node_id and rate.
struct RateValue {
  std::optional<RateDistribution> distribution;
  std::string property;
  std::filesystem::path csv;
  SourceLoc loc;  // of the property's name or the path, else of the value
};

// nullopt after an error. `default_kind` is taken for a mean with a stdev that names no distribution. What rates will
// be drawn from is asked for of `streams`.
std::optional<RateValue> read_rate_value(const Value& value, const std::string& owner,
                                         const DistributionKind& default_kind, Streams& streams,
                                         Diagnostics& diagnostics);

// "lognormal" → the kind; reports unknown names at `value` and gives nullptr.
const DistributionKind* read_distribution_kind(const Value& value, Diagnostics& diagnostics);

}  // namespace stimgen
