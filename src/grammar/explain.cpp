// Finding and describing keys.
#include "stimgen/language.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "grammar/declared.hpp"
#include "grammar/field_names.hpp"

namespace stimgen {

namespace {

// A part of the way to a key: a word, or a name or number of the user's, which may be left out.
struct Step {
  std::string word;
  bool any = false;
};

// One key where it is declared.
struct Place {
  std::string section;  // "patterns"; empty for the top level
  std::string kind;     // "long"; empty if the section has no kinds
  FieldDoc doc;
  std::vector<Step> way;          // from the section on, to the last part of the key's name
  std::optional<FieldDoc> outer;  // the key whose value it stands in: "rate"; absent if it is one of the entry itself
  bool one_of_forms;              // demanded in one form of several only
};

// A mapping whose keys the tables spell with a dot: "rates" of "rates.burst".
struct Nested {
  std::string section;
  std::string name;
  std::vector<Step> way;
  std::vector<std::string> kinds;
  std::vector<FieldDoc> docs;
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

std::vector<Step> steps_of(std::string_view dotted) {
  std::vector<Step> steps;
  while (!dotted.empty()) {
    const std::size_t dot = std::min(dotted.find('.'), dotted.size());
    const std::string word(dotted.substr(0, dot));
    steps.push_back({word, word == "*"});
    dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  }
  return steps;
}

// Collects every key of the language, those inside values too.
class Places {
 public:
  explicit Places(const SchemaTables& tables) {
    for (const SectionDoc& section : tables.top_level) add_section(section);
    for (const SectionDoc& section : tables.networks) add_section(section);
    for (const SchemaSection& section : tables.sections) {
      for (const SchemaKind& kind : section.kinds) {
        const std::string name = kind.info == nullptr ? std::string() : std::string(kind.info->name);
        // Of an entry, which has a name of its own.
        for (const FieldDoc& doc : joined(kind)) add(std::string(section.name), name, {{"", true}}, doc);
      }
    }
    for (const KindInfo* process : tables.processes) {
      for (const FieldDoc& doc : process->fields) add("process", std::string(process->name), {{"", true}}, doc);
    }
  }

  std::vector<Place> places;
  std::vector<Nested> nested;

 private:
  void add_section(const SectionDoc& section) {
    const std::string name = section.name == "recipe" ? std::string() : std::string(section.name);
    for (const FieldDoc& doc : section.fields) add(name, "", {}, doc);
  }

  void add(const std::string& section, const std::string& kind, std::vector<Step> way, const FieldDoc& doc) {
    for (std::size_t dot = doc.name.find('.'); dot != std::string_view::npos; dot = doc.name.find('.', dot + 1)) {
      add_nested(section, kind, way, std::string(doc.name.substr(0, dot)), doc);
    }
    const auto add_place = [&](const FieldDoc& key, std::string_view from_entry, const std::optional<FieldDoc>& outer,
                               bool one) {
      places.push_back({section, kind, key, way, outer, one});
      append(places.back().way, steps_of(from_entry));
    };
    add_place(doc, doc.name, std::nullopt, false);
    for (const KeyInside& inside : keys_inside(doc)) add_place(inside.doc, inside.way, doc, inside.one_of_forms);
  }

  void add_nested(const std::string& section, const std::string& kind, std::vector<Step> way, const std::string& name,
                  const FieldDoc& doc) {
    const auto is_it = [&](const Nested& other) { return other.section == section && other.name == name; };
    auto found = std::find_if(nested.begin(), nested.end(), is_it);
    if (found == nested.end()) {
      append(way, steps_of(name));
      found = nested.insert(nested.end(), {section, name, std::move(way), {}, {}});
    }
    if (!kind.empty() && std::find(found->kinds.begin(), found->kinds.end(), kind) == found->kinds.end()) {
      found->kinds.push_back(kind);
    }
    const auto same = [&](const FieldDoc& other) { return other.name == doc.name && other.meaning == doc.meaning; };
    if (std::none_of(found->docs.begin(), found->docs.end(), same)) found->docs.push_back(doc);
  }

  static void append(std::vector<Step>& way, const std::vector<Step>& more) {
    way.insert(way.end(), more.begin(), more.end());
  }
};

// Whether `key`, from its end on, is the end of the way; what the user names may be left out of it.
bool leads_to(std::span<const Step> key, std::span<const Step> way) {
  if (key.empty()) return true;
  if (way.empty()) return false;
  const auto shorter = [](std::span<const Step> steps) { return steps.first(steps.size() - 1); };
  if (!way.back().any) return key.back().word == way.back().word && leads_to(shorter(key), shorter(way));
  // A name stands for nothing without what it is a name in.
  return leads_to(key, shorter(way)) || (key.size() > 1 && leads_to(shorter(key), shorter(way)));
}

// In any spelling that a recipe or a lock can have: of an entry, of a kind, or of the defaults of a section.
bool is_named_by(const std::string& section, const std::vector<std::string>& kinds, const std::vector<Step>& way,
                 std::string_view key) {
  const std::vector<Step> words = steps_of(key);
  const std::vector<Step> start = steps_of(section);
  const auto full = [&](std::vector<Step> first, std::size_t skipped) {
    first.insert(first.end(), way.begin() + static_cast<std::ptrdiff_t>(skipped), way.end());
    return first;
  };
  if (leads_to(words, full(start, 0))) return true;
  if (way.empty() || !way.front().any) return false;
  std::vector<Step> defaults{{"defaults"}};
  defaults.insert(defaults.end(), start.begin(), start.end());
  if (leads_to(words, full(defaults, 1))) return true;
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](const std::string& kind) { return leads_to(words, full({{kind}}, 1)); });
}

std::string joined_names(std::string_view a, std::string_view b) {
  return a.empty() ? std::string(b) : fmt::format("{}.{}", a, b);
}

bool is_full_name(const Place& place, std::string_view key) {
  return key == joined_names(place.section, place.doc.name) ||
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
    if (place.section == section && place.kind.empty() && !place.outer) width = std::max(width, place.doc.name.size());
  }
  for (const Place& place : places) {
    if (place.section != section || !place.kind.empty() || place.outer) continue;
    text += fmt::format("    {:<{}}  {}\n", place.doc.name, width, place.doc.meaning);
  }
  return text.empty() ? text : "\n  keys\n" + text;
}

