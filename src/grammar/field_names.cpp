// Taking dotted field names apart.
#include "grammar/field_names.hpp"

#include <algorithm>

namespace stimgen {

std::string_view last_component(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

std::string nested_spelling(std::string_view name, std::string_view value) {
  std::string result;
  std::string closing;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    result.append(name.substr(0, dot)).append(": {");
    closing += "}";
    name.remove_prefix(dot + 1);
  }
  return result.append(name).append(": ").append(value).append(closing);
}

std::vector<std::string> keys_under(const std::vector<FieldDoc>& docs, std::string_view prefix) {
  std::vector<std::string> keys;
  for (const FieldDoc& doc : docs) {
    if (doc.name.substr(0, prefix.size()) != prefix) continue;
    std::string key(doc.name.substr(prefix.size()));
    key.resize(std::min(key.find('.'), key.size()));
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace stimgen
