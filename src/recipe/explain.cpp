// Finding and describing keys.
#include "recipe/explain.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "recipe/field_names.hpp"
#include "recipe/value_keys.hpp"

namespace stimgen {

namespace {

// One key where it is declared.
struct Place {
  std::string section;  // "patterns"; empty for the top level
  std::string kind;     // "long"; empty if the section has no kinds
  FieldDoc doc;
};

struct Kind {
  std::string section;
  const KindInfo* info;
  std::vector<FieldDoc> docs;
};

std::vector<FieldDoc> joined(const SchemaKind& kind) {
  std::vector<FieldDoc> docs;
  for (const auto& table : kind.tables) docs.insert(docs.end(), table.begin(), table.end());
  return docs;
}

std::vector<Kind> all_kinds(const SchemaTables& tables) {
  std::vector<Kind> kinds;
  for (const SchemaSection& section : tables.sections) {
    for (const SchemaKind& kind : section.kinds) {
      if (kind.info != nullptr) kinds.push_back({std::string(section.name), kind.info, joined(kind)});
    }
  }
  for (const KindInfo* process : tables.processes) {
    kinds.push_back({"process", process, {process->fields.begin(), process->fields.end()}});
  }
  for (const KindInfo* distribution : tables.distributions) {
    kinds.push_back({"distribution", distribution, {distribution->fields.begin(), distribution->fields.end()}});
  }
  return kinds;
}

std::vector<Place> all_places(const SchemaTables& tables) {
  std::vector<Place> places;
  const auto add_section = [&](const SectionDoc& section) {
    const std::string name = section.name == "recipe" ? std::string() : std::string(section.name);
    for (const FieldDoc& doc : section.fields) places.push_back({name, "", doc});
  };
  for (const SectionDoc& section : top_level_docs()) add_section(section);
  for (const SectionDoc& section : tables.networks) {
    // The keys that select nodes are those of the entries that have them.
    if (section.name != "selection") add_section(section);
  }
  for (const SchemaSection& section : tables.sections) {
    for (const SchemaKind& kind : section.kinds) {
      const std::string name = kind.info == nullptr ? std::string() : std::string(kind.info->name);
      for (const FieldDoc& doc : joined(kind)) places.push_back({std::string(section.name), name, doc});
    }
  }
  for (const KindInfo* process : tables.processes) {
    for (const FieldDoc& doc : process->fields) places.push_back({"process", std::string(process->name), doc});
  }
  return places;
}

std::string joined_names(std::string_view a, std::string_view b) {
  return a.empty() ? std::string(b) : fmt::format("{}.{}", a, b);
}

bool is_full_name(const Place& place, std::string_view key) {
  return key == place.doc.name || key == joined_names(place.section, place.doc.name) ||
         (!place.kind.empty() && (key == joined_names(place.kind, place.doc.name) ||
                                  key == joined_names(joined_names(place.section, place.kind), place.doc.name)));
}

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

std::string field_text(const FieldDoc& doc, const std::string& where) {
  std::string text = fmt::format("{}{}\n  {}\n\n", doc.name, where, doc.meaning);
  text += fmt::format("  type     {}\n", type_text(doc.type));
  if (!doc.unit.empty()) text += fmt::format("  unit     {}\n", doc.unit);
  text += fmt::format("  default  {}\n", default_text(doc));
  if (!doc.example.empty()) text += fmt::format("  example  {}\n", nested_spelling(doc.name, doc.example));
  return text;
}

// " — patterns: long, short; backgrounds".
std::string where_text(const std::vector<const Place*>& places) {
  std::vector<std::pair<std::string, std::vector<std::string>>> sections;
  for (const Place* place : places) {
    if (place->section.empty()) continue;
    auto found =
        std::find_if(sections.begin(), sections.end(), [&](const auto& item) { return item.first == place->section; });
    if (found == sections.end()) found = sections.insert(sections.end(), {place->section, {}});
    if (!place->kind.empty()) found->second.push_back(place->kind);
  }
  std::string text;
  for (const auto& [section, kinds] : sections) {
    text += (text.empty() ? " — " : "; ") + section;
    if (!kinds.empty()) text += fmt::format(": {}", fmt::join(kinds, ", "));
  }
  return text;
}

std::string kind_text(const Kind& kind) {
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
std::string kinds_list(std::string_view section, const std::vector<Kind>& kinds) {
  std::string text;
  std::size_t width = 10;
  for (const Kind& kind : kinds) {
    if (kind.section == section) width = std::max(width, kind.info->name.size());
  }
  for (const Kind& kind : kinds) {
    if (kind.section == section) text += fmt::format("    {:<{}}  {}\n", kind.info->name, width, kind.info->summary);
  }
  return text.empty() ? text : "\n  kinds\n" + text;
}

// The keys of a section without kinds.
std::string keys_list(std::string_view section, const std::vector<Place>& places) {
  std::string text;
  std::size_t width = 0;
  for (const Place& place : places) {
    if (place.section == section && place.kind.empty()) width = std::max(width, place.doc.name.size());
  }
  for (const Place& place : places) {
    if (place.section != section || !place.kind.empty()) continue;
    text += fmt::format("    {:<{}}  {}\n", place.doc.name, width, place.doc.meaning);
  }
  return text.empty() ? text : "\n  keys\n" + text;
}

// A key inside the values of others: "mean — inside rate, rates, others (backgrounds)".
std::string value_key_text(const ValueKey& key, const std::vector<const Place*>& outer) {
  std::vector<std::pair<std::string, std::vector<std::string>>> sections;
  for (const Place* place : outer) {
    const std::string section = place->section.empty() ? "top level" : place->section;
    auto found =
        std::find_if(sections.begin(), sections.end(), [&](const auto& item) { return item.first == section; });
    if (found == sections.end()) found = sections.insert(sections.end(), {section, {}});
    const std::string name(place->doc.name);
    if (std::find(found->second.begin(), found->second.end(), name) == found->second.end()) {
      found->second.push_back(name);
    }
  }
  std::string where;
  for (const auto& [section, names] : sections) {
    where += fmt::format("{}{} ({})", where.empty() ? "" : "; ", fmt::join(names, ", "), section);
  }
  std::string text = fmt::format("{} — inside {}\n  {}\n", key.name, where, key.meaning);
  if (!key.type.empty()) text += fmt::format("\n  type     {}\n", type_text(key.type));
  const auto shown = std::find_if(outer.begin(), outer.end(), [&](const Place* place) {
    return place->doc.example.find(key.name + ":") != place->doc.example.npos;
  });
  if (shown != outer.end()) {
    text += fmt::format("  example  {}\n", nested_spelling((*shown)->doc.name, (*shown)->doc.example));
  }
  return text;
}

struct InsideValue {
  ValueKey key;
  const Place* outer;
};

std::vector<InsideValue> keys_inside_values(const std::vector<Place>& places) {
  std::vector<InsideValue> result;
  for (const Place& place : places) {
    // Some sections are the values of a key: their keys have texts of their own.
    const std::string inside = joined_names(place.section, place.doc.name);
    const bool is_section = std::any_of(places.begin(), places.end(), [&](const Place& other) {
      return other.section == inside || other.section == place.doc.name;
    });
    if (is_section) continue;
    for (ValueKey& key : value_keys(place.doc.type)) result.push_back({std::move(key), &place});
  }
  return result;
}

// What `name` means inside values, a text for each meaning.
std::vector<std::string> value_key_texts(std::string_view name, const std::vector<Place>& places) {
  std::vector<std::pair<ValueKey, std::vector<const Place*>>> meanings;
  for (const auto& [key, outer] : keys_inside_values(places)) {
    if (key.name != name) continue;
    auto found = std::find_if(meanings.begin(), meanings.end(),
                              [&key = key](const auto& item) { return item.first.meaning == key.meaning; });
    if (found == meanings.end()) found = meanings.insert(meanings.end(), {key, {}});
    found->second.push_back(outer);
  }
  std::vector<std::string> texts;
  for (const auto& [key, outer] : meanings) texts.push_back(value_key_text(key, outer));
  return texts;
}

}  // namespace

std::optional<std::string> explain(std::string_view key, const SchemaTables& tables) {
  const std::vector<Place> places = all_places(tables);
  const std::vector<Kind> kinds = all_kinds(tables);
  std::vector<const Place*> found;
  for (const Place& place : places) {
    if (is_full_name(place, key)) found.push_back(&place);
  }
  std::vector<const Kind*> found_kinds;
  for (const Kind& kind : kinds) {
    if (key == kind.info->name || key == joined_names(kind.section, kind.info->name)) found_kinds.push_back(&kind);
  }
  if (found.empty() && found_kinds.empty()) {
    for (const Place& place : places) {
      if (last_component(place.doc.name) == key) found.push_back(&place);
    }
  }
  std::vector<std::string> parts;
  std::vector<bool> used(found.size(), false);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (used[i]) continue;
    std::vector<const Place*> same;
    for (std::size_t j = i; j < found.size(); ++j) {
      if (used[j] || !same_doc(found[i]->doc, found[j]->doc)) continue;
      used[j] = true;
      same.push_back(found[j]);
    }
    std::string text = field_text(found[i]->doc, where_text(same));
    const bool opens_section =
        std::any_of(same.begin(), same.end(), [](const Place* place) { return place->section.empty(); });
    if (opens_section || found[i]->doc.name == "process" || found[i]->doc.name == "distribution") {
      text += kinds_list(found[i]->doc.name, kinds) + keys_list(found[i]->doc.name, places);
    }
    parts.push_back(std::move(text));
  }
  for (const Kind* kind : found_kinds) parts.push_back(kind_text(*kind));
  for (std::string& text : value_key_texts(key, places)) parts.push_back(std::move(text));
  if (parts.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(parts, "\n"));
}

std::vector<std::string> explainable_keys(const SchemaTables& tables) {
  std::set<std::string> keys;
  const std::vector<Place> places = all_places(tables);
  for (const Place& place : places) {
    keys.emplace(place.doc.name);
    keys.emplace(last_component(place.doc.name));
  }
  for (const InsideValue& inside : keys_inside_values(places)) keys.emplace(inside.key.name);
  for (const Kind& kind : all_kinds(tables)) keys.emplace(kind.info->name);
  return {keys.begin(), keys.end()};
}

}  // namespace stimgen
