// The report's charts as static figures.
#pragma once

#include <vector>

#include "report/model.hpp"

namespace stimgen {

std::vector<Report::Figure> draw_figures(const ReportModel& model);

}  // namespace stimgen
