# Precompiles the headers that most files need: a build takes half the time. Every file still includes what it needs
# itself, which a build with -DSTIMGEN_PRECOMPILE=OFF shows.
set(headers <algorithm> <array> <atomic> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional> <set> <span>
  <string> <string_view> <thread> <unordered_map> <variant> <vector> <fmt/format.h>)
target_precompile_headers(stimgen_lib PRIVATE ${headers})
target_precompile_headers(stimgen_cli PRIVATE ${headers} <nlohmann/json.hpp>)
if(TARGET stimgen_tests)
  target_precompile_headers(stimgen_tests PRIVATE ${headers})
endif()
# gcc takes what it inlines from them for ours, and sees overruns there that are not: a build without them looks for real
# ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(stimgen_flags INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()
# A file with flags of its own cannot take headers that were compiled without them.
foreach(target stimgen_lib stimgen_cli)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_source_file_property(options ${source} COMPILE_OPTIONS)
    get_source_file_property(flags ${source} COMPILE_FLAGS)
    if(options OR flags)
      set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endforeach()
