# Puts the script and style of the report's page, ours and uPlot's, into the program.
set(STIMGEN_ASSETS
  kUplotScript third_party/uplot/uPlot.iife.min.js
  kUplotStyle third_party/uplot/uPlot.min.css
  kReportScript src/report/page/report.js
  kReportStyle src/report/page/report.css)
set(assets_text "// Made by src/report/assets.cmake.\n#include \"report/assets.hpp\"\n\nnamespace stimgen::assets {\n\n")
file(READ ${PROJECT_SOURCE_DIR}/third_party/uplot/README.md uplot_readme)
while(STIMGEN_ASSETS)
  list(POP_FRONT STIMGEN_ASSETS name file)
  set(path ${PROJECT_SOURCE_DIR}/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  if(file MATCHES "^third_party")
    file(SHA256 ${path} digest)
    string(FIND "${uplot_readme}" "${digest}" place)
    if(place EQUAL -1)
      message(FATAL_ERROR "${file} is not the file that third_party/uplot/README.md describes")
    endif()
  endif()
  file(READ ${path} hex HEX)
  # "</script", "</style" or "<!--" would end or change the element that the text stands in.
  if(hex MATCHES "3c2f[57][34][43][79]" OR hex MATCHES "3c212d2d")
    message(FATAL_ERROR "${file} cannot stand inside a page")
  endif()
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND assets_text "static constexpr char ${name}Bytes[] = {${bytes}};\n"
    "const std::string_view ${name}(${name}Bytes, sizeof(${name}Bytes));\n\n")
endwhile()
string(APPEND assets_text "}  // namespace stimgen::assets\n")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/report_assets.cpp CONTENT "${assets_text}" @ONLY)
target_sources(stimgen_lib PRIVATE ${PROJECT_BINARY_DIR}/generated/report_assets.cpp)
