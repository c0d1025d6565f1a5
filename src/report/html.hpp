// The report as one page.
#pragma once

#include <string>

#include "report/model.hpp"

namespace stimgen {

std::string render_html(const ReportModel& model);

}  // namespace stimgen
