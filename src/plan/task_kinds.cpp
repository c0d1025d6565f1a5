// The kinds of tasks in one table.
#include "stimgen/plan.hpp"

namespace stimgen {

namespace {

constexpr TaskKindInfo kKinds[] = {
    {.kind = TaskKind::network,
     .name = "network",
     .section = "networks/populations",
     .lock_section = "networks",
     .noun = "population ",
     .of_network = true},
    {.kind = TaskKind::assembly,
     .name = "assembly",
     .section = "assemblies",
     .lock_section = "assemblies",
     .noun = "assemblies."},
    {.kind = TaskKind::background,
     .name = "background",
     .section = "backgrounds",
     .lock_section = "tasks",
     .noun = "",
     .makes_file = true},
    {.kind = TaskKind::pattern,
     .name = "pattern",
     .section = "patterns",
     .lock_section = "tasks",
     .noun = "",
     .makes_file = true},
    {.kind = TaskKind::combine,
     .name = "combine",
     .section = "combine",
     .lock_section = "tasks",
     .noun = "",
     .makes_file = true},
};

}  // namespace

std::span<const TaskKindInfo> task_kinds() {
  return kKinds;
}

const TaskKindInfo& task_kind_info(TaskKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::string_view task_kind_name(TaskKind kind) {
  return task_kind_info(kind).name;
}

}  // namespace stimgen
