// Binds backgrounds and patterns to their nodes and adds their tasks.
#include <fmt/format.h>

#include <algorithm>

#include "plan/build.hpp"
#include "plan/canonical.hpp"
#include "plan/keys.hpp"

namespace stimgen {
namespace {

class SpikeTaskBuilder {
 public:
  SpikeTaskBuilder(Plan& plan, Diagnostics& diagnostics)
      : plan_(plan), diagnostics_(diagnostics), seeds_(plan.recipe.seeds) {}

  void add_background(const Entry& entry) {
    const BackgroundDefaults times{plan_.recipe.start_ms.value_or(0), plan_.recipe.stop_ms};
    auto background =
        read_background(entry, plan_.recipe.backgrounds.defaults, *plan_.network, times, seeds_, diagnostics_);
    if (!background) {
      look_up_process(entry, plan_.recipe.backgrounds.defaults);
      return;
    }
    Plan::SpikeInput input;
    Task task;
    if (!start(task, input, TaskKind::background, entry, background->streams, background->process, background->said))
      return;
    input.window = background->window;
    input.population = background->population;
    input.rate_key = background->streams.key_if_used(Purpose::rate);
    task.needs.push_back(network_task(plan_, *background->population));
    task.settings.emplace_back("window", canonical(input.window));
    for (const BackgroundGroup& group : background->groups) {
      std::vector<NodeId> ids;
      ids.reserve(group.rows.size());
      for (const NodeRow row : group.rows) ids.push_back(background->population->node_ids()[row]);
      const std::string prefix = fmt::format("group {}", group.label);
      task.settings.emplace_back(prefix + " nodes", canonical_digest(std::span<const NodeId>(ids)));
      task.settings.emplace_back(prefix + " rate", group.listed_hz.empty()
                                                       ? canonical(group.distribution)
                                                       : canonical_digest(std::span<const double>(group.listed_hz)));
      task.expected_spikes += group.expected_spikes(input.window.duration_ms());
    }
    task.keys = background->said.keys;
    task.by_content = background->said.by_content;
    task.files = background->said.files;
    inputs_.add_columns(*background->population, task);
    const Streams streams = background->streams;
    input.background = std::move(background);
    finish(std::move(task), std::move(input), streams);
  }

  void add_pattern(const Entry& entry) {
    const PatternDefaults times{plan_.recipe.start_ms.value_or(0), plan_.recipe.stop_ms};
    auto pattern = read_pattern(entry, plan_.recipe.patterns.defaults, times, diagnostics_);
    if (!pattern) {
      look_up_process(entry, plan_.recipe.patterns.defaults);
      const Value* assemblies = written(entry, plan_.recipe.patterns.defaults, "assemblies");
      if (assemblies != nullptr && assemblies->is_scalar()) find_set(assemblies->text, assemblies->loc);
      return;
    }
    Plan::SpikeInput input;
    Task task;
    Streams streams(seeds_, entry.name, pattern->stream);
    const bool started = start(task, input, TaskKind::pattern, entry, streams, pattern->process, pattern->said);
    const AssemblySet* const set = find_set(pattern->assemblies, pattern->assemblies_loc);
    if (set == nullptr) return;
    PatternGroups groups;
    for (const Assembly& assembly : set->groups) {
      groups.labels.push_back(assembly.label);
      groups.node_ids.emplace_back(assembly.node_ids);
    }
    const std::size_t errors_before = diagnostics_.error_count();
    input.group_rates = pattern->pattern->rates(groups, streams, diagnostics_);
    if (!started || diagnostics_.error_count() != errors_before) return;
    input.population = set->population;
    if (!input.group_rates.empty()) input.window = input.group_rates.front().rate.window();
    task.needs.push_back(network_task(plan_, *input.population));
    if (const auto index = plan_.index_of(TaskKind::assembly, pattern->assemblies)) task.needs.push_back(*index);
    task.keys = pattern->said.keys;
    task.by_content = pattern->said.by_content;
    task.files = pattern->said.files;
    task.settings.emplace_back("pattern", std::string(pattern->kind->info.name));
    task.settings.emplace_back("pattern version", fmt::format("{}", pattern->kind->info.version));
    for (std::size_t g = 0; g < input.group_rates.size(); ++g) {
      const GroupRate& rate = input.group_rates[g];
      const std::string prefix = fmt::format("rate {:06}", g);
      task.settings.emplace_back(prefix + " nodes", canonical_digest(std::span<const NodeId>(rate.node_ids)));
      task.settings.emplace_back(prefix + " function", canonical_digest(rate.rate));
      task.expected_spikes += static_cast<double>(rate.node_ids.size()) * rate.rate.total_intensity();
    }
    input.pattern = std::move(pattern);
    finish(std::move(task), std::move(input), streams);
  }

