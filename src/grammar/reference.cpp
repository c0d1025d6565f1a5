// Writing the tables of the reference.
#include "stimgen/language.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "grammar/declared.hpp"
#include "grammar/field_names.hpp"

namespace stimgen {

namespace {

std::string escaped(std::string_view text, std::string_view signs) {
  std::string result;
  for (const char c : text) {
    if (signs.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string markdown_sentence(std::string_view text) {
  std::string result = markdown_text(text);
  if (!result.empty() && result.back() != '.') result += '.';
  return result;
}

// "a rate in Hz", "`by_id` or `by_time`".
std::string value_text(const FieldDoc& doc) {
  if (const auto words = choice_words(doc.type); !words.empty()) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + markdown_code(word);
    return text;
  }
  const FieldType* type = find_field_type(doc.type);
  const std::string noun = markdown_text(type == nullptr ? doc.type : type->noun);
  const bool says_unit = doc.unit.empty() || noun.find(fmt::format(" {}", doc.unit)) != std::string::npos;
  return says_unit ? noun : fmt::format("{}, {}", noun, doc.unit);
}

std::string markdown_default(const FieldDoc& doc) {
  if (doc.fallback.empty()) return "required";
  if (doc.fallback.front() == '<') return markdown_text(doc.fallback.substr(1, doc.fallback.size() - 2));
  if (!has_fallback(doc)) return "–";
  return markdown_code(doc.fallback);
}

using Tables = std::vector<std::span<const FieldDoc>>;

std::string key_table(const Tables& tables) {
  std::string text = "| key | value | default | meaning | example |\n|---|---|---|---|---|\n";
  bool is_empty = true;
  for (const auto& docs : tables) {
    for (const FieldDoc& doc : docs) {
      is_empty = false;
      const std::string example = doc.example.empty() ? "" : markdown_code(nested_spelling(doc.name, doc.example));
      text += fmt::format("| {} | {} | {} | {} | {} |\n", markdown_code(doc.name), value_text(doc),
                          markdown_default(doc), markdown_sentence(doc.meaning), example);
    }
  }
  return is_empty ? "No keys of its own.\n" : text;
}

bool has_table(const SchemaKind& kind, std::span<const FieldDoc> table) {
  return std::any_of(kind.tables.begin(), kind.tables.end(),
                     [&](const auto& other) { return other.data() == table.data(); });
}

// What all kinds take, then what each takes besides.
std::string section_text(const SchemaSection& section) {
  Tables common;
  for (const auto& table : section.kinds.front().tables) {
    if (std::all_of(section.kinds.begin(), section.kinds.end(),
                    [&](const auto& kind) { return has_table(kind, table); }))
      common.push_back(table);
  }
  std::string text = fmt::format("### {}\n\n{}", section.name, key_table(common));
  for (const SchemaKind& kind : section.kinds) {
    if (kind.info == nullptr) continue;
    Tables own;
    for (const auto& table : kind.tables) {
      const bool is_common =
          std::any_of(common.begin(), common.end(), [&](const auto& other) { return other.data() == table.data(); });
      if (!is_common) own.push_back(table);
    }
    text += fmt::format("\n#### {}: {}\n\n{}\n\n{}", section.discriminator, markdown_code(kind.info->name),
                        markdown_sentence(kind.info->summary), key_table(own));
  }
  return text + "\n";
}

// The keys inside the values of each type that has some, wherever it is used.
using KeysOfTypes = std::map<std::string_view, Tables>;

void collect_keys(const Declared& what, KeysOfTypes& keys) {
  const FieldType* type = what.field_type();
  if (type == nullptr || type->name == "any") return;
  if (!type->item.empty()) collect_keys(declared_items(what), keys);
  if (!type->named.empty()) collect_keys(declared_member(what, "").value(), keys);
  const std::vector<FieldDoc> docs = what.docs();
  if (!type->keys || docs.empty()) return;
  keys.emplace(type->name, what.tables);
  for (const FieldDoc& doc : docs) collect_keys(declared(doc), keys);
}

KeysOfTypes keys_of_types(const SchemaTables& tables) {
  KeysOfTypes keys;
  for (const auto& sections : {tables.top_level, tables.networks}) {
    for (const SectionDoc& section : sections) {
      for (const FieldDoc& doc : section.fields) collect_keys(declared(doc), keys);
    }
  }
  for (const SchemaSection& section : tables.sections) {
    for (const SchemaKind& kind : section.kinds) {
      for (const auto& table : kind.tables) {
        for (const FieldDoc& doc : table) collect_keys(declared(doc), keys);
      }
    }
  }
  return keys;
}

std::string values_text(const SchemaTables& tables) {
  std::string text = "### values\n\nWhat the values of keys are made of.\n\n| value | written as |\n|---|---|\n";
  for (const FieldType& type : field_types()) {
    text += fmt::format("| {} | {} |\n", markdown_text(type.noun), markdown_text(type.description));
  }
  const KeysOfTypes keys = keys_of_types(tables);
  for (const FieldType& type : field_types()) {
    const auto found = keys.find(type.name);
    if (found == keys.end()) continue;
    text += fmt::format("\nKeys inside {}:\n\n{}", markdown_text(type.noun), key_table(found->second));
  }
  return text;
}

}  // namespace

std::string markdown_text(std::string_view text) {
  return escaped(text, "\\<*$|");
}

std::string markdown_code(std::string_view text) {
  return fmt::format("`{}`", escaped(text, "|"));
}

std::string language_reference(const SchemaTables& tables) {
  std::string text;
  const auto add = [&](const SectionDoc& section, std::string_view title) {
    text += fmt::format("### {}\n\n{}\n\n{}\n", title, markdown_sentence(section.summary), key_table({section.fields}));
  };
  for (const SectionDoc& section : tables.top_level)
    add(section, section.name == "recipe" ? "top level" : section.name);
  for (const SectionDoc& section : tables.networks) add(section, section.name);
  for (const SchemaSection& section : tables.sections) text += section_text(section);
  text += "### process\n\nHow spikes are made from a rate.\n";
  for (const KindInfo* process : tables.processes) {
    text += fmt::format("\n#### process: {}\n\n{}\n\n{}", markdown_code(process->name),
                        markdown_sentence(process->summary), key_table({process->fields}));
  }
  return text + "\n" + values_text(tables);
}

}  // namespace stimgen
