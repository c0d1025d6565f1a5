// Finding and describing keys.
#include "stimgen/language.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "grammar/field_names.hpp"
#include "grammar/key_index.hpp"

namespace stimgen {

namespace {

bool same_doc(const FieldDoc& a, const FieldDoc& b) {
  return a.name == b.name && a.type == b.type && a.unit == b.unit && a.fallback == b.fallback &&
         a.meaning == b.meaning && a.example == b.example;
}

std::string type_text(std::string_view name) {
  if (const auto words = choice_words(name); !words.empty()) return fmt::format("{}", fmt::join(words, ", "));
  const FieldType* type = find_field_type(name);
  if (type == nullptr) return std::string(name);
  // "a rate in Hz: a number with …" says more than either, unless they say the same.
  if (type->noun == type->description || type->description.substr(0, type->noun.size()) == type->noun) {
    return std::string(type->description);
  }
  return fmt::format("{}: {}", type->noun, type->description);
}

std::string default_text(const FieldDoc& doc) {
  if (doc.fallback.empty()) return "none, the key is required";
  if (doc.fallback == "none") return "none";
  if (doc.fallback.front() == '<') return std::string(doc.fallback.substr(1, doc.fallback.size() - 2));
  return std::string(doc.fallback);
}

std::string table_text(const FieldDoc& doc, bool one_of_forms, const std::string& example) {
  std::string text = fmt::format("  type     {}\n", type_text(doc.type));
  if (!doc.unit.empty()) text += fmt::format("  unit     {}\n", doc.unit);
  if (!one_of_forms || !doc.fallback.empty()) text += fmt::format("  default  {}\n", default_text(doc));
  if (!doc.goes_with.empty()) text += fmt::format("  needs    {} beside it\n", doc.goes_with);
  if (!doc.example.empty()) text += fmt::format("  example  {}\n", example);
  return text;
}

std::string field_text(const FieldDoc& doc, const std::string& where) {
  return fmt::format("{}{}\n  {}\n\n", doc.name, where, doc.meaning) +
         table_text(doc, false, nested_spelling(doc.name, doc.example));
}

// " — patterns: long, short; backgrounds".
std::string where_text(const std::vector<const KeyPlace*>& places) {
  std::vector<std::pair<std::string, std::vector<std::string>>> sections;
  for (const KeyPlace* place : places) {
    if (place->section.empty()) continue;
    auto found =
        std::find_if(sections.begin(), sections.end(), [&](const auto& item) { return item.first == place->section; });
    if (found == sections.end()) found = sections.insert(sections.end(), {place->section, {}});
    std::vector<std::string>& kinds = found->second;
    const bool is_new = std::find(kinds.begin(), kinds.end(), place->kind) == kinds.end();
    if (!place->kind.empty() && is_new) kinds.push_back(place->kind);
  }
  std::string text;
  for (const auto& [section, kinds] : sections) {
    text += (text.empty() ? " — " : "; ") + section;
    if (!kinds.empty()) text += fmt::format(": {}", fmt::join(kinds, ", "));
  }
  return text;
}

std::string kind_text(const KindPlace& kind) {
  std::string text = fmt::format("{} — {}\n  {}\n", kind.info->name, kind.section, kind.info->summary);
  if (!kind.docs.empty()) text += "\n  keys\n";
  std::size_t width = 0;
  for (const FieldDoc& doc : kind.docs) width = std::max(width, doc.name.size());
  for (const FieldDoc& doc : kind.docs) {
    const std::string fallback = doc.fallback.empty() ? "required" : fmt::format("default {}", default_text(doc));
    text += fmt::format("    {:<{}}  {} ({})\n", doc.name, width, doc.meaning, fallback);
  }
  return text;
}

// The kinds of a section, under the text of its key.
std::string kinds_list(std::string_view section, const std::vector<KindPlace>& kinds) {
  std::string text;
  std::size_t width = 10;
  for (const KindPlace& kind : kinds) {
    if (kind.section == section) width = std::max(width, kind.info->name.size());
  }
  for (const KindPlace& kind : kinds) {
    if (kind.section == section) text += fmt::format("    {:<{}}  {}\n", kind.info->name, width, kind.info->summary);
  }
  return text.empty() ? text : "\n  kinds\n" + text;
}

std::string rows_list(const std::string& title, std::span<const FieldDoc> docs) {
  std::string text = docs.empty() ? "" : fmt::format("\n  {}\n", title);
  std::size_t width = 0;
  for (const FieldDoc& doc : docs) width = std::max(width, doc.name.size());
  for (const FieldDoc& doc : docs) text += fmt::format("    {:<{}}  {}\n", doc.name, width, doc.meaning);
  return text;
}

// The keys that every entry of a section has, whatever its kind.
std::vector<FieldDoc> common_keys(std::string_view section, const KeyIndex& index) {
  std::vector<FieldDoc> docs;
  std::vector<const KindPlace*> kinds;
  for (const KindPlace& kind : index.kinds) {
    if (kind.section == section) kinds.push_back(&kind);
  }
  const auto is_in = [](const std::vector<FieldDoc>& all, const FieldDoc& doc) {
    return std::any_of(all.begin(), all.end(), [&](const FieldDoc& other) { return same_doc(other, doc); });
  };
  for (const KeyPlace& place : index.places) {
    if (place.section != section || place.outer || is_in(docs, place.doc)) continue;
    const auto has_it = [&](const KindPlace* kind) { return is_in(kind->docs, place.doc); };
    if (std::all_of(kinds.begin(), kinds.end(), has_it)) docs.push_back(place.doc);
  }
  return docs;
}

// A key inside the values of others: "mean — inside rate, rates, others (backgrounds)".
std::string inside_text(const std::vector<const KeyPlace*>& places) {
  std::vector<std::pair<std::string, std::vector<std::string>>> sections;
  for (const KeyPlace* place : places) {
    const std::string section = place->section.empty() ? "top level" : place->section;
    auto found =
        std::find_if(sections.begin(), sections.end(), [&](const auto& item) { return item.first == section; });
    if (found == sections.end()) found = sections.insert(sections.end(), {section, {}});
    const std::string outer(place->outer->name);
    if (std::find(found->second.begin(), found->second.end(), outer) == found->second.end()) {
      found->second.push_back(outer);
    }
  }
  std::string where;
  for (const auto& [section, names] : sections) {
    where += fmt::format("{}{} ({})", where.empty() ? "" : "; ", fmt::join(names, ", "), section);
  }
  const FieldDoc& doc = places.front()->doc;
  const auto shown = std::find_if(places.begin(), places.end(), [&](const KeyPlace* place) {
    return place->outer->example.find(std::string(doc.name) + ":") != std::string::npos;
  });
  const std::string example = shown == places.end() ? nested_spelling(doc.name, doc.example)
                                                    : nested_spelling((*shown)->outer->name, (*shown)->outer->example);
  return fmt::format("{} — inside {}\n  {}\n\n", doc.name, where, doc.meaning) +
         table_text(doc, places.front()->one_of_forms, example) + rows_list("keys inside", doc.inside);
}

std::string nested_text(const NestedPlace& nested) {
  const std::string kinds = nested.kinds.empty() ? "" : fmt::format(": {}", fmt::join(nested.kinds, ", "));
  return fmt::format("{} — {}{}\n  A mapping of the keys {}.\n", nested.name, nested.section, kinds,
                     fmt::join(keys_under(nested.docs, nested.name + "."), ", ")) +
         rows_list("keys", nested.docs);
}

// Groups of places that declare the same.
std::vector<std::vector<const KeyPlace*>> same_together(const std::vector<const KeyPlace*>& places) {
  std::vector<std::vector<const KeyPlace*>> groups;
  for (const KeyPlace* place : places) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const auto& group) { return same_doc(group.front()->doc, place->doc); });
    if (found == groups.end()) {
      groups.push_back({place});
    } else {
      found->push_back(place);
    }
  }
  return groups;
}

