// JSON whose every key stands once, with the place in its text where something stands.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace stimgen {

// Keys sorted.
using SortedJson = nlohmann::json;

// What is wrong with a text, and at which byte.
struct JsonProblem {
  std::size_t offset = 0;
  std::string twice;  // the key that stands there for the second time; empty: it is no JSON
};

// Which members of objects are kept, by depth (1: of the outermost object) and key. Null: all.
using KeepMember = std::function<bool(std::size_t, std::string_view)>;

// The values of members that are not kept are read without being built. Throws JsonProblem.
SortedJson parse_located_json(const std::string& text, const KeepMember& keep = nullptr);

// The byte at which the key stands that these keys lead to, or the last of them that is there.
std::size_t find_in_json(const std::string& text, const std::vector<std::string>& keys);

struct LineAndColumn {
  std::size_t line = 1, column = 1;
};
LineAndColumn line_and_column(std::string_view text, std::size_t offset);

}  // namespace stimgen
