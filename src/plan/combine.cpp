// Reads `combine`: which tasks and files are merged into one file.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json_text.hpp"
#include "plan/build.hpp"
#include "plan/canonical.hpp"
#include "plan/keys.hpp"
#include "stimgen/store.hpp"

namespace stimgen {
namespace {

// The keys of an existing file among the sources.
std::span<const FieldDoc> file_fields() {
  static const FieldDoc kFields[] = {
      {"file", "path", "", "", "An existing SONATA spike file.", "recorded_lgn_spikes.h5"},
      {"population", "text", "", "none", "The population to take; all of the file's if absent.", "lgn"},
      {"shift", "time", "s", "0 s", "Added to every timestamp.", "500 ms"},
      {"where", "where", "", "none", "Keeps only spikes of nodes for which this holds.", "{pop_name: PN}",
       condition_fields()},
  };
  return kFields;
}

// Recorded spikes of nodes that a population does not have.
struct UnknownNodes {
  explicit UnknownNodes(const NodePopulation* population) : population_(population) {}

  void look_at(NodeId id) {
    if (population_ == nullptr || id == known_) return;
    if (population_->row_of(id)) {
      known_ = id;
      return;
    }
    if (spikes++ == 0) first = id;
  }

  std::uint64_t spikes = 0;
  NodeId first = 0;

 private:
  const NodePopulation* population_;  // nullptr: any node is right
  std::optional<NodeId> known_;       // the last one that was found, which is often the next one, too
};

class CombineBuilder {
 public:
  CombineBuilder(Plan& plan, Diagnostics& diagnostics) : plan_(plan), diagnostics_(diagnostics) {}

  void build_all() {
    const auto& entries = plan_.recipe.combine.entries;
    state_.assign(entries.size(), State::untouched);
    for (std::size_t i = 0; i < entries.size(); ++i) build(i, {});
  }

 private:
  enum class State : std::uint8_t { untouched, open, done };

  // Combinations may take other combinations: those are built first.
  void build(std::size_t i, std::vector<std::string> chain) {
    const Entry& entry = plan_.recipe.combine.entries[i];
    chain.push_back(entry.name);
    if (state_[i] == State::open) {
      const auto start = std::find(chain.begin(), chain.end(), entry.name);
      diagnostics_.error(entry.loc, "plan.cycle",
                         fmt::format("combinations contain each other in a circle: {}",
                                     fmt::join(std::vector<std::string>(start, chain.end()), " → ")));
      return;
    }
    if (state_[i] == State::done) return;
    state_[i] = State::open;
    const Value body = with_defaults(entry, plan_.recipe.combine.defaults, {combine_fields()});
    Fields fields(body, fmt::format("combination '{}'", entry.name), {combine_fields()}, diagnostics_);
    const Value* from = fields.value("from");
    if (from != nullptr) {
      if (!from->is_sequence() || from->items.empty()) {
        fields.error("from", "recipe.wrong-type",
                     fmt::format("'from' is {}, but a list of tasks and files was expected",
                                 from->is_sequence() ? "an empty list" : describe(*from)),
                     "e.g. from: [shell, long]");
      } else {
        build_sources(entry, fields.said(), *from, chain);
      }
    }
    state_[i] = State::done;
  }

  void build_sources(const Entry& entry, const Said& said, const Value& from, const std::vector<std::string>& chain) {
    const std::size_t errors_before = diagnostics_.error_count();
    Task task;
    task.kind = TaskKind::combine;
    task.name = entry.name;
    task.loc = entry.loc;
    std::vector<CombineSource> sources;
    Parts parts;
    bool whole = true;
    for (const Value& item : from.items) {
      const std::size_t position = sources.size();
      if (item.is_mapping()) {
        whole = add_file(item, task, sources) && whole;
      } else {
        whole = add_named(item, task, sources, chain) && whole;
      }
      if (sources.size() > position) whole = take_once(parts_of(sources.back(), task), sources, parts) && whole;
      if (whole && sources.size() > position) describe_source(position, sources.back(), task);
    }
    if (!whole || diagnostics_.error_count() != errors_before) return;
    std::sort(task.populations.begin(), task.populations.end());
    task.populations.erase(std::unique(task.populations.begin(), task.populations.end()), task.populations.end());
    task.by_content = said.by_content;
    task.keys = said.keys;  // the files among them are known by the spikes they hold: `inputs`
    set_output(plan_, task);
    const TaskIndex index = add_task(plan_, std::move(task));
    plan_.combine_sources.emplace(index, std::move(sources));
    parts_.emplace(index, std::move(parts));
  }

  // The single tasks and recordings of a combination: what tells one from another, and how to call it.
  struct Part {
    std::string shown;
    SourceLoc loc;  // of the source that brought it
  };
  using Parts = std::map<std::string, Part>;

