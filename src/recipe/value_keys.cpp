#include "recipe/value_keys.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "stimgen/recipe.hpp"

namespace stimgen {
namespace {

using nlohmann::ordered_json;

void collect_of_type(std::string_view type, std::vector<ValueKey>& keys);

void collect(const ordered_json& schema, std::vector<ValueKey>& keys) {
  if (schema.is_array()) {
    for (const auto& item : schema) collect(item, keys);
  }
  if (!schema.is_object()) return;
  if (const auto used = schema.find("use"); used != schema.end()) {
    collect_of_type(used->get<std::string>(), keys);
  }
  if (const auto properties = schema.find("properties"); properties != schema.end()) {
    for (const auto& [name, value] : properties->items()) {
      if (std::any_of(keys.begin(), keys.end(), [&name = name](const ValueKey& key) { return key.name == name; }))
        continue;
      keys.push_back({name, value.value("description", ""), value.value("use", "")});
      collect(value, keys);
    }
  }
  for (const char* const inner : {"items", "additionalProperties"}) {
    if (const auto found = schema.find(inner); found != schema.end()) collect(*found, keys);
  }
}

// No type contains itself.
void collect_of_type(std::string_view type, std::vector<ValueKey>& keys) {
  if (const FieldType* found = find_field_type(type)) collect(ordered_json::parse(found->schema), keys);
}

}  // namespace

std::vector<ValueKey> value_keys(std::string_view type) {
  std::vector<ValueKey> keys;
  collect_of_type(type, keys);
  return keys;
}

}  // namespace stimgen
