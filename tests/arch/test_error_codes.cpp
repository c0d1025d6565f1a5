// The table of error codes against the sources: no row that nothing raises. (A code without a row does not compile.)
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "stimgen/error_codes.hpp"

namespace {

namespace fs = std::filesystem;

std::string text_of_all_sources() {
  std::ostringstream text;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(STIMGEN_SOURCE_DIR) / "src")) {
    const std::string suffix = entry.path().extension().string();
    if (suffix == ".cpp" || suffix == ".hpp") text << std::ifstream(entry.path()).rdbuf();
  }
  return text.str();
}

TEST_SUITE("arch") {
  TEST_CASE("every error code of the table is raised somewhere") {
    const std::string sources = text_of_all_sources();
    REQUIRE(sources.size() > 100'000);
    for (const stimgen::ErrorCodeDoc& doc : stimgen::kErrorCodes) {
      CAPTURE(doc.code);
      CHECK(sources.find('"' + std::string(doc.code) + '"') != std::string::npos);
    }
  }

  TEST_CASE("no two error codes have one name or one meaning, and every one says what to do") {
    std::set<std::string_view> codes, meanings, modules;
    std::string_view module;
    for (const stimgen::ErrorCodeDoc& doc : stimgen::kErrorCodes) {
      CAPTURE(doc.code);
      CHECK(codes.insert(doc.code).second);
      CHECK(meanings.insert(doc.meaning).second);
      CHECK(doc.meaning.ends_with('.'));
      CHECK(doc.advice.ends_with('.'));
      // The rows of a module stand together: the reference has one table for each.
      const std::string_view own = doc.code.substr(0, doc.code.find('.'));
      if (own != module) CHECK(modules.insert(own).second);
      module = own;
    }
  }
}

}  // namespace
