// How a background writes a rate: a number, a mean with a stdev, a distribution, or values listed elsewhere.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stimgen/grammar.hpp"
#include "stimgen/rate.hpp"

namespace stimgen {

// The type of a key that names a distribution.
std::string_view distribution_type();
// The keys of all forms of a rate: those of the distributions come from their table.
std::span<const FieldDoc> rate_fields();

// One of: a distribution; a node property that holds the rate in Hz; a CSV file with columns node_id and rate.
struct RateValue {
  std::optional<RateDistribution> distribution;
  std::string property;
  std::filesystem::path csv;
  SourceLoc loc;  // of the property's name or the path, else of the value
};

// The distribution of a mean with a stdev that names none.
struct DefaultKind {
  const DistributionKind* kind = distribution_kinds().front();
  bool is_used = false;  // some rates are drawn from it
};

// nullopt after an error. What rates will be drawn from is asked for of `streams`.
std::optional<RateValue> read_rate_value(const Value& value, const std::string& owner, DefaultKind& default_kind,
                                         Streams& streams, Diagnostics& diagnostics);

// "lognormal" → the kind; reports unknown names at `value` and gives nullptr.
const DistributionKind* read_distribution_kind(const Value& value, Diagnostics& diagnostics);

}  // namespace stimgen
