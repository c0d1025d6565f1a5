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
    std::unique_ptr<const PointProcess> process;
    const ProcessKind* kind = nullptr;
    Diagnostics diagnostics;
  };

  Made make(const std::string& yaml) {
    Made made;
    const auto file = std::make_shared<const SourceFile>(SourceFile{"test.yaml", "process: " + yaml + "\n", "."});
    const Value value = parse_document(file, made.diagnostics);
    REQUIRE_FALSE(made.diagnostics.has_errors());
    made.process = make_process(value.find("process"), made.streams, made.diagnostics, &made.kind);
    return made;
  }

  }  // namespace

  TEST_CASE("without a value the process is poisson") {
    Diagnostics diagnostics;
    const ProcessKind* kind = nullptr;
    Streams streams;
    CHECK(make_process(nullptr, streams, diagnostics, &kind) != nullptr);
    CHECK(kind->info.name == "poisson");
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(process_kinds().front() == kind);
  }

  TEST_CASE("a name, or a name with an empty mapping, names the process") {
    for (const char* yaml : {"poisson", "{poisson: {}}", "{poisson: ~}", "~"}) {
      const Made made = make(yaml);
      CHECK(made.process != nullptr);
      CHECK(made.kind == process_kinds().front());
    }
  }

  TEST_CASE("anything else is an error at its place, with what is known") {
    const Made typo = make("poison");
    CHECK(typo.process == nullptr);
    REQUIRE(typo.diagnostics.error_count() == 1);
    CHECK(typo.diagnostics.items()[0].message.find("'poison'") != std::string::npos);
    CHECK(typo.diagnostics.items()[0].help.find("poisson") != std::string::npos);
    CHECK(typo.diagnostics.items()[0].loc.line == 1);

    CHECK(make("{poisson: {shape: 2}}").process == nullptr);
    CHECK(make("{poisson: {shape: 2}}").diagnostics.error_count() == 1);
    CHECK(make("[poisson]").diagnostics.error_count() == 1);
    CHECK(make("{poisson: {}, gamma: {}}").diagnostics.error_count() == 1);
  }
}
