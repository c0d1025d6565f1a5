// `stimgen --version`: what made this program and what decides its bits.
#include <spdlog/version.h>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/process.hpp"
#include "stimgen/store.hpp"
#include "stimgen/types.hpp"

#ifndef STIMGEN_COMMIT
#define STIMGEN_COMMIT "unknown"
#endif
#ifndef STIMGEN_BUILD_LIBRARIES
#define STIMGEN_BUILD_LIBRARIES ""
#endif

namespace stimgen::cli {

namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
  return fmt::format("gcc {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
  return "unknown";
#endif
}

std::string dotted(int major, int minor, int patch) {
  return fmt::format("{}.{}.{}", major, minor, patch);
}

int run_version(const Arguments&, Terminal& terminal) {
  // Of HDF5 and zlib the ones in use, of the others those of the build.
  std::string libraries = storage_libraries();
  libraries += std::string_view(STIMGEN_BUILD_LIBRARIES).empty() ? "" : ", " STIMGEN_BUILD_LIBRARIES;
  libraries += fmt::format(", fmt {}", dotted(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100));
  libraries += fmt::format(", spdlog {}", dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH));
  libraries +=
      fmt::format(", Boost {}", dotted(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100));
  libraries += fmt::format(", nlohmann-json {}", dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                                        NLOHMANN_JSON_VERSION_PATCH));
  terminal.out(
      fmt::format("stimgen {}\n"
                  "commit          {}\n"
                  "compiler        {}\n"
                  "libraries       {}\n"
                  "CPU path        {}\n"
                  "format version  {}\n",
                  STIMGEN_VERSION, STIMGEN_COMMIT, compiler(), libraries, active_isa(), kFormatVersion));
  return 0;
}

}  // namespace

extern const Command kVersion;
constinit const Command kVersion{.name = "version",
                                 .summary = "version, commit, compiler, libraries, CPU path and format version",
                                 .example = "stimgen --version",
                                 .listed = false,
                                 .run = run_version};

}  // namespace stimgen::cli
