// Files of tasks that a recipe no longer has, and blocks of the lock of recipes that are gone: what commands say of
// them.
#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/plan.hpp"

namespace stimgen::cli {

// A note with their number and the command that lists them, if there are any.
void say_what_is_left_over(const Plan& plan, const Arguments& arguments, Terminal& terminal);
// The same of recipes that the lock of this one still has.
void say_what_recipes_are_gone(const Plan& plan, const Arguments& arguments, Terminal& terminal);

}  // namespace stimgen::cli
