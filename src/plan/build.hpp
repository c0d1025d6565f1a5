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

// The file a task makes: its name, its size from expected_spikes, and the output settings that shape it.
void set_output(const Plan& plan, Task& task);

// Fills in the fingerprint from settings and needs, which must be complete, and appends the task.
TaskIndex add_task(Plan& plan, Task task);

}  // namespace stimgen
