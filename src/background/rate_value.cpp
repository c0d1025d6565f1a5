// Reads the forms of a rate that recipe authors use.
#include "background/rate_value.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace stimgen {
namespace {

// The forms that are not a distribution's own.
constexpr std::span<const FieldDoc> kMeanFields = std::span(kRateFields).subspan(0, 3);
constexpr std::span<const FieldDoc> kValuesFields = std::span(kRateFields).subspan(5, 1);

constexpr std::string_view kForms =
    "write a rate (3 Hz), [mean, stdev], {mean: …, stdev: …, distribution: …}, {uniform: [low, high]}, "
    "{exponential: mean} or {values: {property: …}}";

std::optional<RateDistribution> from_moments(const DistributionKind& kind, double mean_hz, double stdev_hz,
                                             const SourceLoc& loc, Streams& streams, Diagnostics& diagnostics) {
  DistributionResult result = make_distribution(kind, mean_hz, stdev_hz, streams);
  if (!result.problem.empty()) {
    diagnostics.error(loc, "background.no-such-distribution", std::move(result.problem));
    return std::nullopt;
  }
  return result.distribution;
}

std::optional<RateDistribution> read_pair(const Value& value, const std::string& owner, const DistributionKind& kind,
                                          Streams& streams, Diagnostics& diagnostics) {
  if (value.items.size() != 2) {
    diagnostics.error(value.loc, "background.pair",
                      fmt::format("{} is {}, but two rates were expected", owner, describe(value)),
                      "write [mean, stdev]");
    return std::nullopt;
  }
  const auto mean_hz = read_rate_hz(value.items[0], diagnostics);
  const auto stdev_hz = read_rate_hz(value.items[1], diagnostics);
  if (!mean_hz || !stdev_hz) return std::nullopt;
  return from_moments(kind, *mean_hz, *stdev_hz, value.loc, streams, diagnostics);
}

// The kind whose own key the mapping has: {uniform: …}. nullptr if none.
const DistributionKind* kind_of_own_key(const Value& value) {
  for (const DistributionKind* kind : distribution_kinds()) {
    if (kind->read != nullptr && value.find(kind->info.name) != nullptr) return kind;
  }
  return nullptr;
}

}  // namespace

const DistributionKind* read_distribution_kind(const Value& value, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const DistributionKind* kind : distribution_kinds()) {
    if (value.is_scalar() && value.text == kind->info.name) return kind;
    names.emplace_back(kind->info.name);
  }
  diagnostics.error(value.loc, "recipe.unknown-choice",
                    value.is_scalar() ? fmt::format("there is no distribution '{}'", printable(value.text, 60))
                                      : fmt::format("a distribution is a name, not {}", describe(value)),
                    suggest(value.text, names));
  return nullptr;
}

std::optional<RateValue> read_rate_value(const Value& value, const std::string& owner,
                                         const DistributionKind& default_kind, Streams& streams,
                                         Diagnostics& diagnostics) {
  RateValue result;
  result.loc = value.loc;
  if (value.is_scalar()) {
    const auto rate_hz = read_rate_hz(value, diagnostics);
    if (!rate_hz) return std::nullopt;
    result.distribution = make_constant(*rate_hz).distribution;
  } else if (value.is_sequence()) {
    result.distribution = read_pair(value, owner, default_kind, streams, diagnostics);
  } else if (const DistributionKind* own = kind_of_own_key(value)) {
    Fields fields(value, owner, {own->info.fields}, diagnostics);
    result.distribution = own->read(fields, streams);
    if (!fields.ok()) return std::nullopt;
  } else if (value.find("values") != nullptr) {
    Fields fields(value, owner, {kValuesFields}, diagnostics);
    const Value* values = fields.value("values");
    if (values == nullptr) return std::nullopt;
    Fields listed(*values, "'values'", {kListedRateFields}, diagnostics);
    result.property = listed.text("property");
    result.csv = listed.path("csv");
    result.loc = listed.loc(result.csv.empty() ? "property" : "csv");
    if (fields.ok() && result.property.empty() == result.csv.empty()) {
      diagnostics.error(values->loc,
                        result.csv.empty() ? ErrorCode("recipe.missing-key") : ErrorCode("recipe.two-ways"),
                        "'values' needs either 'property' or 'csv'",
                        "write {values: {property: rate_hz}} or {values: {csv: rates.csv}}");
      return std::nullopt;
    }
    return fields.ok() ? std::optional(result) : std::nullopt;
  } else if (value.is_mapping()) {
    Fields fields(value, owner, {kMeanFields}, diagnostics);
    const double mean_hz = fields.rate_hz("mean");
    const double stdev_hz = fields.rate_hz("stdev");
    const Value* named = fields.value("distribution");
    const DistributionKind* kind = named == nullptr ? &default_kind : read_distribution_kind(*named, diagnostics);
    if (kind == nullptr || !fields.ok()) return std::nullopt;
    result.distribution = from_moments(*kind, mean_hz, stdev_hz, value.loc, streams, diagnostics);
  } else {
    diagnostics.error(value.loc, "recipe.missing-key", fmt::format("{} has no rate", owner), std::string(kForms));
    return std::nullopt;
  }
  if (!result.distribution) return std::nullopt;
  return result;
}

}  // namespace stimgen
