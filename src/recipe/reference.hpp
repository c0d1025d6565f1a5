// The reference of the recipe language as Markdown, from the tables that the strict reader uses.
#pragma once

#include <string>
#include <string_view>

#include "recipe/schema.hpp"

namespace stimgen {

// A table of keys for each section, kind and type of value, in the order of the language, under headings of the third
// level and below.
std::string language_reference(const SchemaTables& tables);

// Text and code for a cell of a Markdown table. Code may not hold backquotes.
std::string markdown_text(std::string_view text);
std::string markdown_code(std::string_view text);

}  // namespace stimgen