  Parts parts_of(const CombineSource& source, const Task& task) const {
    if (source.task) {
      const std::string shown = fmt::format("task '{}'", plan_.tasks[*source.task].name);
      Parts parts{{shown, {shown, source.loc}}};
      if (const auto inner = parts_.find(*source.task); inner != parts_.end()) {
        for (const auto& [key, part] : inner->second) parts.emplace(key, Part{part.shown, source.loc});
      }
      return parts;
    }
    // A recording may come again at another time, or for other nodes.
    Parts parts;
    std::error_code ignored;
    const std::string file = std::filesystem::weakly_canonical(source.file, ignored).string();
    const std::string nodes = source.keep ? canonical_digest(std::span<const NodeId>(*source.keep)) : "all";
    for (const std::string& population : task.populations) {
      if (!source.population.empty() && population != source.population) continue;
      const std::string shown = fmt::format("population '{}' of '{}'", population, printable(source.file.string()));
      parts.emplace(fmt::format("{}\n{}\n{}\n{}", file, population, format_time(source.shift_ms), nodes),
                    Part{shown, source.loc});
    }
    return parts;
  }

  // Spikes that come twice would count twice.
  bool take_once(const Parts& added, const std::vector<CombineSource>& sources, Parts& parts) {
    for (const auto& [key, part] : added) {
      const auto [held, fresh] = parts.emplace(key, part);
      if (fresh) continue;
      const CombineSource& source = sources.back();
      const std::string within = source.task && key != fmt::format("task '{}'", plan_.tasks[*source.task].name)
                                     ? fmt::format(", here as part of '{}'", plan_.tasks[*source.task].name)
                                     : "";
      diagnostics_.error(part.loc, "combine.twice", fmt::format("{} is taken twice{}", part.shown, within))
          .notes.push_back({held->second.loc, "taken here already"});
      return false;
    }
    return true;
  }

  bool add_named(const Value& item, Task& task, std::vector<CombineSource>& sources,
                 const std::vector<std::string>& chain) {
    const auto name = read_text(item, diagnostics_);
    if (!name) return false;
    const auto& entries = plan_.recipe.combine.entries;
    const auto other = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.name == *name; });
    if (other != entries.end()) build(static_cast<std::size_t>(other - entries.begin()), chain);
    const auto index = plan_.index_of(*name);
    if (!index || !plan_.tasks[*index].makes_file()) {
      if (!names_a_task(*name)) {
        diagnostics_.error(item.loc, "recipe.unknown-task", fmt::format("there is no task '{}'", printable(*name)),
                           suggest(*name, task_names()));
      }
      return false;  // otherwise it failed and was reported there
    }
    const Task& needed = plan_.tasks[*index];
    CombineSource source;
    source.task = index;
    source.loc = item.loc;
    sources.push_back(std::move(source));
    task.needs.push_back(*index);
    task.populations.insert(task.populations.end(), needed.populations.begin(), needed.populations.end());
    task.expected_spikes += needed.expected_spikes;
    return true;
  }

  bool add_file(const Value& item, Task& task, std::vector<CombineSource>& sources) {
    Fields fields(item, "a file to combine", {file_fields()}, diagnostics_);
    CombineSource source;
    source.file = fields.path("file");
    source.population = fields.text("population");
    source.shift_ms = fields.time_ms("shift");
    source.loc = fields.loc("file");
    const Value* where = fields.value("where");
    if (!fields.ok()) return false;
    if (is_output(source.file)) {
      fields.error("file", "combine.output-as-input", fmt::format("'{}' is made by this recipe", source.file.string()),
                   "name the task instead of its file");
      return false;
    }
    std::unique_ptr<SpikeReader> reader;
    SourceLoc loc = fields.loc("file");
    try {
      reader = open_spike_file(source.file);
      loc = fields.loc("population");
      if (!source.population.empty()) population_of(*reader, source.population);
    } catch (const InputError& error) {
      diagnostics_.add(error, loc);
      return false;
    }
    const NodePopulation* nodes = nullptr;
    if (where != nullptr) {
      nodes = select(*where, *reader, source, fields);
      if (nodes == nullptr) return false;
    }
    for (const PopulationInfo& population : reader->populations()) {
      if (!source.population.empty() && population.name != source.population) continue;
      if (!add_recorded(*reader, population, sources.size(), source, task)) return false;
    }
    if (nodes != nullptr) inputs_.add_columns(*nodes, task);
    sources.push_back(std::move(source));
    return true;
  }