// The section, process or distribution that a key opens: its keys and kinds.
std::string opened_text(std::string_view section, const KeyIndex& index) {
  const std::vector<FieldDoc> docs = common_keys(section, index);
  const std::string kinds = kinds_list(section, index.kinds);
  std::string text = rows_list(kinds.empty() ? "keys" : "keys of every kind", docs) + kinds;
  const auto has_own = [&](const KindPlace& kind) { return kind.section == section && kind.docs.size() > docs.size(); };
  const auto shown = std::find_if(index.kinds.begin(), index.kinds.end(), has_own);
  if (!docs.empty() && shown != index.kinds.end()) {
    text += fmt::format("\n  'stimgen explain {}.{}' names all keys of a kind.\n", section, shown->info->name);
  }
  return text;
}

std::string key_text(const std::vector<const KeyPlace*>& same, const KeyIndex& index) {
  const FieldDoc& doc = same.front()->doc;
  std::string text = field_text(doc, where_text(same)) + rows_list("keys inside", doc.inside);
  const bool opens_section =
      std::any_of(same.begin(), same.end(), [](const KeyPlace* place) { return place->section.empty(); });
  const bool opens = opens_section || doc.name == "process" || doc.name == "distribution";
  return opens ? text + opened_text(doc.name, index) : text;
}

