// `stimgen groups`: who is in which group of an assembly set, as CSV.
#include "cli/format.hpp"
#include "cli/load.hpp"

namespace stimgen::cli {

namespace {

int run_groups(const Arguments& arguments, Terminal& terminal) {
  const Plan& plan = load_plan(arguments, terminal, Warnings::left_out);
  const AssemblySet& set = assembly_set_of(plan, arguments.text("SET"));
  terminal.out("group,label,node_id\n");
  for (std::size_t group = 0; group < set.groups.size(); ++group) {
    const std::string prefix = fmt::format("{},{},", group, csv_field(set.groups[group].label));
    fmt::memory_buffer lines;
    for (const NodeId id : set.groups[group].node_ids) fmt::format_to(std::back_inserter(lines), "{}{}\n", prefix, id);
    terminal.out({lines.data(), lines.size()});
  }
  return 0;
}

constexpr Positional kGroupsPositionals[] = {
    {"RECIPE", Presence::required, "the recipe, a YAML file"},
    {"SET", Presence::required, "the name of an entry of its assemblies"},
};

}  // namespace

extern const Command kGroups;
constinit const Command kGroups{.name = "groups",
                                .summary = "print who is in which group of an assembly set, as CSV group,label,node_id",
                                .example = "stimgen groups recipe.yaml thalamus_groups",
                                .positionals = kGroupsPositionals,
                                .reads_recipe = true,
                                .run = run_groups};

}  // namespace stimgen::cli
