// What an axis shows: its ends, its ticks with their labels, its title.
#pragma once

#include <string>
#include <vector>

#include "stimgen/types.hpp"

namespace stimgen::draw {

struct Tick {
  double value = 0;
  std::string label;       // may be empty
  std::string whole = {};  // what the label is short for; empty: nothing
};

struct Axis {
  std::string title;
  double low = 0, high = 1;
  std::vector<Tick> ticks = {};
  bool logarithmic = false;
  bool downwards = false;  // of a y axis: low at the top
};

// 1, 2 or 5 times a power of ten, at least `least`.
double nice_at_least(double least);

// Round ticks between low and high, about `steps` of them; shown numbers are values times `factor`.
Axis value_axis(std::string title, double low, double high, int steps, double factor = 1);
// From 0 to a round number from `largest` on.
Axis zero_based_axis(std::string title, double largest, int steps, double factor = 1);
// The same for what comes whole: no ticks between 0 and 1.
Axis count_axis(std::string title, double largest, int steps);
// "`what` (Hz)" from 0 on; in kHz where numbers of Hz would have five digits.
Axis rate_axis(const std::string& what, double largest_hz, int steps);
// "Time (s)" where the window is 2 s or longer, else "Time (ms)".
Axis time_axis(TimeWindow window);
// Decades. Requires: 0 < low < high.
Axis decades_axis(std::string title, double low, double high);
// A tick for each label, half a step of room at both ends. Of labels that are wide for their share of `width`, every
// second, third … is left out until the others have room for a few letters.
Axis category_axis(std::string title, const std::vector<std::string>& labels, double width);

}  // namespace stimgen::draw
