// How the `process` value of an entry names a point process.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "stimgen/process.hpp"

TEST_SUITE("process") {
  using namespace stimgen;

  namespace {

  struct Made {
    Streams streams;
    ChosenProcess chosen;
    Diagnostics diagnostics;
  };

  Made make(const std::string& yaml) {
    Made made;
    const auto file = std::make_shared<const SourceFile>(SourceFile{"test.yaml", "process: " + yaml + "\n", "."});
    const Value value = parse_document(file, made.diagnostics);
    REQUIRE_FALSE(made.diagnostics.has_errors());
    made.chosen = make_process(value.find("process"), made.streams, made.diagnostics);
    return made;
  }

  }  // namespace

  TEST_CASE("without a value the process is poisson") {
    Diagnostics diagnostics;
    Streams streams;
    const ChosenProcess chosen = make_process(nullptr, streams, diagnostics);
    CHECK(chosen.process != nullptr);
    REQUIRE(chosen.kind != nullptr);
    CHECK(chosen.kind->info.name == "poisson");
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(process_kinds().front() == chosen.kind);
  }

  TEST_CASE("a name, or a name with an empty mapping, names the process") {
    for (const char* yaml : {"poisson", "{poisson: {}}", "{poisson: ~}", "~"}) {
      const Made made = make(yaml);
      CHECK(made.chosen.process != nullptr);
      CHECK(made.chosen.kind == process_kinds().front());
    }
  }

  TEST_CASE("anything else is an error at its place, with what is known") {
    const Made typo = make("poison");
    CHECK(typo.chosen.process == nullptr);
    REQUIRE(typo.diagnostics.error_count() == 1);
    CHECK(typo.diagnostics.items()[0].message.find("'poison'") != std::string::npos);
    CHECK(typo.diagnostics.items()[0].help.find("poisson") != std::string::npos);
    CHECK(typo.diagnostics.items()[0].loc.line == 1);

    CHECK(make("{poisson: {shape: 2}}").chosen.process == nullptr);
    CHECK(make("{poisson: {shape: 2}}").diagnostics.error_count() == 1);
    CHECK(make("[poisson]").diagnostics.error_count() == 1);
    CHECK(make("{poisson: {}, gamma: {}}").diagnostics.error_count() == 1);
  }
}
