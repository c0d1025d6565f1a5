// Colours for a recipe's text.
#pragma once

#include <string>
#include <string_view>

namespace stimgen {

// The text as HTML, escaped, with keys, strings, numbers, comments, anchors and variables in spans of the classes k, s,
// n, c, a and v. It never fails: what it does not know stays plain.
std::string highlight_yaml(std::string_view text);

}  // namespace stimgen
