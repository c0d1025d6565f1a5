// JSON files (SONATA configs, node sets) as the same located tree that recipes are read into.
#pragma once

#include <memory>

#include "stimgen/grammar.hpp"

namespace stimgen {

// Strings become quoted scalars, numbers and true/false plain scalars as written. Problems (syntax, a key twice,
// nesting deeper than 64) go to `diagnostics`; on an error the result is null. Comments are no JSON and refused, as
// BMTK and libsonata do.
Value parse_json(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics);

}  // namespace stimgen
