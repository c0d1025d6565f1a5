// The size that a plan says of a file is never below that of the file with as many spikes, and not far above it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "audit/project.hpp"
#include "plan/build.hpp"

using namespace stimgen;
using stimgen::testing::Project;

namespace {

void check_sizes(Project& project) {
  project.run();
  const Plan plan = project.plan();
  for (TaskIndex i = 0; i < plan.tasks.size(); ++i) {
    if (!plan.tasks[i].makes_file()) continue;
    const std::filesystem::path path = project.file(plan.tasks[i].name);
    double spikes = 0;
    double whole_chunks = 0;
    const auto reader = open_spike_file(path);
    for (const PopulationInfo& population : reader->populations()) {
      spikes += static_cast<double>(population.count);
      if (population.count > kChunkSpikes) whole_chunks += 16 * kChunkSpikes;
    }
    const double most = file_bytes_at_most(plan, i, spikes);
    const auto bytes = static_cast<double>(std::filesystem::file_size(path));
    CAPTURE(plan.tasks[i].name);
    CAPTURE(spikes);
    CHECK(bytes <= most);
    if (plan.recipe.output.compression == Compression::none) CHECK(most <= 1.5 * bytes + whole_chunks);
  }
}

}  // namespace

TEST_SUITE("audit") {
  TEST_CASE("file sizes: of every kind of task, plain, compressed and on a grid") {
    for (const char* const output : {"compression: none", "compression: gzip", "sort: by_time, resolution: 0.1 ms"}) {
      Project project;
      project.edit("output: {", fmt::format("output: {{{}, ", output));
      check_sizes(project);
    }
  }

  TEST_CASE("file sizes: without spikes, around a chunk, and of several") {
    Project project;
    project.edit("backgrounds:\n",
                 "backgrounds:\n"
                 "  zero: {population: cells, rate: 0 Hz}\n"
                 "  few: {population: cells, rate: 0.02 Hz}\n"
                 "  below: {population: cells, rate: 1085 Hz}\n"
                 "  above: {population: cells, rate: 1100 Hz}\n"
                 "  several: {population: cells, rate: 9000 Hz}\n");
    check_sizes(project);
  }

  TEST_CASE("file sizes: combinations of many tasks and of many populations") {
    std::string populations, backgrounds, names;
    for (int i = 0; i < 30; ++i) {
      populations += fmt::format("    p{0}: {{nodes: 10, properties: {{side: {{cycle: [\"l\\\"ft\", é]}}}}}}\n", i);
      backgrounds += fmt::format("  task_{0}: {{population: p{1}, rate: 10 Hz}}\n", i, i % 20);
      names += fmt::format("{}task_{}", i == 0 ? "" : ", ", i);
    }
    Project project(
        fmt::format("stimgen: 1\nseeds: 1\ntime: {{stop: 1 s}}\nnetworks:\n  populations:\n{}backgrounds:\n{}"
                    "  long: {{population: p0, rate: 8000 Hz}}\n"
                    "combine:\n  all: {{from: [{}]}}\n  more: {{from: [all, long]}}\noutput: {{directory: out}}\n",
                    populations, backgrounds, names));
    check_sizes(project);
  }

  TEST_CASE("file sizes: max_bytes refuses what would be larger, and nothing that would not") {
    Project project;
    project.run();
    std::uint64_t bytes = 0;
    for (const char* const task : {"base", "kinds", "long", "all"})
      bytes += std::filesystem::file_size(project.file(task));
    std::uint64_t expected = 0;
    for (const Task& task : project.plan().tasks) expected += task.expected_bytes;
    project.edit("output: {", fmt::format("output: {{max_bytes: {}, ", expected));
    CHECK_NOTHROW(check_limits(project.plan(), {2, 3, 4, 5}, 0));
    project.edit(fmt::format("max_bytes: {}", expected), fmt::format("max_bytes: {}", bytes / 2));
    CHECK_THROWS_AS(check_limits(project.plan(), {2, 3, 4, 5}, 0), InputError);
  }
}
