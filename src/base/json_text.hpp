// JSON as text that can be shown: no name in it drives a terminal or reorders what stands around it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace stimgen {

// Bytes that are not UTF-8, which JSON cannot hold, become \xNN as in messages; all else stays.
std::string as_utf8(std::string_view text);

// In the text of a JSON document the characters of is_unsafe_to_print() become \uNNNN, which means the same.
std::string escape_json_text(std::string json);

// as_utf8() of all texts and keys of a nlohmann document.
template <typename Json>
void make_utf8(Json& json) {
  if (json.is_string()) {
    auto& text = json.template get_ref<std::string&>();
    text = as_utf8(text);
  } else if (json.is_array()) {
    for (Json& item : json) make_utf8(item);
  } else if (json.is_object()) {
    Json object = Json::object();
    for (auto& [key, value] : json.items()) {
      make_utf8(value);
      object[as_utf8(key)] = std::move(value);
    }
    json = std::move(object);
  }
}

// `indent`: -1 for one line.
template <typename Json>
std::string json_text(Json json, int indent = -1) {
  make_utf8(json);
  return escape_json_text(json.dump(indent));
}

}  // namespace stimgen
