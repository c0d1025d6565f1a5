// Going from a declared value to what is declared inside it.
#include "grammar/declared.hpp"

#include <algorithm>

namespace stimgen {

namespace {

// Whether keys that tables declare may stand anywhere inside.
bool uses_keys(std::string_view name) {
  const FieldType* type = find_field_type(name);
  if (type == nullptr) return false;
  const auto inner = [&](std::string_view part) { return !part.empty() && part != name && uses_keys(part); };
  return type->keys || inner(type->item) || inner(type->named);
}

Declared inside(std::string_view type, const Declared& outer) {
  return {type, uses_keys(type) ? outer.tables : std::vector<std::span<const FieldDoc>>(), {}};
}

void collect(const Declared& what, const std::string& way, std::vector<KeyInside>& keys) {
  const FieldType* type = what.field_type();
  if (type == nullptr || !uses_keys(what.type)) return;
  if (!type->item.empty()) collect(declared_items(what), way + ".*", keys);
  if (!type->named.empty()) collect(inside(type->named, what), way + ".*", keys);
  if (!type->keys) return;
  for (const FieldDoc& doc : what.docs()) {
    const std::string inner = way + "." + std::string(doc.name);
    keys.push_back({inner, doc, type->one_key || !type->item.empty()});
    collect(declared(doc), inner, keys);
  }
}

}  // namespace

bool has_fallback(const FieldDoc& doc) {
  if (doc.fallback.empty() || doc.fallback.front() == '<') return false;
  const std::vector<std::string> words = words_of(doc.type);
  return doc.fallback != "none" || std::find(words.begin(), words.end(), "none") != words.end();
}

std::vector<FieldDoc> Declared::docs() const {
  std::vector<FieldDoc> rows;
  for (const auto& table : tables) {
    for (FieldDoc doc : table) {
      if (!doc.name.starts_with(prefix)) continue;
      doc.name.remove_prefix(prefix.size());
      rows.push_back(doc);
    }
  }
  return rows;
}

Declared declared(const FieldDoc& doc) {
  return {doc.type, {doc.inside}, {}};
}

Declared declared_items(const Declared& list) {
  const FieldType* type = list.field_type();
  return inside(type == nullptr || type->item.empty() ? "any" : type->item, list);
}

std::optional<Declared> declared_member(const Declared& mapping, std::string_view key) {
  const FieldType* type = mapping.field_type();
  if (type != nullptr && !type->named.empty()) return inside(type->named, mapping);
  if (!mapping.type.empty() && (type == nullptr || !type->keys)) return std::nullopt;
  const std::string full = mapping.prefix + std::string(key);
  bool opens = false;
  for (const auto& table : mapping.tables) {
    for (const FieldDoc& doc : table) {
      if (doc.name == full) return declared(doc);
      opens = opens || (doc.name.size() > full.size() && doc.name.starts_with(full) && doc.name[full.size()] == '.');
    }
  }
  if (!opens) return std::nullopt;
  return Declared{{}, mapping.tables, full + "."};
}

namespace {

void collect_members(const Declared& what, const FieldDoc& of, const std::string& way,
                     std::vector<MemberInside>& members) {
  const FieldType* type = what.field_type();
  if (type == nullptr) return;
  if (type->name == "any") {
    members.push_back({way + ".**", of, what, false});
    return;
  }
  const auto add = [&](const Declared& member, bool is_item) {
    members.push_back({way + ".*", of, member, is_item});
    collect_members(member, of, way + ".*", members);
  };
  if (!type->item.empty()) add(declared_items(what), true);
  if (!type->named.empty()) add(inside(type->named, what), false);
  if (!type->keys) return;
  for (const FieldDoc& doc : what.docs()) {
    collect_members(declared(doc), doc, way + "." + std::string(doc.name), members);
  }
}

}  // namespace

std::vector<MemberInside> members_inside(const FieldDoc& doc) {
  std::vector<MemberInside> members;
  collect_members(declared(doc), doc, std::string(doc.name), members);
  return members;
}

std::vector<KeyInside> keys_inside(const FieldDoc& doc) {
  std::vector<KeyInside> keys;
  collect(declared(doc), std::string(doc.name), keys);
  return keys;
}

}  // namespace stimgen
