// Binds backgrounds and patterns to their nodes and adds their tasks.
#include <fmt/format.h>

#include <algorithm>

#include "plan/build.hpp"
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
    if (!make_process_of(*background)) return;
    Task task;
    task.kind = TaskKind::background;
    inputs_.add_columns(*background->population, task);
    finish(entry, std::move(task), std::move(background));
  }

  void add_pattern(const Entry& entry) {
    const Recipe& recipe = plan_.recipe;
    const PatternDefaults times{recipe.start_ms.value_or(0), recipe.stop_ms, recipe.start_loc, recipe.stop_loc};
    auto pattern = read_pattern(entry, plan_.recipe.patterns.defaults, times, diagnostics_);
    if (!pattern) {
      look_up_process(entry, plan_.recipe.patterns.defaults);
      const Value* assemblies = written(entry, plan_.recipe.patterns.defaults, "assemblies");
      if (assemblies != nullptr && assemblies->is_scalar()) find_set(assemblies->text, assemblies->loc);
      return;
    }
    auto bound = std::make_unique<BoundPattern>(std::move(pattern), seeds_);
    const bool has_process = make_process_of(*bound);
    const AssemblySet* const set = find_set(bound->definition().assemblies, bound->definition().assemblies_loc);
    if (set == nullptr) return;
    PatternGroups groups;
    for (const Assembly& assembly : set->groups) {
      groups.labels.push_back(assembly.label);
      groups.node_ids.emplace_back(assembly.node_ids);
    }
    if (!bound->bind(groups, *set->population, diagnostics_) || !has_process) return;
    Task task;
    task.kind = TaskKind::pattern;
    if (const auto index = plan_.index_of(TaskKind::assembly, bound->definition().assemblies)) {
      task.needs.push_back(*index);
    }
    finish(entry, std::move(task), std::move(bound));
  }

 private:
  bool make_process_of(SampledSource& source) {
    source.take_process(make_process(source.process_value, source.streams, diagnostics_));
    return source.process != nullptr;
  }

  // What the process cannot make of the rates, and what it keeps in memory.
  void check_rates(const Entry& entry, const SampledSource& source, Task& task) {
    if (!source.process->limits_rates()) return;
    const std::size_t errors_before = diagnostics_.error_count();
    const NodeRates rates = source.node_rates();
    const std::vector<std::string> labels = source.groups().labels;
    const SourceLoc loc = source.process_value != nullptr ? source.process_value->loc : entry.loc;
    source.process->check_rates(rates.train_rates(), {loc, labels}, diagnostics_);
    if (diagnostics_.error_count() == errors_before)
      task.shared_bytes = source.process->shared_bytes(rates.train_rates());
  }

  // What all tasks have in common that sample spikes.
  void finish(const Entry& entry, Task task, std::unique_ptr<const SampledSource> source) {
    check_rates(entry, *source, task);
    task.name = entry.name;
    task.loc = entry.loc;
    task.needs.push_back(network_task(plan_, *source->population));
    const std::vector<UsedStream>& used = source->streams.used();
    task.streams.insert(task.streams.end(), used.begin(), used.end());
    task.populations = {source->population->name()};
    task.settings = source->settings();
    for (auto& setting : source->process_settings()) task.settings.push_back(std::move(setting));
    task.settings.emplace_back("population", source->population->name());
    task.keys = source->said.keys;
    task.by_content = source->said.by_content;
    task.files = source->said.files;
    add_node_set_files(*plan_.network, task);
    task.expected_spikes = source->expected_spikes();
    set_output(plan_, task);
    task.source = std::move(source);
    add_task(plan_, std::move(task));
  }

  // nullptr after an error, also if that was one of the set itself.
  const AssemblySet* find_set(const std::string& name, const SourceLoc& loc) {
    if (const auto set = plan_.assembly_sets.find(name); set != plan_.assembly_sets.end()) return &set->second;
    std::vector<std::string> names;
    for (const Entry& entry : plan_.recipe.assemblies.entries) {
      if (entry.name == name) return nullptr;  // it exists and failed: reported where it failed
      names.push_back(entry.name);
    }
    const bool is_population = plan_.network->population(name) != nullptr;
    diagnostics_.error(loc, "recipe.unknown-set", fmt::format("there is no assembly set '{}'", printable(name)),
                       is_population ? fmt::format("'{0}' is a population; for one group of all its nodes write "
                                                   "assemblies: {{{0}: {{population: {0}, method: all}}}}",
                                                   printable(name))
                                     : suggest(name, names));
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
