// The canonical form of what a recipe says.
#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "grammar/literal_text.hpp"
#include "grammar/said.hpp"

namespace stimgen {

namespace {

void say_words(const Value& value, const Declared& what, const std::string& key, Said& said);

constexpr std::size_t kLongestText = 200;
const Declared kUndeclared{"any", {}, {}};  // a mistake that its reader reports

std::string cut(std::string text) {
  if (text.size() <= kLongestText) return text;
  return fmt::format("{} characters, blake3 {}", text.size(), to_hex(blake3(text)));
}

std::string scalar_text(const Value& value, const Declared& what, const std::string& key, Said& said) {
  const ScalarType* scalar = find_scalar_type(what.type);
  Diagnostics ignored;
  const auto text = scalar == nullptr ? std::nullopt : scalar->canonical(value, {}, ignored);
  if (!text) return canonical_literal(value);  // it is wrong, which its reader reports
  if (scalar->written == ScalarType::Written::as_path) {
    std::filesystem::path path = value.text;
    if (path.is_relative() && value.loc.file) path = value.loc.file->directory / path;
    said.files.push_back({path.lexically_normal(), value.loc});
    said.by_content.push_back(key);
  }
  return scalar->written == ScalarType::Written::as_literal ? *text : canonical_text(*text);
}

void say_list(const Value& value, const Declared& what, const std::string& key, Said& said) {
  const Declared items = declared_items(what);
  const FieldType* type = what.field_type();
  if (type != nullptr && type->keys && type->most > 0 &&
      value.items.size() == type->most) {  // [5, 6] is {mean: 5, stdev: 6}
    const std::vector<FieldDoc> docs = what.docs();
    for (std::size_t i = 0; i < value.items.size() && i < docs.size(); ++i) {
      say(value.items[i], items, fmt::format("{}.{}", key, docs[i].name), said);
    }
    return;
  }
  const auto is_plain = [](const Value& item) { return item.is_scalar() || item.is_null(); };
  if (!std::all_of(value.items.begin(), value.items.end(), is_plain)) {
    for (std::size_t i = 0; i < value.items.size(); ++i) say(value.items[i], items, fmt::format("{}.{}", key, i), said);
    return;
  }
  std::vector<std::string> texts;
  for (const Value& item : value.items) texts.push_back(item.is_null() ? "{}" : scalar_text(item, items, key, said));
  said.keys.emplace_back(key, cut(fmt::format("[{}]", fmt::join(texts, ", "))));
}

}  // namespace

void say(const Value& value, const Declared& what, const std::string& key, Said& said) {
  if (what.type == "where") {
    const std::size_t before = said.keys.size();
    say_words(value, what, key, said);
    for (std::size_t i = before; i < said.keys.size(); ++i) said.by_content.push_back(said.keys[i].first);
    return;
  }
  say_words(value, what, key, said);
}

namespace {

void say_words(const Value& value, const Declared& what, const std::string& key, Said& said) {
  const FieldType* type = what.field_type();
  switch (value.kind) {
    case Value::Kind::null:
      return;
    case Value::Kind::scalar: {
      const bool one_of_list = type != nullptr && !type->item.empty() && !type->keys;
      const std::string text = scalar_text(value, what, key, said);
      said.keys.emplace_back(key, cut(one_of_list ? fmt::format("[{}]", text) : text));
      return;
    }
    case Value::Kind::sequence:
      say_list(value, what, key, said);
      return;
    case Value::Kind::mapping:
      // A point process by name or as {name: {keys}}: its keys are said by what reads them.
      if (what.type == "process" && value.members.size() == 1) {
        said.keys.emplace_back(key, canonical_text(value.members.front().key));
        return;
      }
      for (const Value::Member& member : value.members) {
        const Declared inside = declared_member(what, member.key).value_or(kUndeclared);
        const std::string part = canonical_name(member.key);
        say(member.value, inside, key.empty() ? part : fmt::format("{}.{}", key, part), said);
      }
      return;
  }
}

}  // namespace

void sort_said(Said& said) {
  std::sort(said.by_content.begin(), said.by_content.end());
  std::sort(said.keys.begin(), said.keys.end());
  said.keys.erase(std::unique(said.keys.begin(), said.keys.end()), said.keys.end());
  const auto before = [](const NamedFile& a, const NamedFile& b) { return a.path < b.path; };
  const auto same = [](const NamedFile& a, const NamedFile& b) { return a.path == b.path; };
  std::stable_sort(said.files.begin(), said.files.end(), before);
  said.files.erase(std::unique(said.files.begin(), said.files.end(), same), said.files.end());
}

void Said::add(std::string_view key, const Said& inner) {
  for (const auto& [name, text] : inner.keys) keys.emplace_back(fmt::format("{}.{}", key, name), text);
  for (const std::string& name : inner.by_content) by_content.push_back(fmt::format("{}.{}", key, name));
  files.insert(files.end(), inner.files.begin(), inner.files.end());
  sort_said(*this);
}

}  // namespace stimgen
