// `${name}`: plain substitution of variables, no expressions.
#pragma once

#include "stimgen/grammar.hpp"

namespace stimgen {

// Takes `vars` out of `root` and puts the values of the variables in for ${name} everywhere else. A scalar that is
// nothing but ${name} becomes the variable's value, whatever its kind, at its own place; inside a longer text the
// variable must be a scalar. $${ is a plain ${. A variable that nothing uses is a warning.
void substitute_variables(Value& root, Diagnostics& diagnostics);

}  // namespace stimgen
