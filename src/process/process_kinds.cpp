// The table of point processes, and how an entry's `process` value names one.
#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/kind_names.hpp"
#include "process/poisson.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

extern const ProcessKind kGammaKind, kLognormalKind, kInverseGaussianKind, kRegularKind, kRefractoryKind,
    kCorrelatedKind;

namespace {

constexpr std::array<const ProcessKind*, 7> kKinds = {&kPoissonKind,         &kGammaKind,   &kLognormalKind,
                                                      &kInverseGaussianKind, &kRegularKind, &kRefractoryKind,
                                                      &kCorrelatedKind};

const ProcessKind* find_kind(std::string_view name, std::span<const ProcessKind* const> kinds, const SourceLoc& loc,
                             Diagnostics& diagnostics) {
  for (const ProcessKind* kind : kinds) {
    if (kind->info.name == name) return kind;
  }
  diagnostics.error(loc, "recipe.unknown-choice", fmt::format("there is no point process '{}'", printable(name)),
                    suggest(name, kind_names(kinds)));
  return nullptr;
}

}  // namespace

std::span<const ProcessKind* const> process_kinds() {
  return kKinds;
}

ChosenProcess make_process(const Value* value, Streams& streams, Diagnostics& diagnostics,
                           std::span<const ProcessKind* const> kinds) {
  ChosenProcess chosen;
  Value settings;  // an empty mapping, where the user wrote none
  settings.kind = Value::Kind::mapping;
  const Value* body = &settings;
  if (value == nullptr || value->is_null()) {
    chosen.kind = kinds.front();
  } else if (value->is_scalar()) {
    settings.loc = value->loc;
    chosen.kind = find_kind(value->text, kinds, value->loc, diagnostics);
  } else if (value->is_mapping() && value->members.size() == 1) {
    const Value::Member& member = value->members.front();
    settings.loc = member.key_loc;
    chosen.kind = find_kind(member.key, kinds, member.key_loc, diagnostics);
    if (!member.value.is_null()) body = &member.value;
  } else {
    diagnostics.error(
        value->loc, "recipe.wrong-type",
        value->is_mapping()
            ? fmt::format("a point process is one name with its keys, not {} names", value->members.size())
            : "a point process is a name or one name with its keys, not " + describe(*value),
        "write process: poisson");
  }
  if (chosen.kind == nullptr) return chosen;
  const KindInfo& info = chosen.kind->info;
  Fields fields(*body, fmt::format("'{}' process", info.name), {info.fields}, diagnostics);
  auto process = chosen.kind->make(fields, streams);
  if (!fields.ok()) return chosen;
  if (const auto unread = fields.unread(); !unread.empty()) {
    throw std::logic_error(fmt::format("process '{}' declares '{}' and does not read it", info.name, unread.front()));
  }
  chosen.process = std::move(process);
  chosen.said = fields.said();
  return chosen;
}

}  // namespace stimgen
