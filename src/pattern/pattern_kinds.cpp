// The table of patterns, and the reader of one entry of `patterns`.
#include "pattern/common.hpp"

#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/kind_names.hpp"

namespace stimgen {

// Each in a file of its own, which declares it, too.
extern const PatternKind kLongPattern, kShortPattern, kRampPattern, kJoinPattern, kFadePattern, kLoopPattern;

namespace {

constexpr const PatternKind* kKinds[] = {
    &kLongPattern, &kShortPattern, &kRampPattern, &kJoinPattern, &kFadePattern, &kLoopPattern,
};

// The keys behind `type`.
constexpr FieldDoc kOtherFields[] = {
    {"assemblies", "name", "", "", "The assembly set whose groups are driven.", "thalamus_groups"},
    {"start", "time", "s", "<time.start>", "When the first cycle begins.", "1 s"},
    {"stop", "time", "s", "<time.stop>", "When the input ends.", "15 s"},
    {"off_time", "time", "s", "0 s", "How long the pause is between two on-times.", "0.5 s"},
    {"cycles", "count", "", "<as many as fit>", "How many cycles there are, if fewer than fit.", "9"},
    {"select", "selected-groups", "", "<all groups, in order>",
     "Which groups take part, by number from 0 or by label, in the order in which they take turns.", "[2, 0]"},
    {"rates.off", "rate", "Hz", "0 Hz", "The rate during an on-time of groups that are not driven in it.", "2 Hz"},
    {"rates.silent", "rate", "Hz", "0 Hz", "The rate in off-times, before 'start' and after the last cycle.", "1 Hz"},
    {"process", "process", "", "poisson", "How spike times are made from the rate.", "poisson"},
    {"stream", "name", "", "<the pattern's name>",
     "The name of the random stream: two tasks with the same stream, node and rate get the same spikes.", "frozen"},
};

std::vector<std::string> type_names() {
  return kind_names(kKinds);
}

// The kind that an entry or its section's defaults name; nullptr after an error.
const PatternKind* find_kind(const Entry& entry, const Value& section_defaults, Diagnostics& diagnostics) {
  const Value* type = entry.body.find("type");
  if (type == nullptr || type->is_null()) type = section_defaults.find("type");
  if (type == nullptr || type->is_null()) {
    diagnostics.error(entry.loc, "recipe.missing-key", fmt::format("pattern '{}' has no 'type'", printable(entry.name)),
                      fmt::format("the types are {}", fmt::join(type_names(), ", ")));
    return nullptr;
  }
  if (!type->is_scalar()) {
    diagnostics.error(type->loc, "recipe.wrong-type",
                      fmt::format("'type' must be the name of a pattern, not {}", describe(*type)),
                      fmt::format("the types are {}", fmt::join(type_names(), ", ")));
    return nullptr;
  }
  for (const PatternKind* kind : kKinds) {
    if (kind->info.name == type->text) return kind;
  }
  diagnostics.error(type->loc, "recipe.unknown-choice",
                    fmt::format("there is no pattern type '{}'", printable(type->text)),
                    suggest(type->text, type_names()));
  return nullptr;
}

}  // namespace

std::span<const PatternKind* const> pattern_kinds() {
  return kKinds;
}

std::span<const FieldDoc> pattern_common_fields() {
  static const std::string types = kind_choice(kKinds);
  static const std::string meaning = [] {
    std::vector<std::string> names = type_names();
    const std::string last = std::move(names.back());
    names.pop_back();
    return fmt::format("Which pattern: {} or {}.", fmt::join(names, ", "), last);
  }();
  static const std::vector<FieldDoc> fields = [] {
    std::vector<FieldDoc> all{{"type", types, "", "", meaning, "long"}};
    all.insert(all.end(), std::begin(kOtherFields), std::end(kOtherFields));
    return all;
  }();
  return fields;
}

std::unique_ptr<PatternDefinition> read_pattern(const Entry& entry, const Value& defaults, const PatternDefaults& times,
                                                Diagnostics& diagnostics) {
  if (!entry.body.is_mapping() && !entry.body.is_null()) {
    diagnostics.error(
        entry.body.loc, "recipe.wrong-type",
        fmt::format("pattern '{}' must be a mapping of keys, not {}", printable(entry.name), describe(entry.body)));
    return nullptr;
  }
  auto definition = std::make_unique<PatternDefinition>();
  definition->name = entry.name;
  definition->loc = entry.loc;
  definition->kind = find_kind(entry, defaults, diagnostics);
  if (definition->kind == nullptr) return nullptr;
  const KindInfo& info = definition->kind->info;
  definition->body = with_defaults(entry, defaults, {pattern_common_fields(), info.fields});
  Fields fields(definition->body, fmt::format("'{}' pattern", info.name), {pattern_common_fields(), info.fields},
                diagnostics);
  fields.value("type");
  definition->assemblies = fields.name("assemblies");
  definition->assemblies_loc = fields.loc("assemblies");
  const bool has_stream = fields.has("stream");
  const std::string stream = fields.name("stream");
  definition->stream = has_stream ? stream : entry.name;
  definition->process = fields.value("process");
  definition->pattern = definition->kind->make(fields, times);
  if (!fields.ok()) return nullptr;
  definition->said = fields.said();
  if (const auto unread = fields.unread(); !unread.empty()) {
    throw std::logic_error(fmt::format("pattern '{}' declares '{}' and does not read it", info.name, unread.front()));
  }
  return definition;
}

}  // namespace stimgen
