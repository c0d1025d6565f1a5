// Reads `combine`: which tasks and files are merged into one file, each combination behind what it takes.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "plan/build.hpp"
#include "plan/keys.hpp"
#include "stimgen/canonical.hpp"
#include "stimgen/store.hpp"

namespace stimgen {
namespace {

class CombineBuilder {
 public:
  CombineBuilder(Plan& plan, const Claims& claims, Diagnostics& diagnostics)
      : plan_(plan), claims_(claims), diagnostics_(diagnostics) {}

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
    auto combined = std::make_unique<CombinedSource>();
    combined->body = with_defaults(entry, plan_.recipe.combine.defaults, {combine_fields()});
    if (combined->body.is_sequence()) {
      diagnostics_.error(combined->body.loc, "recipe.wrong-type",
                         fmt::format("combination '{}' is a mapping of keys, not a list", printable(entry.name)),
                         fmt::format("write {}: {{from: […]}}", printable(entry.name)));
      state_[i] = State::done;
      return;
    }
    Fields fields(combined->body, fmt::format("combination '{}'", entry.name), {combine_fields()}, diagnostics_);
    const Value* from = fields.value("from");
    if (from != nullptr) {
      if (!from->is_sequence() || from->items.empty()) {
        fields.error("from", "recipe.wrong-type",
                     fmt::format("'from' is {}, but a list of tasks and files was expected",
                                 from->is_sequence() ? "an empty list" : describe(*from)),
                     "e.g. from: [shell, long]");
      } else {
        build_sources(entry, fields.said(), *from, chain, std::move(combined));
      }
    }
    state_[i] = State::done;
  }

  void build_sources(const Entry& entry, const Said& said, const Value& from, const std::vector<std::string>& chain,
                     std::unique_ptr<CombinedSource> combined) {
    const std::size_t errors_before = diagnostics_.error_count();
    Task task;
    task.kind = TaskKind::combine;
    task.name = entry.name;
    task.loc = entry.loc;
    std::vector<CombineSource>& sources = combined->sources;
    Parts parts;
    bool whole = true;
    for (const Value& item : from.items) {
      const std::size_t position = sources.size();
      if (item.is_mapping()) {
        whole = add_file(item, task, sources) && whole;
      } else {
        whole = add_named(item, task, sources, chain) && whole;
      }
      if (sources.size() > position) whole = take_once(parts_of(sources.back()), sources, parts) && whole;
      if (whole && sources.size() > position) describe_source(position, sources.back(), task);
    }
    if (!whole || diagnostics_.error_count() != errors_before) return;
    std::sort(task.populations.begin(), task.populations.end());
    task.populations.erase(std::unique(task.populations.begin(), task.populations.end()), task.populations.end());
    task.by_content = said.by_content;
    task.keys = said.keys;  // the files among them are known by the spikes they hold: `inputs`
    set_output(plan_, task);
    task.source = std::move(combined);
    const TaskIndex index = add_task(plan_, std::move(task));
    parts_.emplace(index, std::move(parts));
  }

  // The single tasks and recordings of a combination: what tells one from another, and how to call it.
  struct Part {
    std::string shown;
    SourceLoc loc;  // of the source that brought it
  };
  using Parts = std::map<std::string, Part>;

  Parts parts_of(const CombineSource& source) const {
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
    for (const auto& [population, digest] : source.contents) {
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
        report_unknown_task(*name, item.loc, chain);
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
    auto recording = read_recording(
        item, *plan_.network, plan_.recipe.stop_ms,
        [this](const NamedFile& file) { return claims_.refuse(file, diagnostics_); }, diagnostics_);
    if (!recording) return false;
    CombineSource& source = recording->source;
    for (const auto& [population, digest] : source.contents) {
      task.populations.push_back(population);
      task.inputs.emplace_back(
          fmt::format("spikes of {} in {}", canonical_name(population), shown_from_recipe(plan_.recipe, source.file)),
          digest);
    }
    task.files.push_back({source.file, source.loc});
    task.expected_spikes += static_cast<double>(recording->spikes);
    if (recording->chosen_from != nullptr) inputs_.add_columns(*recording->chosen_from, task);
    sources.push_back(std::move(source));
    return true;
  }

  void describe_source(std::size_t position, const CombineSource& source, Task& task) const {
    const std::string prefix = fmt::format("source {:06}", position);
    if (source.task) {
      task.settings.emplace_back(prefix + " task", plan_.tasks[*source.task].name);
      return;
    }
    for (const auto& [population, digest] : source.contents) {
      task.settings.emplace_back(fmt::format("{} population {}", prefix, population), digest);
    }
    task.settings.emplace_back(prefix + " shift", format_time(source.shift_ms));
    if (source.keep) {
      task.settings.emplace_back(prefix + " nodes", canonical_digest(std::span<const NodeId>(*source.keep)));
    }
  }

  // `chain`: the combinations that are being made, which it cannot be.
  void report_unknown_task(const std::string& name, const SourceLoc& loc, const std::vector<std::string>& chain) {
    std::vector<std::string> names = task_names();
    std::erase_if(names,
                  [&](const std::string& each) { return std::find(chain.begin(), chain.end(), each) != chain.end(); });
    const std::filesystem::path path(name);
    const bool is_file =
        path.extension() == ".h5" || path.extension() == ".hdf5" || name.find('/') != std::string::npos;
    diagnostics_.error(loc, "recipe.unknown-task", fmt::format("there is no task '{}'", printable(name)),
                       is_file ? fmt::format("a file is written {{file: {}}}", printable(name)) : suggest(name, names));
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
  const Claims& claims_;
  Diagnostics& diagnostics_;
  std::vector<State> state_;
  std::map<TaskIndex, Parts> parts_;  // of the combinations made so far
  InputDigests inputs_;
};

}  // namespace

void build_combine_tasks(Plan& plan, const Claims& claims, Diagnostics& diagnostics) {
  CombineBuilder(plan, claims, diagnostics).build_all();
}

}  // namespace stimgen
