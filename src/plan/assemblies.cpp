// Reads the assemblies of a recipe and makes them in order of need.
#include <fmt/format.h>

#include <algorithm>

#include "plan/build.hpp"
#include "plan/keys.hpp"
#include "stimgen/canonical.hpp"

namespace stimgen {
namespace {

class PlanContext : public AssemblyContext {
 public:
  explicit PlanContext(const Plan& plan) : plan_(plan) {}
  const Network& network() const override { return *plan_.network; }
  const AssemblySet* other(std::string_view name) const override {
    const auto it = plan_.assembly_sets.find(name);
    return it == plan_.assembly_sets.end() ? nullptr : &it->second;
  }

 private:
  const Plan& plan_;
};

// Where a definition names another set: the value itself if it can be found.
SourceLoc reference_loc(const AssemblyDefinition& definition, const std::string& name) {
  for (const char* key : {"of", "to"}) {
    const Value* value = definition.body.find(key);
    if (value != nullptr && value->text == name) return value->loc;
  }
  return definition.loc;
}

class Maker {
 public:
  Maker(Plan& plan, Diagnostics& diagnostics) : plan_(plan), diagnostics_(diagnostics) {}

  void make_all() {
    state_.assign(plan_.assembly_definitions.size(), State::untouched);
    for (std::size_t i = 0; i < state_.size(); ++i) places_.emplace(plan_.assembly_definitions[i]->name, i);
    for (std::size_t i = 0; i < state_.size(); ++i) make(i);
  }

 private:
  enum class State : std::uint8_t { untouched, open, done, failed };

  std::optional<std::size_t> index_of(const std::string& name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }

  // A set needs at most one other, so a chain is followed in a loop: no recursion, whatever its length.
  void make(std::size_t first) {
    std::vector<std::size_t> chain;
    std::optional<std::size_t> next = first;
    while (next && state_[*next] == State::untouched) {
      state_[*next] = State::open;
      chain.push_back(*next);
      const AssemblyDefinition& definition = *plan_.assembly_definitions[*next];
      const std::string needed = definition.grouping ? definition.grouping->needs_set() : std::string();
      if (needed.empty()) break;
      const auto target = index_of(needed);
      if (!target) {
        report_unknown(definition, needed);
        state_[*next] = State::failed;
        break;
      }
      if (state_[*target] == State::open) {
        report_cycle(chain, *target);
        for (const std::size_t i : chain) state_[i] = State::failed;
        return;
      }
      next = target;
    }
    for (std::size_t k = chain.size(); k-- > 0;) {
      if (state_[chain[k]] == State::open) state_[chain[k]] = make_one(*plan_.assembly_definitions[chain[k]]);
    }
  }

  State make_one(const AssemblyDefinition& definition) {
    if (!definition.grouping) return State::failed;
    const std::string needed = definition.grouping->needs_set();
    if (!needed.empty() && !plan_.assembly_sets.contains(needed)) return State::failed;  // reported where it failed
    const std::size_t errors_before = diagnostics_.error_count();
    try {
      Streams streams(plan_.recipe.seeds, definition.name);
      AssemblySet set = make_assembly_set(definition, PlanContext(plan_), streams, diagnostics_);
      if (diagnostics_.error_count() != errors_before || set.population == nullptr) return State::failed;
      plan_.assembly_sets.emplace(definition.name, std::move(set));
      add(definition, streams);
    } catch (const InputError& error) {  // a file of the network that can be opened but not read
      diagnostics_.add(error, definition.loc);
      return State::failed;
    }
    return State::done;
  }

  void add(const AssemblyDefinition& definition, const Streams& streams) {
    const AssemblySet& set = plan_.assembly_sets.find(definition.name)->second;
    Task task;
    task.kind = TaskKind::assembly;
    task.name = definition.name;
    task.loc = definition.loc;
    task.populations = {set.population->name()};
    task.needs.push_back(network_task(plan_, *set.population));
    if (const std::string needed = definition.grouping->needs_set(); !needed.empty()) {
      if (const auto index = plan_.index_of(TaskKind::assembly, needed)) task.needs.push_back(*index);
    }
    task.streams = streams.used();
    task.settings = {{"method", std::string(definition.kind->info.name)},
                     {"method version", fmt::format("{}", definition.kind->info.version)},
                     {"population", set.population->name()}};
    for (std::size_t g = 0; g < set.groups.size(); ++g) {
      task.settings.emplace_back(fmt::format("group {:06} {}", g, set.groups[g].label),
                                 canonical_digest(std::span<const NodeId>(set.groups[g].node_ids)));
    }
    task.keys = definition.said.keys;
    task.by_content = definition.said.by_content;
    task.files = definition.said.files;
    add_node_set_files(*plan_.network, task);
    inputs_.add_columns(*set.population, task);
    add_task(plan_, std::move(task));
  }

  void report_unknown(const AssemblyDefinition& definition, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& other : plan_.assembly_definitions) names.push_back(other->name);
    diagnostics_.error(reference_loc(definition, name), "recipe.unknown-set",
                       fmt::format("there is no assembly set '{}'", printable(name)), suggest(name, names));
  }

  void report_cycle(const std::vector<std::size_t>& chain, std::size_t target) {
    const auto start = std::find(chain.begin(), chain.end(), target);
    std::string path;
    for (auto it = start; it != chain.end(); ++it) path += plan_.assembly_definitions[*it]->name + " → ";
    path += plan_.assembly_definitions[target]->name;
    diagnostics_.error(plan_.assembly_definitions[target]->loc, "plan.cycle",
                       fmt::format("assembly sets are made from each other in a circle: {}", path));
  }

  Plan& plan_;
  Diagnostics& diagnostics_;
  std::vector<State> state_;
  std::map<std::string, std::size_t> places_;
  InputDigests inputs_;
};

}  // namespace

void build_assemblies(Plan& plan, Diagnostics& diagnostics) {
  for (const Entry& entry : plan.recipe.assemblies.entries) {
    plan.assembly_definitions.push_back(read_assembly(entry, plan.recipe.assemblies.defaults, diagnostics));
  }
  Maker(plan, diagnostics).make_all();
}

}  // namespace stimgen
