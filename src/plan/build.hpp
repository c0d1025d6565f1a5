// The stages of build_plan(), each in a file of its own.
#pragma once

#include "plan/claims.hpp"
#include "stimgen/plan.hpp"

namespace stimgen {

// Reads all assemblies, makes them in order of need and adds their tasks. Names unknown sets and cycles.
void build_assemblies(Plan& plan, Diagnostics& diagnostics);

// Reads and binds backgrounds and patterns and adds their tasks.
void build_spike_tasks(Plan& plan, Diagnostics& diagnostics);

// Reads `combine` and adds its tasks, each behind the tasks it takes.
void build_combine_tasks(Plan& plan, const Claims& claims, Diagnostics& diagnostics);

// Warns where several tasks feed one population and nothing combines them.
void warn_about_uncombined(const Plan& plan, Diagnostics& diagnostics);

// The task of a population, added on first use.
TaskIndex network_task(Plan& plan, const NodePopulation& population);

// The file a task makes: its name, and the output settings that shape it.
void set_output(const Plan& plan, Task& task);

// What the entry of a task takes in the records of files that need it.
std::uint64_t entry_bytes_at_most(const Plan& plan, const Task& task);
// The uncompressed file of a task if it makes so many spikes.
double file_bytes_at_most(const Plan& plan, TaskIndex index, double spikes);

// Fills in the fingerprint from settings and needs, which must be complete, and the size of the file; appends the task.
TaskIndex add_task(Plan& plan, Task task);

}  // namespace stimgen
