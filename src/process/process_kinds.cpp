// The table of point processes, and how an entry's `process` value names one.
#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <string>

#include "process/poisson.hpp"
#include "stimgen/process.hpp"

namespace stimgen {
namespace {

constexpr std::array<const ProcessKind*, 1> kKinds = {&kPoissonKind};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const ProcessKind* kind : kKinds) names.emplace_back(kind->info.name);
  return names;
}

const ProcessKind* find_kind(std::string_view name, const SourceLoc& loc, Diagnostics& diagnostics) {
  for (const ProcessKind* kind : kKinds) {
    if (kind->info.name == name) return kind;
  }
  diagnostics.error(loc, "recipe.unknown-choice", fmt::format("there is no point process '{}'", printable(name)),
                    suggest(name, kind_names()));
  return nullptr;
}

}  // namespace

std::span<const ProcessKind* const> process_kinds() {
  return kKinds;
}

std::unique_ptr<const PointProcess> make_process(const Value* value, Streams& streams, Diagnostics& diagnostics,
                                                 const ProcessKind** kind_out) {
  const ProcessKind* kind = nullptr;
  Value settings;  // an empty mapping, where the user wrote none
  settings.kind = Value::Kind::mapping;
  const Value* body = &settings;
  if (value == nullptr || value->is_null()) {
    kind = kKinds.front();
  } else if (value->is_scalar()) {
    settings.loc = value->loc;
    kind = find_kind(value->text, value->loc, diagnostics);
  } else if (value->is_mapping() && value->members.size() == 1) {
    const Value::Member& member = value->members.front();
    settings.loc = member.key_loc;
    kind = find_kind(member.key, member.key_loc, diagnostics);
    if (!member.value.is_null()) body = &member.value;
  } else {
    diagnostics.error(
        value->loc, "recipe.wrong-type",
        value->is_mapping()
            ? fmt::format("a point process is one name with its keys, not {} names", value->members.size())
            : "a point process is a name or one name with its keys, not " + describe(*value),
        "write process: poisson");
  }
  if (kind_out != nullptr) *kind_out = kind;
  if (kind == nullptr) return nullptr;
  Fields fields(*body, fmt::format("'{}' process", kind->info.name), {kind->info.fields}, diagnostics);
  auto process = kind->make(fields, streams);
  if (!fields.ok()) return nullptr;
  if (const auto unread = fields.unread(); !unread.empty()) {
    throw std::logic_error(
        fmt::format("process '{}' declares '{}' and does not read it", kind->info.name, unread.front()));
  }
  return process;
}

}  // namespace stimgen