 private:
  bool start(Task& task, Plan::SpikeInput& input, TaskKind kind, const Entry& entry, Streams& streams,
             const Value* process, Said& said) {
    ChosenProcess chosen = make_process(process, streams, diagnostics_);
    if (!chosen.process) return false;
    task.kind = kind;
    task.name = entry.name;
    task.loc = entry.loc;
    input.spikes_key = streams.key_if_used(Purpose::spikes);
    add_process(chosen, said, task);
    input.process_kind = chosen.kind;
    input.process = std::move(chosen.process);
    return true;
  }

  void finish(Task task, Plan::SpikeInput input, const Streams& streams) {
    task.streams.insert(task.streams.end(), streams.used().begin(), streams.used().end());
    task.populations = {input.population->name()};
    task.settings.emplace_back("population", input.population->name());
    set_output(plan_, task);
    const TaskIndex index = add_task(plan_, std::move(task));
    plan_.spike_inputs.emplace(index, std::move(input));
  }

  // nullptr after an error, also if that was one of the set itself.
  const AssemblySet* find_set(const std::string& name, const SourceLoc& loc) {
    if (const auto set = plan_.assembly_sets.find(name); set != plan_.assembly_sets.end()) return &set->second;
    std::vector<std::string> names;
    for (const Entry& entry : plan_.recipe.assemblies.entries) {
      if (entry.name == name) return nullptr;  // it exists and failed: reported where it failed
      names.push_back(entry.name);
    }
    diagnostics_.error(loc, "recipe.unknown-set", fmt::format("there is no assembly set '{}'", printable(name)),
                       suggest(name, names));
    return nullptr;
  }

  // An entry that does not read has its names looked up all the same: all that is wrong is reported in one go.
  static const Value* written(const Entry& entry, const Value& defaults, std::string_view key) {
    const Value* own = entry.body.find(key);
    return own != nullptr ? own : defaults.find(key);
  }

  void look_up_process(const Entry& entry, const Value& defaults) {
    if (const Value* process = written(entry, defaults, "process")) {
      Streams unused;
      make_process(process, unused, diagnostics_);
    }
  }

  Plan& plan_;
  Diagnostics& diagnostics_;
  Seeds seeds_;
  InputDigests inputs_;
};

}  // namespace

void build_spike_tasks(Plan& plan, Diagnostics& diagnostics) {
  SpikeTaskBuilder builder(plan, diagnostics);
  const auto add_all = [&](const Section& section, void (SpikeTaskBuilder::*add)(const Entry&)) {
    for (const Entry& entry : section.entries) {
      try {
        (builder.*add)(entry);
      } catch (const InputError& error) {  // a file of the network that can be opened but not read
        diagnostics.add(error, entry.loc);
      }
    }
  };
  add_all(plan.recipe.backgrounds, &SpikeTaskBuilder::add_background);
  add_all(plan.recipe.patterns, &SpikeTaskBuilder::add_pattern);
}

}  // namespace stimgen
