// Which nodes of a spike file belong together, from a recipe or a SONATA config.
#include "cli/file_groups.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "stimgen/audit.hpp"
#include "stimgen/recipe.hpp"
#include "stimgen/stats.hpp"
#include "stimgen/task_nodes.hpp"

namespace stimgen::cli {

namespace {

double read_time_word(const std::string& word, const std::string& command) {
  Diagnostics diagnostics;
  Value value;
  value.kind = Value::Kind::scalar;
  value.text = word;
  const std::optional<double> time_ms = read_time_ms(value, diagnostics);
  if (time_ms) return *time_ms;
  throw UsageError(
      "usage.wrong-value",
      fmt::format("'--window' does not take '{}': {}", printable(word), diagnostics.items().front().message),
      "--window 1 5, --window '500 ms' '1.5 s'", command);
}

std::vector<std::optional<TimeWindow>> read_windows(const Arguments& arguments) {
  const std::string command(arguments.command().name);
  const std::vector<std::string> words = arguments.texts("window");
  std::vector<std::optional<TimeWindow>> windows;
  Diagnostics diagnostics;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const TimeWindow window{read_time_word(words[i], command), read_time_word(words[i + 1], command)};
    windows.emplace_back(window);
    if (window.stop_ms > window.start_ms) continue;
    diagnostics.error({}, "stats.empty-window",
                      fmt::format("--window '{}' '{}': there is no time from {} to {}", printable(words[i]),
                                  printable(words[i + 1]), format_time(window.start_ms), format_time(window.stop_ms)),
                      "the window is from A to before B, so A is less than B");
  }
  diagnostics.throw_if_errors();
  return windows;
}

void check_options(const Arguments& arguments) {
  const std::string command(arguments.command().name);
  if (arguments.has("recipe") && arguments.has("config")) {
    throw UsageError("usage.exclusive", "'--recipe' and '--config' exclude each other", {}, command);
  }
  if (arguments.has("by") && arguments.has("assembly")) {
    throw UsageError("usage.exclusive", "'--by' and '--assembly' exclude each other", {}, command);
  }
  if (arguments.has("by") && !arguments.has("recipe") && !arguments.has("config")) {
    throw UsageError("usage.missing", "'--by' needs node properties", "add --recipe RECIPE or --config CONFIG",
                     command);
  }
  if (arguments.has("assembly") && !arguments.has("recipe")) {
    throw UsageError("usage.missing", "'--assembly' needs the recipe that declares the set", "add --recipe RECIPE",
                     command);
  }
}

void open_recipe(const Arguments& arguments, FileContext& context, Diagnostics& diagnostics) {
  context.origin = arguments.text("recipe");
  context.from_recipe = true;
  Recipe recipe = load_recipe(context.origin, {}, diagnostics);
  diagnostics.throw_if_errors();
  if (recipe.stop_ms) {
    context.windows.all = {TimeWindow{recipe.start_ms.value_or(0), *recipe.stop_ms}};
    context.windows.grid_ms = recipe.output.resolution_ms;
    context.windows.origin = fmt::format("the time window of {}", context.origin);
  }
  if (!arguments.has("assembly")) {
    context.opened = open_network(recipe.networks, recipe.seeds.network, diagnostics);
    context.network = context.opened.get();
    return;
  }
  context.plan = build_plan(std::move(recipe), diagnostics);
  diagnostics.throw_if_errors();
  context.network = context.plan.network.get();
  context.assembly = &assembly_set_of(context.plan, arguments.text("assembly"));
}

// A value that no node has.
std::shared_ptr<const Column> missing_column(std::size_t nodes) {
  auto column = std::make_shared<Column>();
  column->type = Column::Type::text;
  column->codes.assign(nodes, 0);
  column->missing.assign(nodes, 1);
  return column;
}

// Properties that some population of the file has.
std::set<std::string> known_elsewhere(const SpikeReader& reader, const FileContext& context) {
  std::set<std::string> names;
  for (const PopulationInfo& info : reader.populations()) {
    const NodePopulation* population = context.network->population(info.name);
    if (population == nullptr) continue;
    for (const ColumnInfo& column : population->columns()) names.insert(column.name);
  }
  return names;
}

// A property that only other populations of the file have is one without values here.
NodeKeys keys_of_properties(const std::vector<std::string>& properties, const NodePopulation& population,
                            const std::set<std::string>& elsewhere) {
  NodeKeys keys;
  keys.names = properties;
  Diagnostics diagnostics;
  for (const std::string& property : properties) {
    keys.columns.push_back(population.column(property));
    if (keys.columns.back() != nullptr) continue;
    if (elsewhere.contains(property)) {
      keys.columns.back() = missing_column(population.size());
      continue;
    }
    diagnostics.add(unknown_property(population, property), {});
  }
  diagnostics.throw_if_errors();
  return keys;
}

// The labels of a set as if they were a property of its nodes.
NodeKeys keys_of_assembly(const AssemblySet& set) {
  auto labels = std::make_shared<Column>();
  labels->type = Column::Type::text;
  labels->codes.assign(set.population->size(), 0);
  labels->missing.assign(set.population->size(), 1);
  for (const Assembly& group : set.groups) {
    const auto code = static_cast<std::uint32_t>(labels->dictionary.size());
    labels->dictionary.push_back(group.label);
    for (const NodeId id : group.node_ids) {
      const NodeRow row = *set.population->row_of(id);
      labels->codes[row] = code;
      labels->missing[row] = 0;
    }
  }
  NodeKeys keys;
  keys.names = {"assembly"};
  keys.columns = {std::move(labels)};
  keys.as_listed = true;
  return keys;
}

std::vector<std::vector<std::size_t>> rows_by_key(const NodeKeys& keys, std::size_t nodes) {
  std::vector<std::size_t> order;
  order.reserve(nodes);
  for (std::size_t row = 0; row < nodes; ++row) {
    if (!keys.as_listed || !keys.columns.front()->is_missing(row)) order.push_back(row);
  }
  const auto before = [&](std::size_t a, std::size_t b) { return keys.before(a, b); };
  if (!keys.columns.empty()) std::stable_sort(order.begin(), order.end(), before);
  std::vector<std::vector<std::size_t>> groups;
  for (const std::size_t row : order) {
    if (groups.empty() || keys.before(groups.back().front(), row)) groups.emplace_back();
    groups.back().push_back(row);
  }
  return groups;
}

// Of a population in the file of a task; nullopt where it is not known.
std::optional<double> shortest_piece_ms(const Plan& plan, TaskIndex task, const std::string& name) {
  if (plan.tasks[task].sampled() != nullptr) return open_task_nodes(plan, task).shortest_piece_ms();
  const NodePopulation* population = plan.network->population(name);
  const CombinedParts parts = find_parts(plan, task, name);
  if (population == nullptr || !parts.window) return std::nullopt;
  return open_combined_nodes(plan, parts, *population, {}, {}).shortest_piece_ms();
}

FileGroups group_population(const SpikeReader& reader, const PopulationInfo& info, const FileContext& context) {
  FileGroups file;
  file.info = info;
  if (context.network == nullptr) return file;
  file.population = context.network->population(info.name);
  if (file.population == nullptr) {
    throw unknown_population(*context.network, info.name,
                             fmt::format(" in {}, but {} holds spikes of it", context.origin, reader.path()));
  }
  file.keys = context.assembly != nullptr
                  ? keys_of_assembly(*context.assembly)
                  : keys_of_properties(context.properties, *file.population, known_elsewhere(reader, context));
  file.groups = rows_by_key(file.keys, file.population->size());
  return file;
}

}  // namespace

