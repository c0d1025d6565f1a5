// Every #include under include/ and src/ against the layers of the program and the gates around libraries.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// What each part may include: itself, these, and what these may include.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"types", {}},
    {"error_codes", {}},
    {"diagnostic", {"error_codes"}},
    {"kind", {}},
    {"worker_pool", {}},
    {"streams", {"types"}},
    {"base", {"diagnostic", "streams", "types", "worker_pool"}},
    {"h5", {"base"}},
    {"grammar", {"kind", "base", "types", "diagnostic"}},
    {"recipe", {"grammar", "streams"}},
    {"network", {"recipe", "h5"}},
    {"assembly", {"network", "recipe"}},
    {"rate", {"grammar", "base"}},
    {"process", {"rate", "grammar"}},
    {"source", {"network", "process", "rate", "recipe"}},
    {"background", {"source"}},
    {"pattern", {"source"}},
    {"store", {"recipe", "h5"}},
    {"combine", {"source", "store"}},
    {"plan", {"assembly", "background", "pattern", "combine"}},
    {"run", {"plan"}},
    {"audit", {"run"}},
    {"stats", {"plan", "store", "network", "rate"}},
    {"draw", {"types", "base"}},
    {"report", {"stats", "audit", "run", "draw"}},
    {"cli", {"report", "audit", "run", "plan"}},
    {"main", {"cli"}},
};

// A public header belongs to the part it names, but for these.
const std::map<std::string, std::string> kOtherHeaders = {
    {"canonical", "source"}, {"language", "grammar"}, {"scheduler", "run"},  {"segment_inverse", "rate"},
    {"rate_walk", "rate"},   {"task_nodes", "stats"}, {"task_spikes", "run"}};

// Folders without a header in include/: what stands in them is for all above.
const std::set<std::string> kShared = {"base", "h5", "draw", "cli"};

// A library may be included by these files or folders only.
struct Gate {
  std::string header;  // start of the name in the #include
  std::vector<std::string> allowed;
};
const std::vector<Gate> kGates = {
    {"yaml-cpp/", {"src/grammar/document.cpp"}},
    {"hdf5.h", {"src/h5/"}},
    {"H5", {"src/h5/"}},
    {"h5/api.hpp", {"src/h5/"}},
    {"h5/library.hpp", {"src/h5/"}},
    {"h5/types.hpp", {"src/h5/"}},
    {"h5/origin.hpp", {"src/h5/"}},
    {"boost/program_options", {"src/cli/options.cpp"}},
    {"boost/", {"src/cli/"}},
    {"spdlog/", {"src/cli/", "src/run/"}},
};

struct Include {
  std::string file;  // relative to the source tree
  int line = 0;
  std::string header;
  bool quoted = false;
};

std::vector<Include> includes_of(const std::string& file, std::istream& text) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> found;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) found.push_back({file, number, match[2], match[1] == "\""});
  }
  return found;
}

std::string first_folder(const std::string& path) {
  return path.substr(0, path.find('/'));
}

// "src/recipe/x.cpp" → "recipe", "include/stimgen/recipe.hpp" and "stimgen/recipe.hpp" → "recipe"; empty if neither.
std::string part_of(std::string path) {
  if (path.rfind("src/", 0) == 0) path = path.substr(4);
  if (path.rfind("include/", 0) == 0) path = path.substr(8);
  if (path.rfind("stimgen/", 0) == 0) path = fs::path(path.substr(8)).stem().string();
  if (const auto found = kOtherHeaders.find(path); found != kOtherHeaders.end()) return found->second;
  if (path == "main.cpp") return "main";
  return first_folder(path);
}

// Everything below `part`, itself included.
std::set<std::string> reach(const std::string& part) {
  std::set<std::string> result;
  std::vector<std::string> open = {part};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    if (!result.insert(next).second) continue;
    if (const auto found = kMayInclude.find(next); found != kMayInclude.end()) {
      open.insert(open.end(), found->second.begin(), found->second.end());
    }
  }
  return result;
}

std::vector<std::string> violations(const std::vector<Include>& includes) {
  std::vector<std::string> result;
  const auto report = [&](const Include& include, const std::string& why) {
    result.push_back(include.file + ":" + std::to_string(include.line) + ": " + include.header + ": " + why);
  };
  for (const Include& include : includes) {
    for (const Gate& gate : kGates) {
      if (include.header.rfind(gate.header, 0) != 0) continue;
      const bool allowed = std::any_of(gate.allowed.begin(), gate.allowed.end(),
                                       [&](const std::string& place) { return include.file.rfind(place, 0) == 0; });
      if (!allowed) report(include, "only " + gate.allowed.front() + " may include this");
      break;
    }
    if (!include.quoted) continue;
    const std::string from = part_of(include.file);
    const std::string to = part_of(include.header);
    if (kMayInclude.find(from) == kMayInclude.end()) {
      report(include, "'" + from + "' is no part of the layers");
    } else if (kMayInclude.find(to) == kMayInclude.end()) {
      report(include, "'" + to + "' is no part of the layers");
    } else if (reach(from).count(to) == 0) {
      report(include, "'" + from + "' lies below '" + to + "' or beside it");
    } else if (to != from && kShared.count(to) == 0 && include.header.rfind("stimgen/", 0) != 0) {
      report(include, "a private header of '" + to + "'");
    }
  }
  return result;
}

