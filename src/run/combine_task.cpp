// Population by population: open every source in order, merge, write.
#include "run/combine_task.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "run/checked_reader.hpp"
#include "run/time_grid.hpp"

namespace stimgen {
namespace {

struct OpenSource {
  const CombineSource* source = nullptr;
  std::unique_ptr<SpikeReader> reader;
};

}  // namespace

TaskCounts write_combination(const Plan& plan, TaskIndex task_index, SpikeSink& sink, const TaskContext& context,
                             const TaskOpener& open_task) {
  const Task& task = plan.tasks[task_index];
  const OutputSettings& output = plan.recipe.output;
  std::vector<OpenSource> open;
  for (const CombineSource& source : task.combined()->sources) {
    open.push_back({&source, source.task
                                 ? open_task(*source.task)
                                 : open_checked(source.file, source.contents, "as it was when the recipe was read",
                                                {.only = source.population})});
  }
  TaskCounts counts;
  for (const std::string& population : task.populations) {
    std::vector<std::unique_ptr<SpikeSource>> sorted;
    for (const OpenSource& from : open) {
      const CombineSource& source = *from.source;
      if (!source.population.empty() && source.population != population) continue;
      if (find_population(*from.reader, population) == nullptr) continue;
      ReadSelection selection;
      selection.population = population;
      selection.shift_ms = source.shift_ms;
      if (source.keep) {
        selection.keep = [ids = &*source.keep](NodeId id) { return std::binary_search(ids->begin(), ids->end(), id); };
      }
      // A recorded spike gets the grid of the recipe like a generated one.
      if (output.resolution_ms > 0 && !source.task) {
        selection.adjust = [resolution_ms = output.resolution_ms](std::vector<double>& timestamps_ms) {
          round_recorded_up_to_grid(timestamps_ms, resolution_ms);
        };
      }
      sorted.push_back(open_sorted(*from.reader, selection, output.sort, output.directory));
    }
    const auto merged = merge_sources(std::move(sorted), output.sort);
    sink.begin_population(population, output.sort);
    SpikeBlock block;
    while (merged->next(block)) {
      context.check_stop();
      counts.spikes += block.size();
      context.add_progress(block.size());
      sink.append(std::move(block));
      block = {};
    }
  }
  return counts;
}

}  // namespace stimgen