// A bare number is ms, the unit of the times that are printed.
std::optional<double> read_bin_ms(const Arguments& arguments) {
  if (!arguments.has("bin")) return std::nullopt;
  const std::string word = arguments.text("bin");
  const std::optional<Smoothing> width = parse_smoothing("boxcar:" + word);
  if (width) return width->width_ms;
  throw UsageError("usage.wrong-value", fmt::format("option '--bin' needs a time above 0, not '{}'", printable(word)),
                   "--bin 2.5ms", std::string(arguments.command().name));
}

std::optional<Smoothing> read_smoothing(const Arguments& arguments) {
  if (!arguments.has("smooth")) return std::nullopt;
  const std::string word = arguments.text("smooth");
  if (const std::optional<Smoothing> smoothing = parse_smoothing(word)) return smoothing;
  throw UsageError("usage.wrong-value", fmt::format("option '--smooth' does not take '{}'", printable(word)),
                   "--smooth 10 (σ of a Gaussian in ms), boxcar:50, exponential:50 or none",
                   std::string(arguments.command().name));
}

FileContext open_file_context(const Arguments& arguments, Terminal& terminal) {
  check_options(arguments);
  FileContext context;
  Diagnostics diagnostics;
  if (arguments.has("recipe")) {
    open_recipe(arguments, context, diagnostics);
  } else if (arguments.has("config")) {
    context.origin = arguments.text("config");
    context.opened = open_config(context.origin, diagnostics);
    context.network = context.opened.get();
  }
  diagnostics.throw_if_errors();
  if (context.assembly == nullptr) terminal.warnings(diagnostics);
  context.properties = arguments.list("by");
  const std::optional<double> stop_ms =
      context.network != nullptr ? context.network->simulation_stop_ms() : std::nullopt;
  if (arguments.has("window")) {
    context.windows = {read_windows(arguments), 0, "--window"};
  } else if (context.windows.all.empty() && stop_ms) {
    context.windows = {{TimeWindow{0, *stop_ms}}, 0, "run.tstop of the simulation config"};
  }
  return context;
}

