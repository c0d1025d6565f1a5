// Collecting all keys of the language, and the ways to them.
#include "grammar/key_index.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace stimgen {

namespace {

std::vector<FieldDoc> joined(const SchemaKind& kind) {
  std::vector<FieldDoc> docs;
  for (const auto& table : kind.tables) docs.insert(docs.end(), table.begin(), table.end());
  return docs;
}

// "rates.*.mean": * is a name of the user's, ** whatever is inside.
Way declared_way(std::string_view dotted) {
  Way way;
  while (!dotted.empty()) {
    const std::size_t dot = std::min(dotted.find('.'), dotted.size());
    const std::string word(dotted.substr(0, dot));
    const Step::Kind kind = word == "*" ? Step::Kind::name : word == "**" ? Step::Kind::rest : Step::Kind::word;
    way.push_back({word, kind});
    dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  }
  return way;
}

// Words as a user writes them; a name with a dot in it may be in quotes, as in records. Empty: it is no way.
Way written_way(std::string_view text) {
  Way way;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('.'), text.size());
    std::string_view word = text.substr(0, end);
    if (text.front() == '"') {
      end = text.find('"', 1);
      if (end == std::string_view::npos) return {};
      word = text.substr(1, end - 1);
      ++end;
    }
    if (word.empty() || (end < text.size() && text[end] != '.') || end + 1 == text.size()) return {};
    way.push_back({std::string(word)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return way;
}

Way operator+(Way first, const Way& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::vector<Way> ways_to(const std::vector<Way>& starts, std::string_view name) {
  std::vector<Way> ways;
  for (const Way& start : starts) ways.push_back(start + declared_way(name));
  return ways;
}

bool is_number(const std::string& word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Compares words, from their end on, with the end of a way.
class Matcher {
 public:
  explicit Matcher(bool dotted_names) : dotted_names_(dotted_names) {}

  // What the user names may be left out of the words.
  bool leads_to(std::span<const Step> words, std::span<const Step> way) const {
    if (words.empty()) return true;
    if (way.empty()) return false;
    const Step& last = way.back();
    if (last.kind == Step::Kind::word) {
      return words.back().word == last.word && leads_to(but_last(words, 1), but_last(way, 1));
    }
    return leads_to(words, but_last(way, 1)) || is_name_in(words, way, dotted_names_);
  }

  // What is named or counted at the end of the way is named at the end of the words.
  bool names(std::span<const Step> words, std::span<const Step> way) const {
    return is_name_in(words, way, way.back().kind == Step::Kind::rest);
  }

 private:
  static std::span<const Step> but_last(std::span<const Step> steps, std::size_t count) {
    return steps.first(steps.size() - count);
  }

  // A name stands for nothing without what it is a name in.
  bool is_name_in(std::span<const Step> words, std::span<const Step> way, bool of_several_words) const {
    if (way.back().kind == Step::Kind::number && !is_number(words.back().word)) return false;
    const std::size_t most = of_several_words ? words.size() : 2;
    for (std::size_t count = 1; count < std::min(words.size(), most); ++count) {
      if (leads_to(but_last(words, count), but_last(way, 1))) return true;
    }
    return false;
  }

  bool dotted_names_;
};

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

KeyIndex::KeyIndex(const SchemaTables& tables) : tables_(tables) {
  for (const SectionDoc& section : tables.top_level) add_section(section);
  for (const SectionDoc& section : tables.networks) add_section(section);
  for (const SchemaSection& section : tables.sections) add_entries(section);
  for (const KindInfo* process : tables.processes) {
    const std::string name(process->name);
    for (const FieldDoc& doc : process->fields) add({"process", name, {{{"process"}, {name}}, {{name}}}}, doc);
    kind_place("process", *process);
  }
  for (const KindInfo* distribution : tables.distributions) kind_place("distribution", *distribution);
}

void KeyIndex::add_section(const SectionDoc& section) {
  const bool is_top = section.name == "recipe";
  const Way start = is_top ? Way() : declared_way(section.name);
  for (const FieldDoc& doc : section.fields) add({is_top ? "" : std::string(section.name), "", {start}}, doc);
}

void KeyIndex::add_entries(const SchemaSection& section) {
  const std::string name(section.name);
  const Way entry{{name}, {"", Step::Kind::name}};
  for (const KeyPlace& place : places) {
    if (place.section.empty() && place.doc.name == name) members.push_back({name, "", place.doc, {entry}, {}, false});
  }
  for (const SchemaKind& kind : section.kinds) {
    Context context{name, "", {entry, {{"defaults"}, {name}}}};
    if (kind.info != nullptr) {
      context.kind = std::string(kind.info->name);
      context.starts.push_back({{context.kind}});
      KindPlace& place = kind_place(name, *kind.info);
      place.docs = joined(kind);
    }
    for (const FieldDoc& doc : joined(kind)) add(context, doc);
  }
}

void KeyIndex::add(const Context& context, const FieldDoc& doc) {
  for (std::size_t dot = doc.name.find('.'); dot != std::string_view::npos; dot = doc.name.find('.', dot + 1)) {
    add_nested(context, std::string(doc.name.substr(0, dot)), doc);
  }
  const auto add_place = [&](const FieldDoc& key, std::string_view way, const std::optional<FieldDoc>& outer,
                             bool one) {
    places.push_back({context.section, context.kind, key, ways_to(context.starts, way), outer, one});
  };
  add_place(doc, doc.name, std::nullopt, false);
  for (const KeyInside& inside : keys_inside(doc)) add_place(inside.doc, inside.way, doc, inside.one_of_forms);
  if (doc.type == "process") {
    add_processes(context);
    return;
  }
  for (const MemberInside& inside : members_inside(doc)) {
    MemberPlace member{context.section, context.kind,  inside.of, ways_to(context.starts, inside.way),
                       inside.what,     inside.is_item};
    if (inside.is_item) {
      for (Way& way : member.ways) way.back().kind = Step::Kind::number;
    }
    members.push_back(std::move(member));
  }
}

void KeyIndex::add_nested(const Context& context, const std::string& name, const FieldDoc& doc) {
  const auto is_it = [&](const NestedPlace& other) { return other.section == context.section && other.name == name; };
  auto found = std::find_if(nested.begin(), nested.end(), is_it);
  if (found == nested.end()) found = nested.insert(nested.end(), {context.section, name, {}, {}, {}});
  if (!contains(found->kinds, context.kind) || found->ways.empty()) {
    for (Way& way : ways_to(context.starts, name)) found->ways.push_back(std::move(way));
    if (!context.kind.empty()) found->kinds.push_back(context.kind);
  }
  const auto same = [&](const FieldDoc& other) { return other.name == doc.name && other.meaning == doc.meaning; };
  if (std::none_of(found->docs.begin(), found->docs.end(), same)) found->docs.push_back(doc);
}

// The keys of point processes at a key that takes one: process.gamma.shape.
void KeyIndex::add_processes(const Context& context) {
  for (const KindInfo* process : tables_.processes) {
    const std::string name(process->name);
    KindPlace& place = kind_place("process", *process);
    const std::vector<Way> ways = ways_to(context.starts, "process." + name);
    place.ways.insert(place.ways.end(), ways.begin(), ways.end());
    for (const FieldDoc& doc : process->fields) add({"process", name, ways}, doc);
  }
}

KindPlace& KeyIndex::kind_place(const std::string& section, const KindInfo& info) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const KindPlace& place) { return place.info == &info; });
  if (found != kinds.end()) return *found;
  const std::string name(info.name);
  kinds.push_back({section, &info, {info.fields.begin(), info.fields.end()}, {{{section}, {name}}, {{name}}}});
  return kinds.back();
}

namespace {

// The kind of "patterns.long.rates": that of the entries of this section that is called so.
std::string kind_named(const Way& words, const std::vector<KindPlace>& kinds) {
  if (words.size() < 3) return {};
  const auto is_it = [&](const KindPlace& kind) {
    return kind.section == words[0].word && kind.info->name == words[1].word;
  };
  return std::any_of(kinds.begin(), kinds.end(), is_it) ? words[1].word : std::string();
}

// Of a word that is both, as long of `type: long`, the kind says all.
bool is_value_of(const KeyPlace& place, std::string_view word, const std::vector<const KindPlace*>& kinds) {
  const auto says_it = [&](const KindPlace* kind) {
    return kind->section == place.section || kind->section == place.doc.name;
  };
  return contains(words_of(place.doc.type), word) && std::none_of(kinds.begin(), kinds.end(), says_it);
}

}  // namespace

FoundKeys KeyIndex::find(const Way& words, std::string_view key, const std::string& only_kind,
                         bool dotted_names) const {
  const Matcher matcher(dotted_names);
  const auto is_led_to = [&](const std::vector<Way>& ways) {
    return std::any_of(ways.begin(), ways.end(), [&](const Way& way) { return matcher.leads_to(words, way); });
  };
  const auto is_named = [&](const std::vector<Way>& ways) {
    return std::any_of(ways.begin(), ways.end(), [&](const Way& way) { return matcher.names(words, way); });
  };
  const auto may_be = [&](const std::string& kind) { return only_kind.empty() || kind == only_kind; };
  FoundKeys found;
  // "ramp.start" is a key, though 'ramp' is also a kind that has a 'start'.
  for (const KeyPlace& place : places) {
    if (!place.outer && key == place.doc.name) found.keys.push_back(&place);
  }
  for (const KindPlace& kind : kinds) {
    if (is_led_to(kind.ways)) found.kinds.push_back(&kind);
  }
  const bool known = !found.keys.empty() || !found.kinds.empty();
  for (const KeyPlace& place : places) {
    if (!may_be(place.kind) || !is_led_to(place.ways)) continue;
    if (place.outer) found.inside.push_back(&place);
    if (!place.outer && !known) found.keys.push_back(&place);
  }
  for (const NestedPlace& each : nested) {
    // "patterns.ramp" is the kind, "ramp" is also the mapping of ramp.start and ramp.stop.
    const bool is_kind = !found.kinds.empty() && words.size() > 1;
    if (!is_kind && is_led_to(each.ways) && (only_kind.empty() || contains(each.kinds, only_kind))) {
      found.nested.push_back(&each);
    }
  }
  for (const KeyPlace& place : places) {
    if (is_value_of(place, key, found.kinds)) found.values.push_back(&place);
  }
  if (!found.empty()) return found;
  for (const MemberPlace& member : members) {
    if (may_be(member.kind) && is_named(member.ways)) found.members.push_back(&member);
  }
  return found;
}

FoundKeys KeyIndex::find(std::string_view key) const {
  const Way words = written_way(key);
  if (words.empty()) return {};
  const std::string kind = kind_named(words, kinds);
  FoundKeys found = find(words, key, kind, false);
  if (found.empty() && !kind.empty()) {
    found = find(words, key, {}, false);
    if (!found.empty()) found.taken_as_name = kind;
  }
  if (found.empty()) found = find(words, key, {}, true);
  return found;
}

}  // namespace stimgen
