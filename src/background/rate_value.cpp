// Reads the forms of a rate that recipe authors use.
#include "background/rate_value.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

namespace stimgen {
namespace {

constexpr std::array<std::pair<std::string_view, DistributionKind>, 5> kNamedDistributions{{
    {"lognormal", DistributionKind::lognormal},
    {"normal", DistributionKind::normal},
    {"gamma", DistributionKind::gamma},
    {"uniform", DistributionKind::uniform},
    {"exponential", DistributionKind::exponential},
}};

// One form each.
constexpr std::span<const FieldDoc> kMeanFields = std::span(kRateFields).subspan(0, 3);
constexpr std::span<const FieldDoc> kUniformFields = std::span(kRateFields).subspan(3, 1);
constexpr std::span<const FieldDoc> kExponentialFields = std::span(kRateFields).subspan(4, 1);
constexpr std::span<const FieldDoc> kValuesFields = std::span(kRateFields).subspan(5, 1);

constexpr std::string_view kForms =
    "write a rate (3 Hz), [mean, stdev], {mean: …, stdev: …, distribution: …}, {uniform: [low, high]}, "
    "{exponential: mean} or {values: {property: …}}";

std::optional<RateDistribution> from_moments(DistributionKind kind, double mean_hz, double stdev_hz,
                                             const SourceLoc& loc, Streams& streams, Diagnostics& diagnostics) {
  DistributionResult result = make_distribution(kind, mean_hz, stdev_hz, streams);
  if (!result.problem.empty()) {
    diagnostics.error(loc, "background.no-such-distribution", std::move(result.problem));
    return std::nullopt;
  }
  return result.distribution;
}

std::optional<RateDistribution> read_pair(const Value& value, const std::string& what, bool uniform,
                                          DistributionKind kind, Streams& streams, Diagnostics& diagnostics) {
  if (!value.is_sequence() || value.items.size() != 2) {
    diagnostics.error(value.loc, "background.pair",
                      fmt::format("{} is {}, but two rates were expected", what, describe(value)),
                      uniform ? "write [low, high]" : "write [mean, stdev]");
    return std::nullopt;
  }
  const auto first = read_rate_hz(value.items[0], diagnostics);
  const auto second = read_rate_hz(value.items[1], diagnostics);
  if (!first || !second) return std::nullopt;
  if (!uniform) return from_moments(kind, *first, *second, value.loc, streams, diagnostics);
  DistributionResult result = make_uniform(*first, *second, streams);
  if (!result.problem.empty()) {
    diagnostics.error(value.loc, "background.no-such-distribution", std::move(result.problem));
    return std::nullopt;
  }
  return result.distribution;
}

}  // namespace

std::optional<DistributionKind> read_distribution_kind(const Value& value, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& [name, kind] : kNamedDistributions) {
    if (value.is_scalar() && value.text == name) return kind;
    names.emplace_back(name);
  }
  diagnostics.error(value.loc, "recipe.unknown-choice",
                    value.is_scalar() ? fmt::format("there is no distribution '{}'", printable(value.text, 60))
                                      : fmt::format("a distribution is a name, not {}", describe(value)),
                    suggest(value.text, names));
  return std::nullopt;
}

std::optional<RateValue> read_rate_value(const Value& value, const std::string& owner, DistributionKind default_kind,
                                         Streams& streams, Diagnostics& diagnostics) {
  RateValue result;
  result.loc = value.loc;
  if (value.is_scalar()) {
    const auto rate_hz = read_rate_hz(value, diagnostics);
    if (!rate_hz) return std::nullopt;
    result.distribution = from_moments(DistributionKind::constant, *rate_hz, 0, value.loc, streams, diagnostics);
  } else if (value.is_sequence()) {
    result.distribution = read_pair(value, owner, false, default_kind, streams, diagnostics);
  } else if (value.find("uniform") != nullptr) {
    Fields fields(value, owner, {kUniformFields}, diagnostics);
    if (const Value* pair = fields.value("uniform")) {
      result.distribution = read_pair(*pair, "'uniform'", true, DistributionKind::uniform, streams, diagnostics);
    }
  } else if (value.find("exponential") != nullptr) {
    Fields fields(value, owner, {kExponentialFields}, diagnostics);
    const double mean_hz = fields.rate_hz("exponential");
    if (fields.ok()) {
      result.distribution =
          from_moments(DistributionKind::exponential, mean_hz, mean_hz, fields.loc("exponential"), streams, diagnostics);
    }
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
    DistributionKind kind = default_kind;
    if (const Value* named = fields.value("distribution")) {
      const auto read = read_distribution_kind(*named, diagnostics);
      if (!read) return std::nullopt;
      kind = *read;
    }
    if (!fields.ok()) return std::nullopt;
    result.distribution = from_moments(kind, mean_hz, stdev_hz, value.loc, streams, diagnostics);
  } else {
    diagnostics.error(value.loc, "recipe.missing-key", fmt::format("{} has no rate", owner), std::string(kForms));
    return std::nullopt;
  }
  if (!result.distribution) return std::nullopt;
  return result;
}

}  // namespace stimgen
