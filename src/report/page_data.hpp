// What the page's script reads: one JSON text, and columns of numbers beside it.
#pragma once

#include <string>

#include "report/model.hpp"

namespace stimgen {

// Script elements with the columns of a section; `id` starts the names of all that belongs to it.
std::string section_columns(const ReportSection& section, const std::string& id);
// The script element with everything else.
std::string model_element(const ReportModel& model);
// "s3"
std::string section_id(std::size_t index);

}  // namespace stimgen
