// The files that a report's page is made of; CMake turns them into a source (src/report/assets.cmake).
#pragma once

#include <string_view>

namespace stimgen::assets {

extern const std::string_view kUplotScript;
extern const std::string_view kUplotStyle;
extern const std::string_view kReportScript;
extern const std::string_view kReportStyle;

}  // namespace stimgen::assets
