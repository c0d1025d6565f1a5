// Colours of groups: those of the report page (src/report/page/report.js), dark enough for thin lines on white and
// told apart by all kinds of colour vision.
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

namespace stimgen::draw {

constexpr std::string_view kInk = "#222222";

constexpr std::string_view kGroupColours[] = {"#0072b2", "#c04a00", "#008a63", "#a8447f",
                                              "#9a6a00", "#3c8dbc", "#5b5b5b", "#7a2255"};

// They repeat; figures say so.
constexpr std::string_view group_colour(std::size_t group) {
  return kGroupColours[group % std::size(kGroupColours)];
}

}  // namespace stimgen::draw
