// Parsing pieces of YAML that are not whole recipes: fallbacks of tables and values of --set.
#pragma once

#include "stimgen/grammar.hpp"

namespace stimgen {

// The fallback of a FieldDoc as a value at `loc`. A text that is not YAML is a logic_error.
Value parse_fallback(std::string_view text, const SourceLoc& loc);

}  // namespace stimgen