std::string value_text(std::string_view word, const std::vector<const KeyPlace*>& same) {
  const KeyPlace& first = *same.front();
  const std::string where = first.outer ? fmt::format(" — inside {}", first.outer->name) : where_text(same);
  return fmt::format("{} — a value of {}\n\n", word, first.doc.name) + field_text(first.doc, where);
}

std::string member_text(std::string_view key, const MemberPlace& member, const KeyIndex& index) {
  const std::string where =
      member.section.empty() || member.section == member.of.name
          ? std::string()
          : fmt::format(" ({}{}{})", member.section, member.kind.empty() ? "" : ": ", member.kind);
  std::string text =
      fmt::format("{} — {} {}{}\n  {}\n", key, member.is_item ? "an item, counted from 0, of" : "a name of your own in",
                  member.of.name, where, member.of.meaning);
  if (member.what.type.empty()) return text + opened_text(member.section, index);
  text += fmt::format("\n  type     {}\n", type_text(member.what.type));
  const FieldType* type = member.what.field_type();
  return type != nullptr && type->keys ? text + rows_list("keys inside", member.what.docs()) : text;
}

// The texts of members, each once.
std::vector<std::string> member_texts(std::string_view key, const FoundKeys& found, const KeyIndex& index) {
  std::vector<std::string> texts;
  for (const MemberPlace* member : found.members) {
    std::string text = member_text(key, *member, index);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace

std::optional<std::string> explain(std::string_view key, const SchemaTables& tables) {
  const KeyIndex index(tables);
  const FoundKeys found = index.find(key);
  if (found.empty()) return std::nullopt;
  std::vector<std::string> parts;
  if (!found.taken_as_name.empty()) {
    parts.push_back(fmt::format("'{0}' is taken as a name of your own: entries of the kind '{0}' have no such key.\n",
                                found.taken_as_name));
  }
  for (const auto& same : same_together(found.keys)) parts.push_back(key_text(same, index));
  for (const KindPlace* kind : found.kinds) parts.push_back(kind_text(*kind));
  for (const NestedPlace* nested : found.nested) parts.push_back(nested_text(*nested));
  for (const auto& same : same_together(found.inside)) parts.push_back(inside_text(same));
  for (const auto& same : same_together(found.values)) parts.push_back(value_text(key, same));
  for (std::string& text : member_texts(key, found, index)) parts.push_back(std::move(text));
  return fmt::format("{}", fmt::join(parts, "\n"));
}

std::vector<std::string> explainable_keys(const SchemaTables& tables) {
  std::set<std::string> keys;
  const KeyIndex index(tables);
  for (const KeyPlace& place : index.places) {
    keys.emplace(place.doc.name);
    keys.emplace(last_component(place.doc.name));
    for (std::string& word : words_of(place.doc.type)) keys.insert(std::move(word));
  }
  for (const NestedPlace& nested : index.nested) {
    keys.emplace(nested.name);
    keys.emplace(last_component(nested.name));
  }
  for (const KindPlace& kind : index.kinds) keys.emplace(kind.info->name);
  return {keys.begin(), keys.end()};
}

}  // namespace stimgen
