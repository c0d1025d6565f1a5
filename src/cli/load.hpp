// From a recipe file to its plan, with every problem of both stages shown together.
#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/plan.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen::cli {

// -j N; 0 if absent. Throws UsageError.
unsigned read_threads(const Arguments& arguments);

// Reads RECIPE with --set and --output. Problems go to `diagnostics`.
Recipe load_from(const Arguments& arguments, Diagnostics& diagnostics);

// Warnings are for commands that judge or make the whole recipe; those that look at one part of it leave them out.
enum class Warnings : unsigned char { shown, left_out };

// The plan of RECIPE, which stays until the process ends. Once. Throws InputError with all that is wrong.
const Plan& load_plan(const Arguments& arguments, Terminal& terminal, Warnings warnings = Warnings::shown);

// The InputError for a name that the recipe does not have: "no task 'lnog'", with a suggestion.
InputError unknown_name(ErrorCode code, std::string_view what, const std::string& name, const std::string& where,
                        const std::vector<std::string>& known);

}  // namespace stimgen::cli