std::vector<Include> all_includes() {
  const fs::path root = STIMGEN_SOURCE_DIR;
  std::vector<Include> result;
  for (const char* folder : {"include", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".hpp" && extension != ".cpp" && extension != ".h" && extension != ".inc") continue;
      std::ifstream text(entry.path());
      const std::string file = entry.path().lexically_relative(root).generic_string();
      const std::vector<Include> found = includes_of(file, text);
      result.insert(result.end(), found.begin(), found.end());
    }
  }
  return result;
}

TEST_SUITE("arch") {
  TEST_CASE("includes point down, and libraries stay behind their gates") {
    const std::vector<Include> includes = all_includes();
    CHECK(includes.size() > 100);
    for (const std::string& violation : violations(includes)) FAIL_CHECK(violation);
  }

  TEST_CASE("the check sees what it should") {
    const auto said = [](const std::string& file, const std::string& header, bool quoted) {
      const auto found = violations({{file, 7, header, quoted}});
      return found.empty() ? std::string() : found.front();
    };
    CHECK(said("src/recipe/load.cpp", "stimgen/network.hpp", true) ==
          "src/recipe/load.cpp:7: stimgen/network.hpp: 'recipe' lies below 'network' or beside it");
    CHECK(said("src/pattern/x.cpp", "assembly/common.hpp", true).find("src/pattern/x.cpp:7") == 0);
    CHECK(said("src/recipe/load.cpp", "yaml-cpp/yaml.h", false) ==
          "src/recipe/load.cpp:7: yaml-cpp/yaml.h: only src/grammar/document.cpp may include this");
    CHECK(said("src/audit/x.cpp", "run/executor.hpp", true) ==
          "src/audit/x.cpp:7: run/executor.hpp: a private header of 'run'");
    CHECK(said("src/audit/x.cpp", "stimgen/run.hpp", true).empty());
    CHECK(said("src/run/x.cpp", "run/executor.hpp", true).empty());
    CHECK(said("src/run/x.cpp", "base/csv.hpp", true).empty());
    CHECK_FALSE(said("src/store/x.cpp", "hdf5.h", false).empty());
    CHECK_FALSE(said("src/store/x.cpp", "h5/api.hpp", true).empty());
    CHECK_FALSE(said("src/plan/x.cpp", "spdlog/spdlog.h", false).empty());
    CHECK_FALSE(said("src/cli/run.cpp", "boost/program_options.hpp", false).empty());
    CHECK_FALSE(said("include/stimgen/recipe.hpp", "stimgen/plan.hpp", true).empty());
    CHECK_FALSE(said("src/colour/x.cpp", "stimgen/types.hpp", true).empty());
    CHECK(said("src/run/x.cpp", "spdlog/spdlog.h", false).empty());
    CHECK(said("src/plan/x.cpp", "stimgen/language.hpp", true).empty());
    CHECK(said("src/main.cpp", "cli/cli.hpp", true).empty());
    CHECK(said("src/h5/read.cpp", "hdf5.h", false).empty());
  }

  TEST_CASE("nothing outside plan asks which kind a task is: its source and the table of kinds say what there is") {
    const fs::path src = fs::path(STIMGEN_SOURCE_DIR) / "src";
    const auto naming_a_kind = [&](const fs::path& folder) {
      std::set<std::string> files;
      for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path());
        const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        if (text.find("TaskKind::") != text.npos) files.insert(entry.path().lexically_relative(src).generic_string());
      }
      return files;
    };
    CHECK(naming_a_kind(src / "plan").count("plan/task_kinds.cpp") == 1);
    for (const std::string& file : naming_a_kind(src)) {
      CAPTURE(file);
      CHECK(file.rfind("plan/", 0) == 0);
    }
  }

  TEST_CASE("the layers themselves have no circle") {
    for (const auto& row : kMayInclude) {
      const std::string& part = row.first;
      for (const std::string& other : row.second) {
        CAPTURE(part);
        CAPTURE(other);
        CHECK(kMayInclude.find(other) != kMayInclude.end());
        CHECK(reach(other).count(part) == 0);
      }
    }
  }
}

}  // namespace
