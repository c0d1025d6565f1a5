// A task is sampled or combined.
#include "stimgen/task_spikes.hpp"

#include <fmt/format.h>

#include "run/checked_reader.hpp"
#include "run/combine_task.hpp"
#include "run/spike_task.hpp"

namespace stimgen {

TaskCounts write_task(const Plan& plan, TaskIndex task, SpikeSink& sink, const TaskContext& context,
                      const TaskOpener& open_task) {
  const SampledSource* const source = plan.tasks[task].sampled();
  if (source == nullptr) return write_combination(plan, task, sink, context, open_task);
  return write_spikes(*source, source->node_rates(context.pool), plan.recipe.output, sink, context);
}

std::unique_ptr<SpikeReader> open_task_file(const Plan& plan, TaskIndex task,
                                            const std::vector<PopulationContent>& made) {
  ExpectedContents expected;
  for (const PopulationContent& population : made) expected[population.name] = to_hex(population.digest);
  return open_checked(plan.output_path(plan.tasks[task]), std::move(expected),
                      fmt::format("that of task '{}'", plan.tasks[task].name));
}

}  // namespace stimgen
