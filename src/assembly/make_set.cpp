// Reads one entry of `assemblies` and makes its groups: what is the same for every method.
#include <algorithm>
#include <stdexcept>

#include "assembly/common.hpp"
#include "base/exact.hpp"
#include "base/kind_names.hpp"

#include <fmt/format.h>

namespace stimgen {
namespace {

// The kind that an entry or its section's defaults name; nullptr after an error.
const AssemblyKind* find_kind(const Entry& entry, const Value& defaults, Diagnostics& diagnostics) {
  const Value* method = entry.body.find("method");
  if (method == nullptr || method->is_null()) method = defaults.find("method");
  const std::string help = fmt::format("the methods are {}", fmt::join(kind_names(assembly_kinds()), ", "));
  if (method == nullptr || method->is_null()) {
    diagnostics.error(entry.loc, "recipe.missing-key",
                      fmt::format("assembly set '{}' has no 'method'", printable(entry.name)), help);
    return nullptr;
  }
  if (!method->is_scalar()) {
    diagnostics.error(method->loc, "recipe.wrong-type",
                      fmt::format("'method' must be the name of a method, not {}", describe(*method)), help);
    return nullptr;
  }
  for (const AssemblyKind* kind : assembly_kinds()) {
    if (kind->info.name == method->text) return kind;
  }
  diagnostics.error(method->loc, "recipe.unknown-choice",
                    fmt::format("there is no grouping method '{}'", printable(method->text)),
                    suggest(method->text, kind_names(assembly_kinds())));
  return nullptr;
}

std::string owner_of(const AssemblyKind& kind) {
  return fmt::format("'{}' grouping", kind.info.name);
}

void keep_fraction(AssemblySet& set, double fraction, Streams& streams) {
  for (std::size_t i = 0; i < set.groups.size(); ++i) {
    std::vector<NodeId>& ids = set.groups[i].node_ids;
    const auto kept = static_cast<std::size_t>(nearest_share(fraction, ids.size()));
    if (kept == ids.size()) continue;
    RandomStream stream(streams.key(Purpose::fraction), i);
    draw_to_front(ids, kept, stream);
    ids.resize(kept);
    std::sort(ids.begin(), ids.end());
  }
}

// False after an error.
bool check_groups(const AssemblyDefinition& definition, const AssemblySet& made, const std::vector<bool>& had_nodes,
                  Diagnostics& diagnostics) {
  if (made.groups.empty()) {
    diagnostics.error(definition.loc, "assembly.no-groups",
                      fmt::format("assembly set '{}' has no groups", printable(definition.name)));
    return false;
  }
  bool fine = true;
  for (std::size_t i = 0; i < made.groups.size(); ++i) {
    if (!made.groups[i].node_ids.empty()) continue;
    const std::string label = printable(made.groups[i].label);
    if (had_nodes[i]) {
      diagnostics.error(definition.fraction_loc, "assembly.empty-group",
                        fmt::format("'fraction: {}' leaves no node of group '{}' in set '{}'",
                                    format_number(definition.fraction), label, printable(definition.name)),
                        "raise the fraction or make the groups larger");
    } else {
      diagnostics.error(definition.loc, "assembly.empty-group",
                        fmt::format("group '{}' of assembly set '{}' has no nodes", label, printable(definition.name)),
                        "every group needs a node that the selection keeps");
    }
    fine = false;
  }
  return fine;
}

// The body with the population of the set it is made from, where that follows.
Value with_population_of(const AssemblyDefinition& definition, const AssemblyContext& context) {
  const Value& body = definition.body;
  Value result = body;
  if (!definition.kind->nodes_of_other_set) return result;
  const AssemblySet* needed = context.other(definition.grouping->needs_set());
  if (needed == nullptr || needed->population == nullptr || body.find("population") != nullptr) return result;
  Value name;
  name.kind = Value::Kind::scalar;
  name.quoted = true;
  name.loc = body.loc;
  name.text = needed->population->name();
  result.members.push_back({"population", body.loc, std::move(name)});
  return result;
}

}  // namespace

std::unique_ptr<AssemblyDefinition> read_assembly(const Entry& entry, const Value& defaults, Diagnostics& diagnostics) {
  auto definition = std::make_unique<AssemblyDefinition>();
  definition->name = entry.name;
  definition->loc = entry.loc;
  if (!entry.body.is_mapping() && !entry.body.is_null()) {
    diagnostics.error(entry.body.loc, "recipe.wrong-type",
                      fmt::format("assembly set '{}' must be a mapping of keys, not {}", printable(entry.name),
                                  describe(entry.body)));
    return definition;
  }
  definition->kind = find_kind(entry, defaults, diagnostics);
  if (definition->kind == nullptr) return definition;
  const AssemblyKind& kind = *definition->kind;
  const auto selection = selection_fields();
  const auto from_defaults = kind.nodes_of_other_set ? std::span<const FieldDoc>() : selection;
  definition->body = with_defaults(entry, defaults, {assembly_common_fields(), from_defaults, kind.info.fields});
  Fields fields(definition->body, owner_of(kind), {assembly_common_fields(), selection, kind.info.fields}, diagnostics);
  fields.value("method");
  for (const FieldDoc& field : selection) fields.value(field.name);  // read by make_assembly_set()
  const std::size_t errors_before = diagnostics.error_count();
  definition->fraction = fields.fraction("fraction");
  definition->fraction_loc = fields.loc("fraction");
  if (diagnostics.error_count() == errors_before && definition->fraction == 0) {
    fields.error("fraction", "assembly.empty-group", "'fraction: 0' leaves no node in any group");
  }
  auto grouping = kind.make(fields);
  if (fields.ok()) {
    definition->grouping = std::move(grouping);
    definition->said = fields.said();
    if (const auto unread = fields.unread(); !unread.empty()) {
      throw std::logic_error(
          fmt::format("method '{}' declares '{}' and does not read it", kind.info.name, unread.front()));
    }
  }
  return definition;
}

AssemblySet make_assembly_set(const AssemblyDefinition& definition, const AssemblyContext& context, Streams& streams,
                              Diagnostics& diagnostics) {
  if (definition.grouping == nullptr) throw std::logic_error("make_assembly_set: the definition was not read");
  const std::size_t errors_before = diagnostics.error_count();
  const auto failed = [&] {
    AssemblySet set;
    set.name = definition.name;
    return set;
  };
  const AssemblyKind& kind = *definition.kind;
  const Value body = with_population_of(definition, context);
  Fields fields(body, owner_of(kind), {assembly_common_fields(), selection_fields(), kind.info.fields}, diagnostics);
  const PopulationSelection selection = read_selection(fields, context.network());
  if (selection.population == nullptr || !fields.ok()) return failed();
  AssemblySet made = definition.grouping->make(context, selection, streams, diagnostics);
  made.name = definition.name;
  if (diagnostics.error_count() != errors_before || made.population == nullptr) return failed();
  std::vector<bool> had_nodes;
  for (const Assembly& group : made.groups) had_nodes.push_back(!group.node_ids.empty());
  keep_fraction(made, definition.fraction, streams);
  if (!check_groups(definition, made, had_nodes, diagnostics)) return failed();
  return made;
}

}  // namespace stimgen
