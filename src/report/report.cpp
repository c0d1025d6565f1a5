// Collects what a report shows: of every file of a batch, or of files given by name.
#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "report/html.hpp"
#include "report/model.hpp"
#include "report/survey.hpp"
#include "report/svg.hpp"
#include "stimgen/audit.hpp"
#include "stimgen/recipe.hpp"
#include "stimgen/task_nodes.hpp"

namespace stimgen {

namespace {

constexpr std::uint64_t kMostSpikesInAll = 3 * kMaxRasterSpikes;

// What is left of a raster when all of them together would be too large.
std::uint64_t raster_share(std::uint64_t spikes, std::uint64_t in_all) {
  if (in_all <= kMostSpikesInAll) return kMaxRasterSpikes;
  const double share = static_cast<double>(kMostSpikesInAll) / static_cast<double>(in_all);
  return std::min(kMaxRasterSpikes, static_cast<std::uint64_t>(share * static_cast<double>(spikes)) + 1);
}

void describe_file(const SpikeReader& reader, const PopulationInfo& population, ReportSection& section) {
  section.population = population.name;
  section.file = reader.path();
  section.digest = to_hex(digest_population(reader, population));
  std::error_code error;
  section.bytes = std::filesystem::file_size(reader.path(), error);
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

class BatchReport {
 public:
  BatchReport(const Plan& plan, const ReportOptions& options, ReportModel& model)
      : plan_(plan),
        options_(options),
        model_(model),
        lock_(read_lock(lock_path(plan.recipe), recipe_key(plan, lock_path(plan.recipe)))) {
    FileStamps stamps(plan.recipe.output.directory);
    states_ = judge_tasks(plan, lock_, stamps);
  }

  void run() {
    model_.check = check_statistics(plan_);
    for (const Task& task : plan_.tasks) {
      model_.graph.push_back({task.name, std::string(task_kind_name(task.kind)), task.needs});
      if (!task.makes_file()) continue;
      const std::unique_ptr<SpikeReader> reader = open_made_file(plan_, task);
      for (const PopulationInfo& info : reader->populations()) in_all_ += info.count;
    }
    for (TaskIndex task = 0; task < plan_.tasks.size(); ++task) {
      if (plan_.tasks[task].sampled() != nullptr) add_spike_task(task);
      if (plan_.tasks[task].combined() != nullptr) add_combination(task);
    }
  }

 private:
  ReportSection& start_section(TaskIndex task, const SpikeReader& reader, const PopulationInfo& info) {
    ReportSection& section = model_.sections.emplace_back();
    section.name = plan_.tasks[task].name;
    section.kind = plan_.tasks[task].source->kind();
    section.checked = true;
    describe_file(reader, info, section);
    section.state = state_of(task, section);
    return section;
  }

  // What the lock says of a file as it was found: its spikes were digested just now.
  std::string state_of(TaskIndex task, const ReportSection& section) const {
    const auto state = states_.find(task);
    if (state != states_.end() && !state->second.fresh) return "stale: " + state->second.why;
    const LockedTask* locked = lock_ ? lock_->find(plan_.tasks[task].kind, section.name) : nullptr;
    if (locked == nullptr) return "not in the lock";
    const auto population = locked->populations.find(section.population);
    if (population == locked->populations.end()) return "not in the lock";
    return population->second.content == section.digest ? "as locked" : "other spikes than the lock says";
  }

  void add_spike_task(TaskIndex task) {
    const TaskNodes nodes = open_task_nodes(plan_, task);
    const std::unique_ptr<SpikeReader> reader = open_made_file(plan_, plan_.tasks[task]);
    const PopulationInfo& info = population_of(*reader, nodes.population->name());
    ReportSection& section = start_section(task, *reader, info);
    section.grouped_by = nodes.grouped_by;
    section.process = nodes.process;
    // Of the rates as they were drawn, as the check has it.
    section.expected_spikes = sum_of(nodes.expected_spikes);
    SurveyRequest request;
    request.options = options_;
    request.window = nodes.window();
    request.grid_ms = plan_.recipe.output.resolution_ms;
    request.node_ids = std::span(nodes.rates.node_ids);
    request.nodes_are = fmt::format("driven by task '{}'", section.name);
    request.group_of_node = nodes.group_of_node;
    request.labels = nodes.labels;
    request.asked = &nodes;
    request.most_raster_spikes = raster_share(info.count, in_all_);
    survey(*reader, info, request, section);
    for (const GroupCheck& group : model_.check->groups) {
      if (group.task != section.name) continue;
      for (const std::string& problem : group.problems) section.problems.push_back(group.group + ": " + problem);
    }
    remember_grouping(nodes);
  }

  // Combinations show a population by the finest groups that a task has made of it.
  struct Grouping {
    std::vector<std::string> labels;
    std::map<NodeId, std::uint32_t> group_of_node;
    std::string grouped_by;
  };

  void remember_grouping(const TaskNodes& nodes) {
    Grouping& grouping = groupings_[nodes.population->name()];
    if (nodes.labels.size() <= grouping.labels.size()) return;
    grouping.labels = nodes.labels;
    grouping.grouped_by = nodes.grouped_by;
    grouping.group_of_node.clear();
    for (std::size_t row = 0; row < nodes.rates.size(); ++row) {
      grouping.group_of_node[nodes.rates.node_ids[row]] = nodes.group_of_node[row];
    }
  }

  void add_combination(TaskIndex task) {
    const std::unique_ptr<SpikeReader> reader = open_made_file(plan_, plan_.tasks[task]);
    for (const std::string& name : plan_.tasks[task].populations) {
      const PopulationInfo& info = population_of(*reader, name);
      ReportSection& section = start_section(task, *reader, info);
      const CombinedParts parts = find_parts(plan_, task, name);
      section.remark = remark_on(parts);
      SurveyRequest request;
      request.options = options_;
      request.window = parts.window;
      request.grid_ms = plan_.recipe.output.resolution_ms;
      request.most_raster_spikes = raster_share(info.count, in_all_);
      const NodePopulation* population = plan_.network->population(name);
      if (population != nullptr) group_nodes(*population, request, section);
      std::optional<TaskNodes> asked;
      if (parts.window && population != nullptr) {
        asked = open_combined_nodes(plan_, parts, *population, request.group_of_node, request.labels);
        request.asked = &*asked;
      }
      survey(*reader, info, request, section);
      for (const GroupCheck& group : model_.check->groups) {
        if (group.task != section.name || group.group != name) continue;
        section.expected_spikes = group.expected_spikes;
        section.problems = group.problems;
      }
      if (asked) section.expected_spikes = sum_of(asked->expected_spikes);
    }
  }

  void group_nodes(const NodePopulation& population, SurveyRequest& request, ReportSection& section) const {
    request.node_ids = population.node_ids();
    const auto found = groupings_.find(population.name());
    if (found == groupings_.end()) return;
    const Grouping& grouping = found->second;
    section.grouped_by = grouping.grouped_by;
    request.labels = grouping.labels;
    const auto others = static_cast<std::uint32_t>(grouping.labels.size());
    for (const NodeId id : population.node_ids()) {
      const auto group = grouping.group_of_node.find(id);
      request.group_of_node.push_back(group != grouping.group_of_node.end() ? group->second : others);
    }
    if (std::count(request.group_of_node.begin(), request.group_of_node.end(), others) > 0) {
      request.labels.push_back(label_beside(grouping.labels, "others"));
    }
  }

  // Where the requested rates of a combination come from, or why there are none.
  std::string remark_on(const CombinedParts& parts) const {
    if (!parts.recorded.empty()) {
      return fmt::format("No requested rates are shown: the recipe does not make {}, which is part of this.",
                         fmt::join(parts.recorded, ", "));
    }
    std::vector<std::string> names;
    for (const TaskIndex part : parts.tasks) names.push_back(plan_.tasks[part].name);
    return fmt::format("Requested rates are the sum of those of {}.", fmt::join(names, ", "));
  }

  const Plan& plan_;
  const ReportOptions& options_;
  ReportModel& model_;
  std::optional<Lock> lock_;
  std::map<TaskIndex, TaskState> states_;
  std::map<std::string, Grouping> groupings_;
  std::uint64_t in_all_ = 0;
};

void add_facts(const Plan& plan, ReportModel& model) {
  const Recipe& recipe = plan.recipe;
  const auto add = [&](std::string name, std::string value) {
    model.facts.emplace_back(std::move(name), std::move(value));
  };
  add("Recipe", recipe.path.filename().string());
  add("Seeds", fmt::format("network {}, spikes {}", recipe.seeds.network, recipe.seeds.spikes));
  if (recipe.stop_ms) {
    add("Default window",
        fmt::format("{} to {}", format_time(recipe.start_ms.value_or(0)), format_time(*recipe.stop_ms)));
  }
  add("Files", fmt::format("{}, {}{}", recipe.output.sort == SpikeOrder::by_time ? "sorted by time" : "sorted by node",
                           recipe.output.compression == Compression::gzip ? "gzip" : "not compressed",
                           recipe.output.resolution_ms > 0
                               ? fmt::format(", spike times on a grid of {}", format_time(recipe.output.resolution_ms))
                               : ""));
}

void add_versions(ReportModel& model) {
  model.facts.emplace_back("Made with", model.producer);
  model.facts.emplace_back("Format version", std::to_string(kFormatVersion));
  model.facts.emplace_back("Libraries", storage_libraries());
}

}  // namespace

Report::Report(std::unique_ptr<ReportModel> model) : model_(std::move(model)) {}
Report::~Report() = default;
Report::Report(Report&&) noexcept = default;

Report Report::of_batch(const Plan& plan, const std::string& producer, const std::vector<std::string>& notes,
                        const ReportOptions& options) {
  auto model = std::make_unique<ReportModel>();
  model->title = plan.recipe.name;
  model->producer = producer;
  model->notes = notes;
  model->recipe_path = plan.recipe.path.filename().string();
  model->recipe_text = plan.recipe.file->text;
  BatchReport(plan, options, *model).run();
  add_facts(plan, *model);
  add_versions(*model);
  return Report(std::move(model));
}

Report Report::of_files(const std::vector<ReportFileSource>& sources, const std::string& producer,
                        const ReportOptions& options) {
  auto model = std::make_unique<ReportModel>();
  model->producer = producer;
  std::uint64_t in_all = 0;
  for (const ReportFileSource& source : sources) in_all += source.population.count;
  for (const ReportFileSource& source : sources) {
    const std::unique_ptr<SpikeReader> reader = open_spike_file(source.path, {.only = source.population.name});
    ReportSection& section = model->sections.emplace_back();
    section.name = std::filesystem::path(source.path).filename().string();
    section.kind = "file";
    section.grouped_by = source.grouped_by;
    describe_file(*reader, source.population, section);
    if (model->title.find(section.name) == std::string::npos) {
      model->title += (model->title.empty() ? "" : ", ") + section.name;
    }
    SurveyRequest request;
    request.options = options;
    request.shortest_piece_ms = source.shortest_piece_ms;
    request.window = source.window;
    request.grid_ms = source.grid_ms;
    request.node_ids = source.node_ids;
    request.group_of_node = source.group_of_node;
    request.labels = source.labels;
    request.most_raster_spikes = raster_share(source.population.count, in_all);
    survey(*reader, source.population, request, section);
  }
  // Who made the files is another question.
  model->facts.emplace_back("Page made with", model->producer);
  return Report(std::move(model));
}

std::string Report::html() const {
  return render_html(*model_);
}
std::vector<Report::Figure> Report::figures() const {
  return draw_figures(*model_);
}

}  // namespace stimgen