std::unique_ptr<SpikeReader> open_spikes(const std::string& path, const FileContext& context) {
  SpikeFileView view;
  if (context.assembly != nullptr) {
    view.unnamed = context.assembly->population->name();
  } else if (context.network == nullptr) {
    view.unnamed = kUnnamedPopulation;
  } else if (const std::vector<std::string> names = context.network->population_names(); names.size() == 1) {
    view.unnamed = names.front();
  }
  return open_spike_file(path, view);
}

CountedWindows windows_for(const SpikeReader& reader, const FileContext& context) {
  if (!context.windows.all.empty()) return context.windows;
  if (const auto recorded = recorded_window(reader)) {
    return {{recorded->window}, recorded->grid_ms, fmt::format("the time window in the record of {}", reader.path())};
  }
  constexpr double kLastOneToo = 1e-6;  // of a grid: the last spike lies at the end and counts
  const double last_ms = reader.populations().size() > 1 ? last_spike_ms(reader) : 0;
  if (last_ms > 0) return {{TimeWindow{0, last_ms}}, kLastOneToo, "the last spike of the file"};
  return {{std::nullopt}, 0, "the last spike"};
}

std::vector<std::string> NodeKeys::values_at(NodeRow row) const {
  std::vector<std::string> values;
  for (const auto& column : columns) values.push_back(column->text_at(row));
  return values;
}

Json NodeKeys::json_at(NodeRow row) const {
  Json values = Json::object();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = *columns[i];
    Json& value = values[names[i]];
    if (column.is_missing(row)) continue;
    if (column.type == Column::Type::text) value = column.text_at(row);
    if (column.type == Column::Type::integer) value = column.integers[row];
    if (column.type == Column::Type::real) value = column.reals[row];
  }
  return values;
}

bool NodeKeys::before(NodeRow a, NodeRow b) const {
  for (const auto& column : columns) {
    if (column->is_missing(a) != column->is_missing(b)) return column->is_missing(b);
    if (column->is_missing(a)) continue;
    if (as_listed) {
      if (column->codes[a] != column->codes[b]) return column->codes[a] < column->codes[b];
    } else if (column->type == Column::Type::text) {
      if (const int order = column->text_at(a).compare(column->text_at(b)); order != 0) return order < 0;
    } else if (column->type == Column::Type::integer) {
      if (column->integers[a] != column->integers[b]) return column->integers[a] < column->integers[b];
    } else if (column->reals[a] != column->reals[b]) {
      return column->reals[a] < column->reals[b];
    }
  }
  return false;
}

std::string FileGroups::label_of(std::size_t group) const {
  if (groups.empty() || keys.names.empty()) return info.name;
  return fmt::format("{}", fmt::join(keys.values_at(groups[group].front()), ", "));
}

