// Every key of the kind is taken, so that none can be forgotten: make_process() sees that there are no others.
#include "plan/process_settings.hpp"

#include <fmt/format.h>

#include "stimgen/grammar.hpp"

namespace stimgen {

std::vector<std::pair<std::string, std::string>> process_settings(const Value* value, const KindInfo& kind) {
  Value no_keys;
  no_keys.kind = Value::Kind::mapping;
  const bool has_keys = value != nullptr && value->is_mapping() && value->members.front().value.is_mapping();
  Diagnostics reported_before;
  Fields fields(has_keys ? value->members.front().value : no_keys, "a process", {kind.fields}, reported_before);
  for (const FieldDoc& doc : kind.fields) fields.value(doc.name);
  std::vector<std::pair<std::string, std::string>> settings{
      {"process", fmt::format("{} version {}", kind.name, kind.version)}};
  for (const auto& [key, said] : fields.said().keys) settings.emplace_back("process " + key, said);
  return settings;
}

}  // namespace stimgen
