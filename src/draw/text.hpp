// How wide a text is, whatever font a viewer has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stimgen::draw {

// Width in letters 10 units high: never less than any of the usual fonts takes.
double text_width(std::string_view text);
// The name, escaped as in messages; if that is wider than `width` units, its start and its end around an ellipsis, in
// which names of a kind differ. At least one character of each stays, whatever the width.
std::string fitted(std::string_view name, double width);
// Lines of whole words, each as wide as `width` units at most; a word that is wider has a line of its own.
std::vector<std::string> wrapped(std::string_view text, double width);

}  // namespace stimgen::draw
