// The plan: a recipe bound to its networks, as an explicit graph of tasks with streams, fingerprints and estimates.
//
// Building a plan does all that needs no random spike: it opens networks, makes assemblies, reads patterns into rate
// functions, solves rate distributions. What a plan holds is immutable; a run only draws rates and spikes from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stimgen/assembly.hpp"
#include "stimgen/background.hpp"
#include "stimgen/combine.hpp"
#include "stimgen/network.hpp"
#include "stimgen/pattern.hpp"
#include "stimgen/process.hpp"
#include "stimgen/recipe.hpp"
#include "stimgen/source.hpp"
#include "stimgen/streams.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

enum class TaskKind : std::uint8_t { network, assembly, background, pattern, combine };

// How tasks of one kind are called, and where what is said of them stands.
struct TaskKindInfo {
  TaskKind kind = TaskKind::network;
  std::string_view name;          // "pattern"
  std::string_view section;       // of the recipe, steps divided by '/': "patterns", "networks/populations"
  std::string_view lock_section;  // of the lock and of records: "tasks"
  std::string_view noun;          // in sentences, before the name: "assemblies.", "population "
  bool makes_file = false;
  bool of_network = false;  // what changed in its entry, changed in the network rather than in the recipe
};
// In the order of TaskKind; those of one lock section stand together.
std::span<const TaskKindInfo> task_kinds();
const TaskKindInfo& task_kind_info(TaskKind kind);
std::string_view task_kind_name(TaskKind kind);

// The order of kinds and names, to be asked without making a string.
struct PlaceBefore {
  using is_transparent = void;
  using Place = std::pair<TaskKind, std::string_view>;
  bool operator()(const Place& a, const Place& b) const { return a < b; }
};

struct Task {
  TaskKind kind = TaskKind::network;
  std::string name;
  SourceLoc loc;
  std::vector<TaskIndex> needs;     // ascending
  std::vector<UsedStream> streams;  // what it draws from, or the columns that it read; by label, each once
  // What determines the content beside what the recipe says, as sorted "key = value" pairs in canonical form; the
  // fingerprint is BLAKE3 over them, `keys`, `streams` and the fingerprints of `needs`.
  Settings settings;
  Digest fingerprint;
  // What the recipe says and the task's kind read of it, as sorted "dotted key, canonical value" pairs, defaults filled
  // in: rates.burst, 50 Hz. Besides, for people, what it shares with others: seeds, time and output.
  std::vector<std::pair<std::string, std::string>> keys;
  std::vector<std::string> by_content;  // Said::by_content
  // What it read of networks and spike files, as sorted "name, BLAKE3" pairs: "column pop_name of shell". For people:
  // `settings` hold what came of it.
  std::vector<std::pair<std::string, std::string>> inputs;
  std::vector<NamedFile> files;          // other files it read: CSV, edges; sorted, each once
  std::vector<std::string> populations;  // fed or read, alphabetical
  std::uint64_t entry_bytes = 0;         // what its entry takes in a record, at most

  // Tasks that make a file (background, pattern, combine):
  std::string output;  // relative to the output directory: "shell.h5"
  double expected_spikes = 0;
  std::uint64_t expected_bytes = 0;  // of the uncompressed file, at most, if it makes just the expected spikes
  double shared_bytes = 0;           // memory for spikes that its nodes share while it is made

  // Where the spikes come from; nullptr: it makes no file, or the plan is an outline.
  std::unique_ptr<const Source> source;

  bool makes_file() const { return !output.empty(); }
  // The source as the one or the other; nullptr if it is not.
  const SampledSource* sampled() const { return source ? source->sampled() : nullptr; }
  const CombinedSource* combined() const { return source ? source->combined() : nullptr; }
};

struct Plan {
  Recipe recipe;
  std::unique_ptr<Network> network;
  std::vector<std::unique_ptr<AssemblyDefinition>> assembly_definitions;
  std::map<std::string, AssemblySet, std::less<>> assembly_sets;

  // The place of each task in `tasks`, by kind and name; kept by add_task().
  std::map<std::pair<TaskKind, std::string>, TaskIndex, PlaceBefore> places;
  std::vector<Task> tasks;  // in a topological order: networks, assemblies, spikes, combinations; recipe order inside

  // nullptr if unknown.
  const Task* find(std::string_view name) const;
  std::optional<TaskIndex> index_of(std::string_view name) const;
  std::optional<TaskIndex> index_of(TaskKind kind, std::string_view name) const;
  // Names of the tasks that make files, in order.
  std::vector<std::string> file_task_names() const;
  std::filesystem::path output_path(const Task& task) const;
  // The named tasks and all they need, ascending. Throws InputError with a suggestion for an unknown name.
  std::vector<TaskIndex> closure(const std::vector<std::string>& names) const;
};

// Every mistake in the recipe and its inputs goes to `diagnostics`. Stages end early (InputError is not thrown here;
// check diagnostics.has_errors()): the plan is complete only without errors. Warnings: two tasks feed one population
// and nothing combines them.
Plan build_plan(Recipe recipe, Diagnostics& diagnostics);
// The tasks that make files, by name and file alone: without needs, networks or fingerprints that mean anything.
Plan outline_plan(Recipe recipe);

// The path as seen from the recipe's folder, with '/'; its last part if the way there leads through the root.
std::string shown_from_recipe(const Recipe& recipe, const std::filesystem::path& path);

// What the recipe says of a task, defaults merged in, as JSON (written_as_json()): the value under its name in
// TaskKindInfo::section. Empty if the recipe has no entry of it: a population of a file.
std::string entry_json(const Plan& plan, const Task& task);
// The same of a population that the recipe declares; empty for one of a file.
std::string population_json(const Plan& plan, const std::string& name);

// Throws InputError if the tasks would make more spikes or bytes than allowed (output.max_spikes, output.max_bytes,
// else what the disk has free), naming the largest task and its estimate.
void check_limits(const Plan& plan, const std::vector<TaskIndex>& tasks, std::uint64_t free_bytes);

// All tables of the language, for schema, explain and docs.
struct SchemaTables;
const SchemaTables& language_tables();

}  // namespace stimgen
