// A user's text as text of a page or figure.
#pragma once

#include <string>
#include <string_view>

namespace stimgen {

// < > & " ' are escaped, and what XML 1.0 cannot hold, or what reorders text, becomes U+FFFD.
std::string escape_markup(std::string_view text);

}  // namespace stimgen
