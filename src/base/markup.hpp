// A user's text as text of a page or figure.
#pragma once

#include <string>
#include <string_view>

namespace stimgen {

// < > & " ' are escaped, and what XML 1.0 cannot hold, or what reorders or breaks text, stands as in messages: \xNN.
std::string escape_markup(std::string_view text);
// The same for text that has lines: line ends and tabs stay.
std::string escape_markup_lines(std::string_view text);

}  // namespace stimgen
