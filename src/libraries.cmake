# The libraries of others: which archive or shared library stands for each.
find_package(Threads REQUIRED)
find_package(yaml-cpp REQUIRED)
# Static: Debian's shared HDF5 drags in forty libraries (curl, Kerberos, LDAP) that double the time a small run takes.
# What the static one needs is asked of HDF5's compiler wrapper, which cannot be run for another machine.
if(NOT CMAKE_CROSSCOMPILING)
  set(HDF5_USE_STATIC_LIBRARIES ON)
endif()
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
find_path(CSV_INCLUDE_DIR csv.h REQUIRED)
find_library(CSV_LIBRARY csv REQUIRED)
find_path(LIBDEFLATE_INCLUDE_DIR libdeflate.h REQUIRED)
find_library(LIBDEFLATE_LIBRARY deflate REQUIRED)
find_path(RE2_INCLUDE_DIR re2/re2.h REQUIRED)
find_library(RE2_LIBRARY re2 REQUIRED)

# A program without any library beside it, that runs on every Linux of the architecture and starts in a third of the
# time: it loads nothing. Debian has no archive of fmt, and HDF5's wrapper names what a static program cannot use.
set(STIMGEN_FMT fmt::fmt)
set(STIMGEN_YAML yaml-cpp)
set(STIMGEN_SPDLOG spdlog::spdlog_header_only)
if(STIMGEN_STATIC)
  list(FILTER HDF5_C_LIBRARIES EXCLUDE REGEX "curl|crypto")     # for a driver that nothing here calls
  list(FILTER HDF5_C_LIBRARIES EXCLUDE REGEX "lib(m|dl|pthread)[.]a$")  # of the C library
  find_library(AEC_LIBRARY aec REQUIRED)
  list(APPEND HDF5_C_LIBRARIES ${AEC_LIBRARY} ${CMAKE_DL_LIBS} m)
  find_library(STIMGEN_YAML_ARCHIVE yaml-cpp REQUIRED)
  set(STIMGEN_YAML ${STIMGEN_YAML_ARCHIVE})
  set(STIMGEN_FMT fmt::fmt-header-only)
  # Of spdlog only where its headers are: its target brings the shared fmt.
  add_library(stimgen_spdlog INTERFACE)
  target_include_directories(stimgen_spdlog SYSTEM INTERFACE
    $<TARGET_PROPERTY:spdlog::spdlog_header_only,INTERFACE_INCLUDE_DIRECTORIES>)
  set(STIMGEN_SPDLOG stimgen_spdlog)
endif()