  // One pass over a recorded population: its digest, how many spikes are taken, and whether all of these are at a time.
  bool add_recorded(const SpikeReader& reader, const PopulationInfo& population, std::size_t position,
                    CombineSource& source, Task& task) {
    if (as_utf8(population.name) != population.name) {
      diagnostics_.error(source.loc, "spikes.bad-name",
                         fmt::format("'{}' has a population '{}', whose name is not UTF-8",
                                     printable(source.file.string()), printable(population.name)),
                         "rename it in the file, or take another one with 'population'");
      return false;
    }
    ContentDigest content(population.name, population.order);
    std::uint64_t taken = 0;
    UnknownNodes unknown(source.keep ? nullptr : plan_.network->population(population.name));
    try {
      for (std::uint64_t first = 0; first < population.count; first += kChunkSpikes) {
        const std::uint64_t count = std::min<std::uint64_t>(kChunkSpikes, population.count - first);
        const auto spikes = std::make_shared<const SpikeBlock>(reader.read(population.name, first, count));
        for (std::size_t i = 0; i < spikes->size(); ++i) {
          const Spike spike{spikes->node_ids[i], spikes->timestamps_ms[i]};
          if (source.keep && !std::binary_search(source.keep->begin(), source.keep->end(), spike.node_id)) continue;
          shifted_time_ms(reader, population.name, spike, source.shift_ms);
          unknown.look_at(spike.node_id);
          ++taken;
        }
        content.append(spikes);
      }
    } catch (const InputError& error) {
      diagnostics_.add(error, source.loc);
      return false;
    }
    if (unknown.spikes > 0) {
      diagnostics_.warning(source.loc, "spikes.unknown-nodes",
                           fmt::format("'{}' holds spikes of nodes that population '{}' of 'networks' does not have: "
                                       "{} of them, the first of node {}",
                                       source.file.filename().string(), population.name, unknown.spikes, unknown.first),
                           "the file may belong to another network; 'where: {}' takes the spikes of known nodes only");
    }
    task.populations.push_back(population.name);
    task.expected_spikes += static_cast<double>(taken);
    const std::string digest = to_hex(content.finish());
    source.contents[population.name] = digest;
    task.settings.emplace_back(fmt::format("source {:06} population {}", position, population.name), digest);
    task.inputs.emplace_back(
        fmt::format("spikes of {} in {}", population.name, shown_from_recipe(plan_.recipe, source.file)), digest);
    return true;
  }

  // `where` needs one population whose nodes the networks know: that one, after its chosen nodes are in source.keep.
  const NodePopulation* select(const Value& where, const SpikeReader& reader, CombineSource& source, Fields& fields) {
    std::vector<std::string> names;
    for (const PopulationInfo& population : reader.populations()) names.push_back(population.name);
    if (source.population.empty() && names.size() == 1) source.population = names[0];
    if (source.population.empty()) {
      fields.error("where", "combine.where",
                   fmt::format("'where' needs 'population': the file has {}", fmt::join(names, ", ")));
      return nullptr;
    }
    const NodePopulation* population = plan_.network->population(source.population);
    if (population == nullptr) {
      diagnostics_.add(unknown_population(*plan_.network, source.population, ", whose nodes 'where' needs"),
                       fields.loc("where"));
      return nullptr;
    }
    std::vector<NodeId> keep;
    for (const NodeRow row : plan_.network->select(*population, where, diagnostics_)) {
      keep.push_back(population->node_ids()[row]);
    }
    source.keep = std::move(keep);
    return fields.ok() ? population : nullptr;
  }

  void describe_source(std::size_t position, const CombineSource& source, Task& task) const {
    const std::string prefix = fmt::format("source {:06}", position);
    if (source.task) {
      task.settings.emplace_back(prefix + " task", plan_.tasks[*source.task].name);
      return;
    }
    task.settings.emplace_back(prefix + " shift", format_time(source.shift_ms));
    if (source.keep) {
      task.settings.emplace_back(prefix + " nodes", canonical_digest(std::span<const NodeId>(*source.keep)));
    }
  }

  bool is_output(const std::filesystem::path& file) const {
    std::error_code ignored;
    const auto wanted = std::filesystem::weakly_canonical(file, ignored);
    const auto folder = std::filesystem::weakly_canonical(plan_.recipe.output.directory, ignored);
    for (const std::string& name : task_names()) {
      if (wanted == folder / (name + ".h5")) return true;
    }
    return false;
  }

  std::vector<std::string> task_names() const {
    std::vector<std::string> names;
    for (const Section* section : {&plan_.recipe.backgrounds, &plan_.recipe.patterns, &plan_.recipe.combine}) {
      for (const Entry& entry : section->entries) names.push_back(entry.name);
    }
    return names;
  }

  bool names_a_task(const std::string& name) const {
    const auto names = task_names();
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  Plan& plan_;
  Diagnostics& diagnostics_;
  std::vector<State> state_;
  std::map<TaskIndex, Parts> parts_;  // of the combinations made so far
  InputDigests inputs_;
};

}  // namespace

std::span<const FieldDoc> combine_fields() {
  static const FieldDoc kFields[] = {
      {"from", "combine-sources", "", "",
       "What is merged: names of tasks, and existing SONATA files as {file, population, shift, where}.",
       "[shell, long, {file: recorded.h5, shift: 500 ms}]", file_fields()},
  };
  return kFields;
}

void build_combine_tasks(Plan& plan, Diagnostics& diagnostics) {
  CombineBuilder(plan, diagnostics).build_all();
}

}  // namespace stimgen
