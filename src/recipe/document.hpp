// Parsing pieces of YAML that are not whole recipes: fallbacks of tables and values of --set.
#pragma once

#include "stimgen/recipe.hpp"

namespace stimgen {

// The fallback of a FieldDoc as a value at `loc`. A text that is not YAML is a logic_error.
Value parse_fallback(std::string_view text, const SourceLoc& loc);

// Parses the text of `file` from byte `offset` on as one YAML value of any kind; places count from the start of the
// text. Problems go to `diagnostics`; nullopt after one. An empty text is a null value.
std::optional<Value> parse_value(const std::shared_ptr<const SourceFile>& file, std::size_t offset,
                                 Diagnostics& diagnostics);

}  // namespace stimgen
