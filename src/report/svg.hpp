// The report's charts as static figures.
#pragma once

#include <cstdint>
#include <vector>

#include "report/model.hpp"

namespace stimgen {

std::vector<Report::Figure> draw_figures(const ReportModel& model);

// A raster of more spikes than a figure should hold lines, as the page paints it: a transparent PNG of spikes counted
// for each pixel, more of them more opaque.
std::vector<std::uint8_t> raster_png(const ReportSection& section, std::uint32_t width, std::uint32_t height);

}  // namespace stimgen
