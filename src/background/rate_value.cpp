// Reads the forms of a rate that recipe authors use.
#include "background/rate_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/kind_names.hpp"

namespace stimgen {
namespace {

constexpr FieldDoc kListedRateFields[] = {
    {"property", "text", "", "none", "Node property that holds each node's rate in Hz.", "rate_hz"},
    {"csv", "path", "", "none", "CSV file with the columns node_id and rate (Hz).", "rates.csv"},
};

constexpr FieldDoc kValuesFields[] = {
    {"values", "listed-rates", "Hz", "", "The rate of every single node, listed elsewhere.", "{property: rate_hz}",
     kListedRateFields},
};

void add_new(std::vector<FieldDoc>& fields, std::span<const FieldDoc> more) {
  for (const FieldDoc& field : more) {
    const auto same = [&](const FieldDoc& known) { return known.name == field.name; };
    if (std::none_of(fields.begin(), fields.end(), same)) fields.push_back(field);
  }
}

// The keys of rates by their mean and stdev.
std::span<const FieldDoc> mean_fields() {
  static const std::vector<FieldDoc> fields = [] {
    std::vector<FieldDoc> all;
    for (const DistributionKind* kind : distribution_kinds()) {
      if (kind->read == nullptr) add_new(all, kind->info.fields);
    }
    all.push_back({"distribution",
                   distribution_type(),
                   "",
                   "none",
                   "Shape of the distribution; the background's `distribution` if absent.",
                   "normal",
                   {},
                   "mean"});
    return all;
  }();
  return fields;
}

// All forms of a rate, for whoever wrote none.
std::string forms_text() {
  std::string text = "write a rate (3 Hz), [mean, stdev], {mean: …, stdev: …, distribution: …}";
  for (const DistributionKind* kind : distribution_kinds()) {
    if (kind->read != nullptr) text += fmt::format(", {{{}: {}}}", kind->info.name, kind->info.fields[0].example);
  }
  return text + " or {values: {property: …}}";
}

// A mapping whose first key belongs to no form: one error that names all forms. False if a key is one of some form.
bool report_no_form(const Value& value, const std::string& owner, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const FieldDoc& field : rate_fields()) names.emplace_back(field.name);
  for (const Value::Member& member : value.members) {
    if (std::find(names.begin(), names.end(), member.key) != names.end()) return false;
  }
  if (value.members.empty()) return false;
  const Value::Member& first = value.members.front();
  const std::string nearest = nearest_name(first.key, names);
  diagnostics.error(first.key_loc, "recipe.unknown-key",
                    fmt::format("{} has no key '{}'", owner, printable(first.key, 60)),
                    nearest.empty() ? forms_text() : fmt::format("did you mean '{}'?", nearest));
  return true;
}

// {mean: 20 Hz} alone: what it may be meant for. True if it was reported.
bool report_mean_alone(const Value& value, const std::string& owner, Diagnostics& diagnostics) {
  const Value* mean = value.find("mean");
  if (mean == nullptr || !mean->is_scalar() || value.find("stdev") != nullptr) return false;
  const Value* named = value.find("distribution");
  if (value.members.size() != (named == nullptr ? 1U : 2U)) return false;
  Diagnostics ignored;
  const auto mean_hz = read_rate_hz(*mean, ignored);
  if (!mean_hz) return false;
  const std::string rate = format_rate(*mean_hz);
  std::string help = fmt::format("for the same rate of every node write {}, else add its stdev", rate);
  for (const DistributionKind* kind : distribution_kinds()) {
    // Of those that a mean alone says all of.
    const bool by_mean = kind->read != nullptr && kind->info.fields.size() == 1 && kind->info.fields[0].type == "rate";
    if (by_mean && named != nullptr && named->is_scalar() && named->text == kind->info.name) {
      help = fmt::format("write {{{}: {}}}", kind->info.name, rate);
    }
  }
  diagnostics.error(mean->loc, "recipe.missing-key", fmt::format("{} has a mean and no 'stdev'", owner), help);
  return true;
}

std::optional<RateDistribution> from_moments(const DistributionKind& kind, double mean_hz, double stdev_hz,
                                             const SourceLoc& loc, Streams& streams, Diagnostics& diagnostics) {
  DistributionResult result = make_distribution(kind, mean_hz, stdev_hz, streams);
  if (!result.problem.empty()) {
    diagnostics.error(loc, "background.no-such-distribution", std::move(result.problem));
    return std::nullopt;
  }
  return result.distribution;
}

std::optional<RateDistribution> from_moments(DefaultKind& kind, double mean_hz, double stdev_hz, const SourceLoc& loc,
                                             Streams& streams, Diagnostics& diagnostics) {
  auto distribution = from_moments(*kind.kind, mean_hz, stdev_hz, loc, streams, diagnostics);
  if (distribution && !distribution->is_constant()) kind.is_used = true;
  return distribution;
}

std::optional<RateDistribution> read_pair(const Value& value, const std::string& owner, DefaultKind& kind,
                                          Streams& streams, Diagnostics& diagnostics) {
  if (value.items.size() != 2) {
    diagnostics.error(
        value.loc, "background.pair", fmt::format("{} is {}, but two rates were expected", owner, describe(value)),
        value.items.size() > 2 ? "write [mean, stdev]; a comma parts them, the decimal point is a dot: 1.5"
                               : "write [mean, stdev]");
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

std::string_view distribution_type() {
  static const std::string type = kind_choice(distribution_kinds());
  return type;
}

std::span<const FieldDoc> rate_fields() {
  static const std::vector<FieldDoc> fields = [] {
    std::vector<FieldDoc> all(mean_fields().begin(), mean_fields().end());
    for (const DistributionKind* kind : distribution_kinds()) {
      if (kind->read != nullptr) add_new(all, kind->info.fields);
    }
    add_new(all, kValuesFields);
    return all;
  }();
  return fields;
}

const DistributionKind* read_distribution_kind(const Value& value, Diagnostics& diagnostics) {
  for (const DistributionKind* kind : distribution_kinds()) {
    if (value.is_scalar() && value.text == kind->info.name) return kind;
  }
  diagnostics.error(value.loc, "recipe.unknown-choice",
                    value.is_scalar() ? fmt::format("there is no distribution '{}'", printable(value.text, 60))
                                      : fmt::format("a distribution is a name, not {}", describe(value)),
                    suggest(value.text, kind_names(distribution_kinds())));
  return nullptr;
}

std::optional<RateValue> read_rate_value(const Value& value, const std::string& owner, DefaultKind& default_kind,
                                         Streams& streams, Diagnostics& diagnostics) {
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
  } else if (value.is_mapping() &&
             (report_no_form(value, owner, diagnostics) || report_mean_alone(value, owner, diagnostics))) {
    return std::nullopt;
  } else if (value.is_mapping()) {
    Fields fields(value, owner, {mean_fields()}, diagnostics);
    const double mean_hz = fields.rate_hz("mean");
    const double stdev_hz = fields.rate_hz("stdev");
    const Value* named = fields.value("distribution");
    const DistributionKind* named_kind = named == nullptr ? nullptr : read_distribution_kind(*named, diagnostics);
    if (!fields.ok()) return std::nullopt;
    result.distribution = named_kind != nullptr
                              ? from_moments(*named_kind, mean_hz, stdev_hz, value.loc, streams, diagnostics)
                              : from_moments(default_kind, mean_hz, stdev_hz, value.loc, streams, diagnostics);
  } else {
    diagnostics.error(value.loc, "recipe.missing-key", fmt::format("{} has no rate", owner), forms_text());
    return std::nullopt;
  }
  if (!result.distribution) return std::nullopt;
  return result;
}

}  // namespace stimgen
