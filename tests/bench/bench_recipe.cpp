// Speed of the stages before any spike: parsing a recipe, reading its top level, planning its tasks. The argument is
// the number of tasks, and items_per_second counts them.
#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "stimgen/plan.hpp"
#include "stimgen/recipe.hpp"

namespace {

using namespace stimgen;

std::shared_ptr<const SourceFile> recipe_of(std::int64_t tasks) {
  std::string text =
      "stimgen: 1\nname: many\nseeds: 1\ntime: {stop: 1 s}\n"
      "networks: {populations: {cells: {nodes: 10}}}\nbackgrounds:\n";
  for (std::int64_t i = 0; i < tasks; ++i) {
    text += fmt::format("  b{}: {{population: cells, rate: {{mean: {} Hz, stdev: 2 Hz}}}}\n", i, 5 + i % 40);
  }
  return std::make_shared<const SourceFile>(SourceFile{"many.yaml", std::move(text), "."});
}

// `work` takes the recipe and somewhere to report to.
template <typename Work>
void measure(benchmark::State& state, Work work) {
  const auto file = recipe_of(state.range(0));
  for (auto _ : state) {
    Diagnostics diagnostics;
    benchmark::DoNotOptimize(work(file, diagnostics));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void parse(benchmark::State& state) {
  measure(state, [](const auto& file, Diagnostics& diagnostics) { return parse_document(file, diagnostics); });
}
BENCHMARK(parse)->Name("recipe/parse")->Arg(1000)->Unit(benchmark::kMillisecond);

void load(benchmark::State& state) {
  measure(state,
          [](const auto& file, Diagnostics& diagnostics) { return load_recipe(file, "many.yaml", {}, diagnostics); });
}
BENCHMARK(load)->Name("recipe/load")->Arg(1000)->Unit(benchmark::kMillisecond);

void plan(benchmark::State& state) {
  measure(state, [](const auto& file, Diagnostics& diagnostics) {
    return build_plan(load_recipe(file, "many.yaml", {}, diagnostics), diagnostics);
  });
}
BENCHMARK(plan)->Name("recipe/load_and_plan")->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

// What is left without the text: the recipe is loaded, and the plan taken apart, while the clock stands.
void plan_alone(benchmark::State& state) {
  const auto file = recipe_of(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    Diagnostics diagnostics;
    auto recipe = load_recipe(file, "many.yaml", {}, diagnostics);
    std::optional<Plan> planned;
    state.ResumeTiming();
    planned = build_plan(std::move(recipe), diagnostics);
    benchmark::DoNotOptimize(planned);
    state.PauseTiming();
    planned.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(plan_alone)->Name("recipe/plan")->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace
