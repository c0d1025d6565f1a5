// Colours of groups: those of the report page (src/report/page/report.js), dark enough for thin lines on white and
// told apart by all kinds of colour vision.
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

namespace stimgen::draw {

constexpr std::string_view kInk = "#222222";

// They repeat from the ninth group on.
constexpr std::string_view group_colour(std::size_t group) {
  constexpr std::string_view kColours[] = {"#0072b2", "#c04a00", "#008a63", "#a8447f",
                                           "#9a6a00", "#3c8dbc", "#5b5b5b", "#7a2255"};
  return kColours[group % std::size(kColours)];
}

}  // namespace stimgen::draw
