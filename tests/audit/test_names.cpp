// Names of the user's that are also words of ours: whatever something is called, it is made, kept and proved alike.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "audit/project.hpp"

namespace stimgen {
namespace {

using testing::Project;

// Keys of the recipe language that hold paths, texts and rates, and words of verdicts.
const std::vector<std::string> kNames = {"csv",     "edges", "file",   "values",  "property", "distribution", "mean",
                                         "stdev",   "rate",  "rates",  "others",  "silent",   "process",      "poisson",
                                         "none",    "where", "from",   "at",      "shift",    "keys",         "seeds",
                                         "network", "nodes", "output", "combine", "a.mean",   "true",         "column"};
// What only texts can be called: values of properties, folders and files.
const std::vector<std::string> kTexts = {"is empty", "its end is missing", "5 Hz",         "7",    "a = b", "x: {y, z}",
                                         "[a, b]",   "\"quoted\"",         "rates.A.mean", "0x10", "1e3",   "~",
                                         "é"};

// What a recipe leaves to be called: each has its mark in kRecipe.
const std::vector<std::string> kNamed = {"@pop@", "@prop@", "@bg@", "@pat@", "@comb@", "@set@", "@stream@"};
const std::vector<std::string> kFree = {"@group@", "@folder@", "@csvfile@", "@out@"};
using Called = std::map<std::string, std::string>;

constexpr const char* kRecipe = R"(stimgen: 1
seeds: {network: 123, spikes: 2}
time: {stop: 500 ms}
networks:
  populations:
    '@pop@': {nodes: 12, properties: {'@prop@': {cycle: ['@group@', B]}, hz: 5}}
backgrounds:
  '@bg@': {population: '@pop@', group_by: '@prop@', rates: {'@group@': 5 Hz, B: {mean: 8 Hz, stdev: 2 Hz}}}
  listed: {population: '@pop@', where: {'@prop@': ['@group@', B]}, rate: {values: {csv: 'in/@folder@/@csvfile@.csv'}}}
  held: {population: '@pop@', stream: '@stream@', rate: {values: {property: hz}}}
assemblies:
  '@set@': {population: '@pop@', method: property, property: '@prop@'}
patterns:
  '@pat@': {type: long, assemblies: '@set@', on_time: 100 ms, rates: {burst: 50 Hz}}
combine:
  '@comb@': {from: ['@bg@', '@pat@']}
output: {directory: 'out/@out@'}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Each takes the next name of the list, so that in the end everything has had every name.
void call(Called& called, const std::vector<std::string>& marks, const std::vector<std::string>& names,
          std::size_t first) {
  for (std::size_t i = 0; i < marks.size(); ++i) called[marks[i]] = names[(first + i) % names.size()];
}

std::string audited(const Project& project, const Task& task, const Plan& plan) {
  const std::filesystem::path file = plan.output_path(task);
  const Provenance provenance = read_provenance(file);
  auto source = std::make_shared<SourceFile>();
  source->path = "the record";
  source->text = provenance.recipe_text;
  source->directory = project.folder().path().string();
  LoadOptions options;
  options.output_directory = project.folder() / "audit";
  Diagnostics diagnostics;
  const Plan again = build_plan(load_recipe(std::move(source), file, options, diagnostics), diagnostics);
  if (diagnostics.has_errors()) return render(diagnostics);
  const std::atomic<bool> stop = false;
  const Verdict verdict = audit_file(again, provenance, file, {.threads = 2}, stop);
  return verdict.same ? "same" : std::string(cause_name(verdict.cause)) + ": " + verdict.message;
}

// check → run → respell → fresh → verified the same → each file proved by its own record.
void check_life(const Called& called) {
  std::string recipe = kRecipe;
  for (const auto& [mark, name] : called) recipe = replaced(recipe, mark, name);
  CAPTURE(recipe);
  Project project(recipe);
  const std::filesystem::path folder = project.folder() / "in" / called.at("@folder@");
  std::filesystem::create_directories(folder);
  std::string rows = "node_id,rate\n";
  for (int node = 0; node < 12; ++node) rows += fmt::format("{},{}\n", node, 5 + node);
  testing::write_text(folder / (called.at("@csvfile@") + ".csv"), rows);

  CHECK(project.run().size() == 5);
  project.edit(": 5 Hz, B", ": 0.005 kHz, B");
  project.edit("8 Hz", "\"8e-3 kHz\"");
  project.edit("50 Hz", "0.05 kHz");
  project.edit("100 ms", "0.1 s");
  for (const auto& [task, state] : project.states()) CHECK_MESSAGE(state == "fresh", task, " is ", state);
  for (const Verdict& verdict : project.verdicts()) CHECK_MESSAGE(verdict.same, verdict.task, ": ", verdict.message);
  const Plan plan = project.plan();
  for (const Task& task : plan.tasks) {
    if (task.makes_file()) CHECK_MESSAGE(audited(project, task, plan) == "same", task.name);
  }
}

TEST_SUITE("audit") {
  TEST_CASE("a file whose record has control characters in names of groups is audited") {
    Project project(
        "stimgen: 1\nname: r\nseeds: 1\ntime: {stop: 1 s}\n"
        "networks: {populations: {a: {nodes: 8, properties: {g: {cycle: [x, \"y\\x7f\", \"z\\x80\", "
        "\"\\x9f\\x85é\"]}}}}}\n"
        "backgrounds: {b: {population: a, group_by: g, rates: {x: 3 Hz, \"y\\x7f\": 4 Hz, \"z\\x80\": 5 Hz, "
        "\"\\x9f\\x85é\": 6 Hz}}}\noutput: {directory: out}\n");
    project.run();
    const Plan plan = project.plan();
    CHECK(audited(project, *plan.find("b"), plan) == "same");
  }

  TEST_CASE("a name may be any word of ours, whatever it names") {
    for (std::size_t first = 0; first < kNames.size(); ++first) {
      Called called;
      call(called, kNamed, kNames, first);
      call(called, kFree, kNames, first + kNamed.size());
      check_life(called);
    }
  }

  TEST_CASE("a value of a property, a folder and a file may be any text") {
    for (std::size_t first = 0; first < kTexts.size(); ++first) {
      Called called;
      call(called, kNamed, kNames, first);
      call(called, kFree, kTexts, first);
      check_life(called);
    }
  }
}

}  // namespace
}  // namespace stimgen
