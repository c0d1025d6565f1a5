// All tables of the language in one place: what schema, explain and docs are made from.
#include "stimgen/assembly.hpp"
#include "stimgen/background.hpp"
#include "stimgen/language.hpp"
#include "stimgen/network.hpp"
#include "stimgen/pattern.hpp"
#include "stimgen/plan.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

namespace {

SchemaTables make_tables() {
  SchemaTables tables;
  tables.sections.push_back({"backgrounds", "", {{nullptr, {selection_fields(), background_fields()}}}});
  SchemaSection assemblies{"assemblies", "method", {}};
  for (const AssemblyKind* kind : assembly_kinds()) {
    assemblies.kinds.push_back({&kind->info, {assembly_common_fields(), selection_fields(), kind->info.fields}});
  }
  tables.sections.push_back(std::move(assemblies));
  SchemaSection patterns{"patterns", "type", {}};
  for (const PatternKind* kind : pattern_kinds()) {
    patterns.kinds.push_back({&kind->info, {pattern_common_fields(), kind->info.fields}});
  }
  tables.sections.push_back(std::move(patterns));
  tables.sections.push_back({"combine", "", {{nullptr, {combine_fields()}}}});
  for (const ProcessKind* kind : process_kinds()) tables.processes.push_back(&kind->info);
  for (const DistributionKind* kind : distribution_kinds()) tables.distributions.push_back(&kind->info);
  tables.top_level = top_level_docs();
  tables.networks = network_docs();
  return tables;
}

}  // namespace

const SchemaTables& language_tables() {
  static const SchemaTables tables = make_tables();
  return tables;
}

}  // namespace stimgen
