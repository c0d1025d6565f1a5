// Looking things up in a plan, and adding tasks to it.
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "plan/build.hpp"
#include "plan/keys.hpp"
#include "stimgen/canonical.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

std::optional<TaskIndex> Plan::index_of(TaskKind kind, std::string_view name) const {
  const auto found = places.find(PlaceBefore::Place(kind, name));
  return found == places.end() ? std::nullopt : std::optional(found->second);
}

std::optional<TaskIndex> Plan::index_of(std::string_view name) const {
  // File tasks share one namespace; populations and assembly sets may repeat a name, so files are looked at first.
  for (const TaskKind kind :
       {TaskKind::background, TaskKind::pattern, TaskKind::combine, TaskKind::network, TaskKind::assembly}) {
    if (const auto index = index_of(kind, name)) return index;
  }
  return std::nullopt;
}

const Task* Plan::find(std::string_view name) const {
  const auto index = index_of(name);
  return index ? &tasks[*index] : nullptr;
}

std::vector<std::string> Plan::file_task_names() const {
  std::vector<std::string> names;
  for (const Task& task : tasks) {
    if (task.makes_file()) names.push_back(task.name);
  }
  return names;
}

std::filesystem::path Plan::output_path(const Task& task) const {
  return recipe.output.directory / task.output;
}

std::vector<TaskIndex> Plan::closure(const std::vector<std::string>& names) const {
  Diagnostics diagnostics;
  std::vector<bool> wanted(tasks.size(), false);
  for (const std::string& name : names) {
    if (const auto index = index_of(name); index && tasks[*index].makes_file()) {
      wanted[*index] = true;
    } else {
      diagnostics.error({}, "recipe.unknown-task",
                        fmt::format("'{}' has no task '{}'", recipe.file->path, printable(name)),
                        suggest(name, file_task_names()));
    }
  }
  diagnostics.throw_if_errors();
  // Tasks stand in topological order: one pass from the end reaches everything.
  std::vector<TaskIndex> result;
  for (TaskIndex i = tasks.size(); i-- > 0;) {
    if (!wanted[i]) continue;
    result.push_back(i);
    for (const TaskIndex need : tasks[i].needs) wanted[need] = true;
  }
  std::reverse(result.begin(), result.end());
  return result;
}

TaskIndex network_task(Plan& plan, const NodePopulation& population) {
  if (const auto known = plan.index_of(TaskKind::network, population.name())) return *known;
  Task task;
  task.kind = TaskKind::network;
  task.name = population.name();
  task.populations = {population.name()};
  task.keys = {{"nodes", fmt::format("{}", population.size())}};
  task.settings = {{"node_ids", canonical_digest(std::span<const NodeId>(population.node_ids()))}};
  if (const auto file = population.file(); !file.empty()) task.files = {{file, {}}};
  return add_task(plan, std::move(task));
}

void set_output(const Plan& plan, Task& task) {
  const OutputSettings& output = plan.recipe.output;
  task.output = fmt::format("{}{}", task.name, kSpikeFileExtension);
  task.settings.emplace_back("output sort", output.sort == SpikeOrder::by_time ? "by_time" : "by_id");
  task.settings.emplace_back("output resolution",
                             output.resolution_ms > 0 ? format_time(output.resolution_ms) : "none");
  task.settings.emplace_back("output compression", output.compression == Compression::gzip
                                                       ? fmt::format("gzip {}", output.level)
                                                       : std::string("none"));
}

namespace {

// A column that is read twice was drawn once.
void sort_by_label(std::vector<UsedStream>& streams) {
  const auto before = [](const UsedStream& a, const UsedStream& b) { return a.label() < b.label(); };
  const auto same = [](const UsedStream& a, const UsedStream& b) { return a.label() == b.label(); };
  std::sort(streams.begin(), streams.end(), before);
  streams.erase(std::unique(streams.begin(), streams.end(), same), streams.end());
}

}  // namespace

TaskIndex add_task(Plan& plan, Task task) {
  std::sort(task.needs.begin(), task.needs.end());
  task.needs.erase(std::unique(task.needs.begin(), task.needs.end()), task.needs.end());
  std::sort(task.settings.begin(), task.settings.end());
  sort_by_label(task.streams);
  std::string text = fmt::format("stimgen-task\n{}\n{}\n", kFormatVersion, task_kind_name(task.kind));
  // With lengths, so that no two different lists give one text.
  const auto add = [&text](std::string_view what, const auto& pairs) {
    for (const auto& [key, value] : pairs)
      text += fmt::format("{} {} {} {} {}\n", what, key.size(), key, value.size(), value);
  };
  add("setting", task.settings);
  KeyList said = task.keys;
  std::erase_if(said, [&](const auto& key) {
    return std::binary_search(task.by_content.begin(), task.by_content.end(), key.first);
  });
  add("said", said);
  for (const UsedStream& stream : task.streams) {
    text.append("stream ").append(stream.label()).append(" ").append(canonical(stream.key)) += '\n';
  }
  // Sorted, since the order of tasks in the recipe must not matter.
  std::vector<std::string> needs;
  for (const TaskIndex need : task.needs) needs.push_back(to_hex(plan.tasks[need].fingerprint));
  std::sort(needs.begin(), needs.end());
  for (const std::string& need : needs) text.append("needs ").append(need) += '\n';
  task.fingerprint = blake3(text);
  add_shared_keys(plan.recipe, task);
  task.entry_bytes = entry_bytes_at_most(plan, task);
  const TaskIndex index = plan.tasks.size();
  plan.places.emplace(std::pair(task.kind, task.name), index);
  plan.tasks.push_back(std::move(task));
  if (Task& added = plan.tasks.back(); added.makes_file()) {
    // Estimates beyond any disk are cut, so that they stay printable integers.
    constexpr double kMostBytes = 1e18;
    const double bytes = file_bytes_at_most(plan, index, added.expected_spikes);
    added.expected_bytes = static_cast<std::uint64_t>(std::min(bytes, kMostBytes));
  }
  return index;
}

}  // namespace stimgen