std::string rows_list(const std::string& title, std::span<const FieldDoc> docs) {
  std::string text = docs.empty() ? "" : fmt::format("\n  {}\n", title);
  std::size_t width = 0;
  for (const FieldDoc& doc : docs) width = std::max(width, doc.name.size());
  for (const FieldDoc& doc : docs) text += fmt::format("    {:<{}}  {}\n", doc.name, width, doc.meaning);
  return text;
}

// A key inside the values of others: "mean — inside rate, rates, others (backgrounds)".
std::string inside_text(const std::vector<const Place*>& places) {
  std::vector<std::pair<std::string, std::vector<std::string>>> sections;
  for (const Place* place : places) {
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
  const auto shown = std::find_if(places.begin(), places.end(), [&](const Place* place) {
    return place->outer->example.find(std::string(doc.name) + ":") != std::string::npos;
  });
  const std::string example = shown == places.end() ? nested_spelling(doc.name, doc.example)
                                                    : nested_spelling((*shown)->outer->name, (*shown)->outer->example);
  return fmt::format("{} — inside {}\n  {}\n\n", doc.name, where, doc.meaning) +
         table_text(doc, places.front()->one_of_forms, example) + rows_list("keys inside", doc.inside);
}

std::string nested_text(const Nested& nested) {
  const std::string kinds = nested.kinds.empty() ? "" : fmt::format(": {}", fmt::join(nested.kinds, ", "));
  return fmt::format("{} — {}{}\n  A mapping of the keys {}.\n", nested.name, nested.section, kinds,
                     fmt::join(keys_under(nested.docs, nested.name + "."), ", ")) +
         rows_list("keys", nested.docs);
}

// Groups of places that declare the same.
std::vector<std::vector<const Place*>> same_together(const std::vector<const Place*>& places) {
  std::vector<std::vector<const Place*>> groups;
  for (const Place* place : places) {
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

struct Found {
  std::vector<const Place*> keys;    // of entries and sections
  std::vector<const Place*> inside;  // of values
  std::vector<const Kind*> kinds;
  std::vector<const Nested*> nested;
};

Found find(std::string_view key, const Places& all, const std::vector<Kind>& kinds) {
  Found found;
  // "ramp.start" is a key, though 'ramp' is also a kind that has a 'start'.
  for (const bool in_section : {false, true}) {
    if (!found.keys.empty()) break;
    for (const Place& place : all.places) {
      const bool named = in_section ? is_full_name(place, key) : key == place.doc.name;
      if (!place.outer && named) found.keys.push_back(&place);
    }
  }
  for (const Kind& kind : kinds) {
    if (key == kind.info->name || key == joined_names(kind.section, kind.info->name)) found.kinds.push_back(&kind);
  }
  const bool known = !found.keys.empty() || !found.kinds.empty();
  for (const Place& place : all.places) {
    if (place.outer ? is_named_by(place.section, {place.kind}, place.way, key)
                    : !known && is_named_by(place.section, {place.kind}, place.way, key)) {
      (!place.outer ? found.keys : found.inside).push_back(&place);
    }
  }
  for (const Nested& nested : all.nested) {
    // "patterns.ramp" is the kind, "ramp" is also the mapping of ramp.start and ramp.stop.
    const bool is_kind = !found.kinds.empty() && key.find('.') != std::string_view::npos;
    if (!is_kind && is_named_by(nested.section, nested.kinds, nested.way, key)) found.nested.push_back(&nested);
  }
  return found;
}

}  // namespace

std::optional<std::string> explain(std::string_view key, const SchemaTables& tables) {
  const Places all(tables);
  const std::vector<Kind> kinds = all_kinds(tables);
  const Found found = find(key, all, kinds);
  std::vector<std::string> parts;
  for (const auto& same : same_together(found.keys)) {
    const FieldDoc& doc = same.front()->doc;
    std::string text = field_text(doc, where_text(same)) + rows_list("keys inside", doc.inside);
    const bool opens_section =
        std::any_of(same.begin(), same.end(), [](const Place* place) { return place->section.empty(); });
    if (opens_section || doc.name == "process" || doc.name == "distribution") {
      text += kinds_list(doc.name, kinds) + keys_list(doc.name, all.places);
    }
    parts.push_back(std::move(text));
  }
  for (const Kind* kind : found.kinds) parts.push_back(kind_text(*kind));
  for (const Nested* nested : found.nested) parts.push_back(nested_text(*nested));
  for (const auto& same : same_together(found.inside)) parts.push_back(inside_text(same));
  if (parts.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(parts, "\n"));
}

std::vector<std::string> explainable_keys(const SchemaTables& tables) {
  std::set<std::string> keys;
  const Places all(tables);
  for (const Place& place : all.places) {
    keys.emplace(place.doc.name);
    keys.emplace(last_component(place.doc.name));
  }
  for (const Nested& nested : all.nested) {
    keys.emplace(nested.name);
    keys.emplace(last_component(nested.name));
  }
  for (const Kind& kind : all_kinds(tables)) keys.emplace(kind.info->name);
  return {keys.begin(), keys.end()};
}

}  // namespace stimgen
