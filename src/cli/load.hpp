// From a recipe file to its plan, with every problem of both stages shown together.
#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/network.hpp"
#include "stimgen/plan.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen::cli {

// -j N; 0 if absent. Throws UsageError.
unsigned read_threads(const Arguments& arguments);

// Reads RECIPE with --set and --output. Problems go to `diagnostics`.
Recipe load_from(const Arguments& arguments, Diagnostics& diagnostics, std::string_view positional = "RECIPE");

// The populations of a SONATA config, as `networks: {from: CONFIG}` has them; relative to the working folder.
std::unique_ptr<Network> open_config(const std::string& config, Diagnostics& diagnostics);

// Warnings are for commands that judge or make the whole recipe; those that look at one part of it leave them out.
enum class Warnings : unsigned char { shown, left_out };

// The plan of RECIPE, which stays until the process ends. Once. Throws InputError with all that is wrong.
const Plan& load_plan(const Arguments& arguments, Terminal& terminal, Warnings warnings = Warnings::shown);

// For a task that the recipe does not have; `known` are those that could have been meant.
InputError unknown_task(const Plan& plan, const std::string& name, const std::vector<std::string>& known);

// Throws InputError, with a suggestion, if the recipe has no such set.
const AssemblySet& assembly_set_of(const Plan& plan, std::string_view name);

}  // namespace stimgen::cli
