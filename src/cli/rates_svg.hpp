// Drawing rate functions and rate histograms as SVG, one panel a group, at the width of a journal column (85 mm).
#pragma once

#include <string>
#include <vector>

#include "stimgen/rate.hpp"

namespace stimgen::cli {

// One panel of rates over time. Thin lines are the parts of which `mean` is the average.
struct RatePanel {
  std::string label;
  std::vector<RateVertex> mean;
  std::vector<std::vector<RateVertex>> parts;  // of sub-groups; may be empty
};

// All panels share both axes. Times are shown in s where the window is 2 s or longer, else in ms.
std::string draw_rates(const std::string& title, TimeWindow window, const std::vector<RatePanel>& panels);

// One panel of how many nodes have which rate.
struct HistogramPanel {
  std::string label;
  std::vector<double> rates_hz;
};

// All panels share the rate axis; each has its own count axis.
std::string draw_histograms(const std::string& title, const std::vector<HistogramPanel>& panels);

}  // namespace stimgen::cli
