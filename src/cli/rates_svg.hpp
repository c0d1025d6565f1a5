// The figures of `stimgen rates`: rate functions and rate histograms, one panel a group.
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

// All panels share both axes.
std::string draw_rates(const std::string& task, const std::string& kind, TimeWindow window,
                       const std::vector<RatePanel>& panels);

// One panel of how many nodes have which rate.
struct HistogramPanel {
  std::string label;
  std::vector<double> rates_hz;
};

// All panels share the rate axis; each has its own count axis.
std::string draw_histograms(const std::string& task, const std::string& kind,
                            const std::vector<HistogramPanel>& panels);

}  // namespace stimgen::cli
