// JSON Schema of the recipe language, made from the tables that the strict reader uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stimgen/recipe.hpp"

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
  std::vector<SchemaSection> sections;  // backgrounds, assemblies, patterns, combine
  std::vector<const KindInfo*> processes;
  std::vector<const KindInfo*> distributions;  // of rates
  std::span<const SectionDoc> networks;        // the one called "networks" is the section itself
};

// Draft-07, the newest draft that common editors and validators share; ends in a line end. Which keys an entry needs is
// left open where `defaults` or `include` may supply them. Throws logic_error on a type that field_types() does not
// have.
std::string recipe_schema(const SchemaTables& tables);

}  // namespace stimgen
