// How wide a text is, whatever font a viewer has.
#pragma once

#include <string>
#include <string_view>

namespace stimgen::draw {

// Width in letters 10 units high: never less than any of the usual fonts takes.
double text_width(std::string_view text);
// The name, escaped as in messages, or as much of it as fits into `width` units and an ellipsis for the rest.
std::string fitted(std::string_view name, double width);

}  // namespace stimgen::draw
