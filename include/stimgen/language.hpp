// The language of recipes as a whole, from the tables that the strict reader uses: its JSON Schema, `stimgen explain`
// and the reference.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/grammar.hpp"
#include "stimgen/kind.hpp"

namespace stimgen {

// One kind of entry, with every table its entries are read against.
struct SchemaKind {
  const KindInfo* info = nullptr;  // nullptr: the section has no kinds
  std::vector<std::span<const FieldDoc>> tables;
};

// One open section.
struct SchemaSection {
  std::string_view name;           // "patterns"
  std::string_view discriminator;  // the key that names the kind, "type"; empty: the section has no kinds
  std::vector<SchemaKind> kinds;
};

// What the layers above declare. plan.hpp's language_tables() fills it in.
struct SchemaTables {
  std::span<const SectionDoc> top_level;  // recipe, seeds, time, output, …
  std::vector<SchemaSection> sections;    // backgrounds, assemblies, patterns, combine
  std::vector<const KindInfo*> processes;
  std::vector<const KindInfo*> distributions;  // of rates
  std::span<const SectionDoc> networks;        // the one called "networks" is the section itself
};

// Draft-07, the newest draft that common editors and validators share; ends in a line end. Which keys an entry needs is
// left open where `defaults` or `include` may supply them. Throws logic_error on a type that field_types() does not
// have.
std::string recipe_schema(const SchemaTables& tables);

// Text for a terminal, ending in a line end. `key` is a key ("on_time", "rates.burst", "burst"), a key of one section
// ("patterns.on_time", "output.sort") or kind ("long.rates.burst"), a section ("patterns"), a kind ("long",
// "patterns.long"), the path of anything in a recipe, names of the user's among it ("backgrounds.b.rates.PN"), or a
// word that is a value ("by_id"). One with several meanings gets them all. nullopt if there is no such key.
std::optional<std::string> explain(std::string_view key, const SchemaTables& tables);

// All keys, sections and kinds, shortest forms, sorted: what a mistyped one is compared with.
std::vector<std::string> explainable_keys(const SchemaTables& tables);

// A table of keys for each section, kind and type of value, in the order of the language, under headings of the third
// level and below.
std::string language_reference(const SchemaTables& tables);

// Text and code for a cell of a Markdown table. Code may not hold backquotes.
std::string markdown_text(std::string_view text);
std::string markdown_code(std::string_view text);

// A mapping as these tables declare it, as JSON that means the same in a recipe: quantities as text with their unit,
// numbers as numbers, absolute paths by their last name. What no table declares is left out.
std::string written_as_json(const Value& mapping, std::initializer_list<std::span<const FieldDoc>> tables);

}  // namespace stimgen
