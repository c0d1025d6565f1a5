// Every key of the kind is taken, so that none can be forgotten: make_process() sees that there are no others.
#include "plan/process_settings.hpp"

#include <fmt/format.h>

#include "plan/keys.hpp"

namespace stimgen {

std::vector<std::pair<std::string, std::string>> process_settings(const Value* value, const KindInfo& kind) {
  static const Value kNoKeys;
  const bool has_keys = value != nullptr && value->is_mapping() && value->members.front().value.is_mapping();
  std::vector<std::pair<std::string, std::string>> settings{
      {"process", fmt::format("{} version {}", kind.name, kind.version)}};
  for (const auto& [key, said] : canonical_keys(has_keys ? value->members.front().value : kNoKeys, {kind.fields})) {
    settings.emplace_back("process " + key, said);
  }
  return settings;
}

}  // namespace stimgen
