// Section defaults: merged under every entry, as far as the entry's kind knows the keys.
#include <algorithm>

#include <fmt/format.h>

#include "grammar/declared.hpp"
#include "grammar/field_names.hpp"

namespace stimgen {

namespace {

// A mapping of keys that the tables spell with a dot; any other declared key holds one value.
bool is_nested(const Declared& what) {
  return what.type.empty();
}

// The part of `defaults` that the tables declare.
Value declared_part(const Value& defaults, const Declared& what) {
  if (!defaults.is_mapping()) return defaults;
  Value result;
  result.kind = Value::Kind::mapping;
  result.loc = defaults.loc;
  for (const Value::Member& member : defaults.members) {
    const auto inside = declared_member(what, member.key);
    if (!inside) continue;
    Value part = is_nested(*inside) ? declared_part(member.value, *inside) : member.value;
    if (is_nested(*inside) && part.is_mapping() && part.members.empty()) continue;
    result.members.push_back({member.key, member.key_loc, std::move(part)});
  }
  return result;
}

// Keys that `value` does not have are added; mappings on both sides are merged in turn, unless the tables declare the
// key as one value: "where" of an entry replaces the default "where" whole.
void merge_under(Value& value, const Value& defaults, const Declared& what) {
  for (const Value::Member& member : defaults.members) {
    const auto own = std::find_if(value.members.begin(), value.members.end(),
                                  [&](const Value::Member& other) { return other.key == member.key; });
    const auto inside = declared_member(what, member.key);
    if (own == value.members.end()) {
      value.members.push_back(member);
    } else if (own->value.is_mapping() && member.value.is_mapping() && inside && is_nested(*inside)) {
      merge_under(own->value, member.value, *inside);
    }
  }
}

// A default that no entry may ever take is looked at all the same, as far as the tables alone say what is wrong. Where
// an entry took it and reported the place, in words of its own, there is nothing to add.
class DefaultsCheck {
 public:
  DefaultsCheck(std::string_view section, Diagnostics& diagnostics) : section_(section), diagnostics_(diagnostics) {}

  void check_keys(const Value& mapping, const Declared& what, const std::string& prefix) {
    for (const Value::Member& member : mapping.members) {
      const std::string name = prefix + member.key;
      const auto inside = declared_member(what, member.key);
      if (!inside) {
        report_unknown(member, what, name);
      } else if (member.value.is_null()) {
        report(member.key_loc, "recipe.no-value", fmt::format("'{}' has no value", name),
               "write a value, or remove the key");
      } else if (is_nested(*inside) && !member.value.is_mapping()) {
        report(member.value.loc, "recipe.wrong-type",
               fmt::format("the default '{}' is a mapping of keys, not {}", name, describe(member.value)));
      } else {
        check_value(member.value, *inside, name);
      }
    }
  }

 private:
  void check_value(const Value& value, const Declared& what, const std::string& name) {
    const FieldType* type = what.field_type();
    if (value.is_mapping() && (is_nested(what) || (type != nullptr && (type->keys || !type->named.empty())))) {
      check_keys(value, what, name + ".");
    } else if (value.is_sequence() && type != nullptr && !type->item.empty()) {
      for (const Value& item : value.items) {
        if (!item.is_null()) check_value(item, declared_items(what), name);
      }
    } else if (const ScalarType* scalar = find_scalar_type(what.type)) {
      if (!is_reported(value.loc)) scalar->canonical(value, name, diagnostics_);
    }
  }

  void report_unknown(const Value::Member& member, const Declared& what, const std::string& name) {
    const std::vector<std::string> keys = keys_under(what.docs(), "");
    const std::string nearest = nearest_name(member.key, keys);
    report(member.key_loc, "recipe.unknown-key",
           fmt::format("no entry of '{}' can take the default '{}'", section_, printable(name, 60)),
           nearest.empty() ? fmt::format("keys that entries have: {}", fmt::join(keys, ", "))
                           : fmt::format("did you mean '{}'?", nearest));
  }

  void report(const SourceLoc& loc, ErrorCode code, const std::string& message, const std::string& help = {}) {
    if (!is_reported(loc)) diagnostics_.error(loc, code, message, help);
  }

  bool is_reported(const SourceLoc& loc) const {
    const auto is_here = [&](const Diagnostic& each) {
      return each.severity == Severity::error && each.loc.file == loc.file && each.loc.line == loc.line &&
             each.loc.column == loc.column;
    };
    return std::any_of(diagnostics_.items().begin(), diagnostics_.items().end(), is_here);
  }

  std::string_view section_;
  Diagnostics& diagnostics_;
};

}  // namespace

Value with_defaults(const Entry& entry, const Value& defaults,
                    std::initializer_list<std::span<const FieldDoc>> tables) {
  const Declared all{{}, tables, {}};
  Value result = entry.body;
  if (result.is_null()) {
    result.kind = Value::Kind::mapping;
    result.loc = entry.loc;
  }
  if (!result.is_mapping() || !defaults.is_mapping()) return result;
  merge_under(result, declared_part(defaults, all), all);
  return result;
}

void check_defaults(const Value& defaults, std::string_view section,
                    const std::vector<std::span<const FieldDoc>>& tables, Diagnostics& diagnostics) {
  if (defaults.is_mapping()) DefaultsCheck(section, diagnostics).check_keys(defaults, {{}, tables, {}}, "");
}

}  // namespace stimgen
