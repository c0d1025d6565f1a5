// `stimgen plan`: the task graph as a table, as JSON or for Graphviz.
#include <cmath>
#include <filesystem>
#include <map>

#include "base/format_bytes.hpp"
#include "cli/format.hpp"
#include "cli/load.hpp"
#include "stimgen/audit.hpp"

namespace stimgen::cli {

namespace {

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::vector<std::string> names_needed(const Plan& plan, const Task& task) {
  std::vector<std::string> names;
  for (const TaskIndex index : task.needs) names.push_back(plan.tasks[index].name);
  return names;
}

std::string hex(StreamKey key) {
  return fmt::format("{:016x}", key.value);
}

using States = std::map<TaskIndex, TaskState>;

std::string state_text(const States& states, TaskIndex index) {
  const auto state = states.find(index);
  if (state == states.end()) return "-";
  return state->second.fresh ? "fresh" : "stale: " + state->second.why;
}

// Of a file that is up to date.
std::string bytes_on_disk(const Plan& plan, const States& states, TaskIndex index) {
  const auto state = states.find(index);
  if (state == states.end() || !state->second.fresh) return "-";
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(plan.output_path(plan.tasks[index]), error);
  return error ? std::string("-") : format_bytes(static_cast<std::uint64_t>(bytes));
}

std::string as_table(const Plan& plan, const States& states, bool with_streams) {
  using enum Table::Align;
  std::vector<Table::Align> columns{left, left, left, right, right, right, left, left};
  std::vector<std::string> header{"TASK", "KIND", "NEEDS", "SPIKES", "BYTES", "ON DISK", "FILE", "STATE"};
  if (with_streams) {
    columns.push_back(left);
    header.emplace_back("STREAMS");
  }
  Table table(columns);
  table.add(header);
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
    const Task& task = plan.tasks[i];
    std::vector<std::string> streams;
    for (const UsedStream& stream : task.streams) {
      streams.push_back(fmt::format("{}:{}", stream.label(), hex(stream.key)));
    }
    const auto or_dash = [](std::string text) { return text.empty() ? std::string("-") : text; };
    std::vector<std::string> cells{task.name,
                                   std::string(task_kind_name(task.kind)),
                                   or_dash(joined(names_needed(plan, task))),
                                   task.makes_file() ? fmt::format("{:.0f}", task.expected_spikes) : "-",
                                   task.makes_file() ? format_bytes(task.expected_bytes) : "-",
                                   bytes_on_disk(plan, states, i),
                                   or_dash(task.output),
                                   state_text(states, i)};
    if (with_streams) cells.push_back(or_dash(fmt::format("{}", fmt::join(streams, " "))));
    table.add(cells);
  }
  return table.text();
}

// The keys are a contract: format_version, recipe, output_directory, tasks[] with name, kind (a name is unique only
// within networks, assemblies and the rest), needs[] with name and kind, populations, streams, fingerprint, and for
// tasks that make a file output, expected_spikes, expected_bytes, shared_bytes (only where nodes share spikes), state
// ("fresh" or "stale") and why (only if stale).
std::string as_json(const Plan& plan, const States& states) {
  Json tasks = Json::array();
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
    const Task& task = plan.tasks[i];
    Json streams = Json::object();
    for (const UsedStream& stream : task.streams) streams[stream.label()] = hex(stream.key);
    Json needs = Json::array();
    for (const TaskIndex index : task.needs) {
      needs.push_back(Json{{"name", plan.tasks[index].name}, {"kind", task_kind_name(plan.tasks[index].kind)}});
    }
    Json entry = {{"name", task.name},  {"kind", task_kind_name(task.kind)},
                  {"needs", needs},     {"populations", task.populations},
                  {"streams", streams}, {"fingerprint", to_hex(task.fingerprint)}};
    if (task.makes_file()) {
      entry["output"] = task.output;
      entry["expected_spikes"] = task.expected_spikes;
      entry["expected_bytes"] = task.expected_bytes;
      if (task.shared_bytes > 0) entry["shared_bytes"] = std::ceil(task.shared_bytes);
      const TaskState& state = states.at(i);
      entry["state"] = state.fresh ? "fresh" : "stale";
      if (!state.fresh) entry["why"] = state.why;
    }
    tasks.push_back(std::move(entry));
  }
  return to_text(Json{{"format_version", kFormatVersion},
                      {"recipe", plan.recipe.name},
                      {"output_directory", plan.recipe.output.directory.string()},
                      {"tasks", tasks}});
}

std::string dot_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string as_dot(const Plan& plan) {
  std::string text = "digraph stimgen {\n  rankdir=LR;\n  node [fontname=\"Helvetica\", fontsize=10];\n";
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
    const Task& task = plan.tasks[i];
    std::string label = fmt::format("{}\n{}", escaped(task.name), task_kind_name(task.kind));
    if (task.makes_file()) label += fmt::format("\n~{:.0f} spikes", task.expected_spikes);
    // Graphviz takes a line end inside quotes as it is.
    text += fmt::format("  t{} [label={}, shape={}];\n", i, dot_text(label), task.makes_file() ? "box" : "ellipse");
  }
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
    for (const TaskIndex needed : plan.tasks[i].needs) text += fmt::format("  t{} -> t{};\n", needed, i);
  }
  return text + "}\n";
}

int run_plan_command(const Arguments& arguments, Terminal& terminal) {
  if (arguments.has("json") && arguments.has("dot")) {
    throw UsageError("usage.exclusive", "'--json' and '--dot' exclude each other", {}, "plan");
  }
  const Plan& plan = load_plan(arguments, terminal);
  if (arguments.has("dot")) {
    terminal.out(as_dot(plan));
    return 0;
  }
  FileStamps stamps(plan.recipe.output.directory);
  const std::filesystem::path lock_file = lock_path(plan.recipe);
  const auto lock = read_lock(lock_file, recipe_key(plan, lock_file));
  const States states = judge_tasks(plan, lock, stamps);
  if (arguments.has("json")) {
    terminal.out(as_json(plan, states));
    return 0;
  }
  terminal.out(as_table(plan, states, arguments.has("streams")));
  for (const Task& task : plan.tasks) {
    if (task.shared_bytes == 0) continue;
    terminal.note(fmt::format("spikes that nodes of '{}' share take {} of memory while it is made", task.name,
                              format_bytes(task.shared_bytes)));
  }
  if (plan.recipe.output.compression == Compression::gzip) terminal.note("BYTES are those before compression");
  return 0;
}

constexpr Positional kPlanPositionals[] = {{"RECIPE", Presence::required, "the recipe, a YAML file"}};
constexpr Option kPlanOptions[] = {
    {"streams", 0, Words::none, "", "show the random streams of each task, too"},
    {"json", 0, Words::none, "", "as JSON"},
    {"dot", 0, Words::none, "", "for Graphviz: stimgen plan RECIPE --dot | dot -Tsvg > plan.svg"},
};

}  // namespace

extern const Command kPlan;
constinit const Command kPlan{
    .name = "plan",
    .summary = "show the tasks of a recipe: order, needs, expected and real size, fresh or stale and why",
    .example = "stimgen plan recipe.yaml\nstimgen plan recipe.yaml --dot | dot -Tsvg > plan.svg",
    .positionals = kPlanPositionals,
    .options = kPlanOptions,
    .reads_recipe = true,
    .run = run_plan_command};

}  // namespace stimgen::cli