std::vector<std::uint32_t> FileGroups::group_of_node() const {
  std::vector<std::uint32_t> group_of_node(population->size(), kNoGroup);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (const std::size_t row : groups[group]) group_of_node[row] = static_cast<std::uint32_t>(group);
  }
  return group_of_node;
}

std::vector<FileGroups> group_file(const SpikeReader& reader, const FileContext& context) {
  if (reader.populations().empty()) {
    throw InputError("spikes.population", fmt::format("'{}' has no population", printable(reader.path())));
  }
  if (context.assembly != nullptr) {
    const std::string belongs = fmt::format(", to which assembly set '{}' belongs", context.assembly->name);
    return {group_population(reader, population_of(reader, context.assembly->population->name(), belongs), context)};
  }
  std::vector<FileGroups> files;
  for (const PopulationInfo& info : reader.populations()) files.push_back(group_population(reader, info, context));
  return files;
}

void check_nodes_known(const std::vector<NodeId>& named, std::uint64_t count, const NodePopulation& population,
                       const std::string& file) {
  refuse_unknown_nodes(file, named, count,
                       fmt::format("in population '{}' ({})", population.name(), population.origin()));
}

std::optional<double> find_shortest_piece_ms(const FileContext& context, const SpikeReader& reader) {
  if (!context.from_recipe) return std::nullopt;
  std::optional<double> shortest_ms;
  try {
    // What is wrong with its tasks is not asked here.
    Diagnostics ignored;
    const Plan plan = build_plan(load_recipe(context.origin, {}, ignored), ignored);
    for (TaskIndex task = 0; task < plan.tasks.size() && ignored.error_count() == 0; ++task) {
      std::error_code error;
      if (!plan.tasks[task].makes_file() ||
          !std::filesystem::equivalent(plan.output_path(plan.tasks[task]), reader.path(), error)) {
        continue;
      }
      for (const PopulationInfo& info : reader.populations()) {
        const std::optional<double> piece_ms = shortest_piece_ms(plan, task, info.name);
        if (piece_ms) shortest_ms = std::min(*piece_ms, shortest_ms.value_or(*piece_ms));
      }
    }
  } catch (const InputError&) {
    return std::nullopt;
  }
  return shortest_ms;
}

void say_whose_spikes(const FileContext& context, const PopulationInfo& population, Terminal& terminal) {
  if (population.named || context.network == nullptr) return;
  terminal.note(
      fmt::format("the file does not say whose its spikes are: they are taken for those of '{}'", population.name));
}

void say_what_was_assumed(const FileContext& context, const CountedWindows& windows, const PopulationInfo& population,
                          TimeWindow window, const Uncounted& uncounted, Terminal& terminal) {
  const std::string& name = population.name;
  const auto all = windows.all.size();
  const bool first = all == 1 || windows.all.front() == window;
  if (first) say_whose_spikes(context, population, terminal);
  const auto verb = [](std::uint64_t count) { return count == 1 ? "lies" : "lie"; };
  if (windows.origin == "--window" && population.count > 0 && uncounted.outside == population.count) {
    terminal.note(fmt::format("{}: no spike lies in {} to {}; bare numbers after --window are seconds", name,
                              format_time(window.start_ms), format_time(window.stop_ms)));
  } else if (all == 1) {
    terminal.note(fmt::format("{}: rates over {} to {} ({})", name, format_time(window.start_ms),
                              format_time(window.stop_ms), windows.origin));
    if (uncounted.outside > 0) {
      terminal.note(fmt::format("{}: {} {} outside this window and {} not counted{}", name,
                                counted(uncounted.outside, "spike"), verb(uncounted.outside),
                                uncounted.outside == 1 ? "is" : "are",
                                uncounted.early > 0 ? fmt::format(" ({} at or before 0 ms)", uncounted.early) : ""));
    }
  } else if (uncounted.early > 0 && first) {
    // Every row says its window, and most spikes lie outside most of them, but these lie outside all.
    terminal.note(fmt::format("{}: {} {} at or before 0 ms, outside every window", name,
                              counted(uncounted.early, "spike"), verb(uncounted.early)));
  }
}

}  // namespace stimgen::cli
