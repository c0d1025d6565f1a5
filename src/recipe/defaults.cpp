// Section defaults: merged under every entry, as far as the entry's kind knows the keys.
#include <algorithm>

#include <fmt/format.h>

#include "recipe/scalars.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {

namespace {

using Tables = std::vector<std::span<const FieldDoc>>;

enum class Declared { no, leaf, nested };

Declared declared_in(const Tables& tables, std::string_view name) {
  Declared result = Declared::no;
  for (const auto& table : tables) {
    for (const FieldDoc& doc : table) {
      if (doc.name == name) return Declared::leaf;
      if (doc.name.size() > name.size() && doc.name.substr(0, name.size()) == name && doc.name[name.size()] == '.') {
        result = Declared::nested;
      }
    }
  }
  return result;
}

// The part of `defaults` that the tables declare.
Value declared_part(const Value& defaults, const std::string& prefix, const Tables& tables) {
  if (!defaults.is_mapping()) return defaults;
  Value result;
  result.kind = Value::Kind::mapping;
  result.loc = defaults.loc;
  for (const Value::Member& member : defaults.members) {
    const std::string name = prefix + member.key;
    const Declared declared = declared_in(tables, name);
    if (declared == Declared::leaf) result.members.push_back(member);
    if (declared != Declared::nested) continue;
    Value nested = declared_part(member.value, name + ".", tables);
    if (!nested.is_mapping() || !nested.members.empty()) {
      result.members.push_back({member.key, member.key_loc, std::move(nested)});
    }
  }
  return result;
}

// Keys that `value` does not have are added; mappings on both sides are merged in turn, unless the tables declare the
// key as one value: "where" of an entry replaces the default "where" whole.
void merge_under(Value& value, const Value& defaults, const std::string& prefix, const Tables& tables) {
  for (const Value::Member& member : defaults.members) {
    const std::string name = prefix + member.key;
    const auto own = std::find_if(value.members.begin(), value.members.end(),
                                  [&](const Value::Member& other) { return other.key == member.key; });
    if (own == value.members.end()) {
      value.members.push_back(member);
    } else if (own->value.is_mapping() && member.value.is_mapping() && declared_in(tables, name) == Declared::nested) {
      merge_under(own->value, member.value, name + ".", tables);
    }
  }
}

// A value that no entry may ever take is looked at all the same, as far as its type alone says what is wrong: in the
// words in which an entry would report it.
void check_value(std::string_view name, const Value& value, const Tables& tables, Diagnostics& diagnostics) {
  std::string_view type;
  for (const auto& table : tables) {
    for (const FieldDoc& doc : table) {
      if (doc.name == name && type.empty()) type = doc.type;
    }
  }
  if (type == "rate") read_rate_hz(value, name, diagnostics);
  if (type == "time") read_time_ms(value, name, diagnostics);
  if (type == "number") read_number(value, name, diagnostics);
  if (type == "integer") read_integer(value, name, diagnostics);
  if (type == "unsigned") read_unsigned(value, name, diagnostics);
  if (type == "count") read_count(value, name, diagnostics);
  if (type == "fraction") read_fraction(value, name, diagnostics);
  if (type == "boolean") read_boolean(value, name, diagnostics);
  if (type == "text") read_text(value, name, diagnostics);
  if (type == "name") read_name(value, name, diagnostics);
}

void check_declared(const Value& defaults, const std::string& prefix, std::string_view section, const Tables& tables,
                    Diagnostics& diagnostics) {
  for (const Value::Member& member : defaults.members) {
    const std::string name = prefix + member.key;
    const Declared declared = declared_in(tables, name);
    if (declared != Declared::no && member.value.is_null()) {
      diagnostics.error(member.key_loc, "recipe.no-value", fmt::format("'{}' has no value", name),
                        "write a value, or remove the key");
    } else if (declared == Declared::leaf) {
      check_value(name, member.value, tables, diagnostics);
    } else if (declared == Declared::nested && member.value.is_mapping()) {
      check_declared(member.value, name + ".", section, tables, diagnostics);
    } else if (declared == Declared::nested) {
      diagnostics.error(member.value.loc, "recipe.wrong-type",
                        fmt::format("the default '{}' is a mapping of keys, not {}", name, describe(member.value)));
    }
    if (declared != Declared::no) continue;
    std::vector<std::string> keys;
    for (const auto& table : tables) {
      for (const FieldDoc& doc : table) {
        if (doc.name.substr(0, prefix.size()) != prefix) continue;
        std::string key(doc.name.substr(prefix.size()));
        key = key.substr(0, key.find('.'));
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
      }
    }
    const std::string nearest = nearest_name(member.key, keys);
    diagnostics.error(member.key_loc, "recipe.unknown-key",
                      fmt::format("no entry of '{}' can take the default '{}'", section, printable(name, 60)),
                      nearest.empty() ? fmt::format("keys that entries have: {}", fmt::join(keys, ", "))
                                      : fmt::format("did you mean '{}'?", nearest));
  }
}

}  // namespace

Value with_defaults(const Entry& entry, const Value& defaults,
                    std::initializer_list<std::span<const FieldDoc>> tables) {
  const Tables all(tables);
  Value result = entry.body;
  if (result.is_null()) {
    result.kind = Value::Kind::mapping;
    result.loc = entry.loc;
  }
  if (!result.is_mapping() || !defaults.is_mapping()) return result;
  merge_under(result, declared_part(defaults, "", all), "", all);
  return result;
}

void check_defaults(const Value& defaults, std::string_view section,
                    const std::vector<std::span<const FieldDoc>>& tables, Diagnostics& diagnostics) {
  if (defaults.is_mapping()) check_declared(defaults, "", section, tables, diagnostics);
}

}  // namespace stimgen
