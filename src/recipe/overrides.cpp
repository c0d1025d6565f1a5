// Applying --set.
#include "recipe/overrides.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/places.hpp"
#include "stimgen/grammar.hpp"

namespace stimgen {

namespace {

// How much of `path` names the next key of `mapping`: an existing key that has dots itself, or up to the first dot.
std::size_t next_key_length(const Value& mapping, std::string_view path) {
  std::size_t longest = 0;
  for (const Value::Member& member : mapping.members) {
    const std::size_t size = member.key.size();
    const bool leads = path.substr(0, size) == member.key && (path.size() == size || path[size] == '.');
    if (leads) longest = std::max(longest, size);
  }
  return longest != 0 ? longest : std::min(path.find('.'), path.size());
}

// How an entry is called whose name stands behind `parents` in a path; empty: nothing there has a name of the user's.
std::string_view entry_noun(std::string_view parents) {
  constexpr std::pair<std::string_view, std::string_view> kNouns[] = {{"backgrounds", "background"},
                                                                      {"assemblies", "assembly set"},
                                                                      {"patterns", "pattern"},
                                                                      {"combine", "combination"},
                                                                      {"networks.populations", "population"}};
  for (const auto& [section, noun] : kNouns) {
    if (parents == section) return noun;
  }
  return {};
}

// A key inside of an entry that is not there is no new entry but a mistyped name.
void report_no_entry(const Value& section, std::string_view noun, const std::string& name, const SourceLoc& loc,
                     Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const Value::Member& member : section.members) names.push_back(member.key);
  diagnostics.error(loc, "recipe.bad-setting",
                    fmt::format("the recipe has no {} '{}' in which a key could be set", noun, printable(name, 60)),
                    suggest(name, names));
}

// Puts a value where the path leads, which stands at the start of the setting; mappings on the way are made.
void put(Value& root, std::string_view path, Value value, Places& places, Diagnostics& diagnostics) {
  const SourceLoc key_loc = places.at(0, path.size());
  Value* mapping = &root;
  for (std::string_view rest = path;;) {
    const std::size_t length = next_key_length(*mapping, rest);
    const std::string key(rest.substr(0, length));
    const std::size_t begin = path.size() - rest.size();
    rest.remove_prefix(std::min(rest.size(), length + 1));
    auto member = std::find_if(mapping->members.begin(), mapping->members.end(),
                               [&](const Value::Member& other) { return other.key == key; });
    if (member == mapping->members.end()) {
      if (const auto noun = entry_noun(path.substr(0, begin == 0 ? 0 : begin - 1)); !noun.empty() && !rest.empty()) {
        return report_no_entry(*mapping, noun, key, places.at(begin, begin + length), diagnostics);
      }
      mapping->members.push_back({key, key_loc, {}});
      mapping->members.back().value.loc = key_loc;
      member = mapping->members.end() - 1;
    }
    if (rest.empty()) {
      member->key_loc = key_loc;
      member->value = std::move(value);
      return;
    }
    if (member->value.is_null()) member->value.kind = Value::Kind::mapping;
    if (!member->value.is_mapping()) {
      const std::size_t end = path.size() - rest.size() - 1;
      diagnostics
          .error(places.at(0, end), "recipe.bad-setting",
                 fmt::format("'{}' is {}, so nothing in it can be set", printable(path.substr(0, end), 60),
                             describe(member->value)),
                 fmt::format("set '{}' as a whole", printable(path.substr(0, end), 60)))
          .notes.push_back({member->value.loc, "it is written here"});
      return;
    }
    mapping = &member->value;
  }
}

}  // namespace

void apply_override(Value& root, const std::string& setting, const std::string& directory, Diagnostics& diagnostics) {
  auto source = std::make_shared<SourceFile>();
  source->path = "--set";
  source->text = setting;
  source->directory = directory;
  const std::shared_ptr<const SourceFile> file = source;
  if (!check_encoding(file, diagnostics)) return;
  Places places(file);
  constexpr const char* kHow = "write --set key.path=value, such as --set time.stop='2 s'";

  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos) {
    diagnostics.error(places.at(0, setting.size()), "recipe.bad-setting", "a setting has a key, '=' and a value", kHow);
    return;
  }
  const std::string_view path = std::string_view(setting).substr(0, equals);
  if (path.empty() || path.front() == '.' || path.back() == '.' || path.find("..") != std::string_view::npos ||
      path.find_first_of(" \t") != std::string_view::npos) {
    diagnostics.error(places.at(0, equals), "recipe.bad-setting",
                      fmt::format("'{}' is not the path of a key", printable(path, 60)), kHow);
    return;
  }
  if (const std::string_view top = path.substr(0, path.find('.')); top == "include" || top == "stimgen") {
    diagnostics.error(places.at(0, equals), "recipe.bad-setting",
                      fmt::format("'{}' cannot be set", printable(path, 60)));
    return;
  }
  std::optional<Value> value = parse_value(file, equals + 1, diagnostics);
  if (!value) return;
  if (value->is_null()) value->loc = places.at(equals);

  put(root, path, *std::move(value), places, diagnostics);
}

}  // namespace stimgen
