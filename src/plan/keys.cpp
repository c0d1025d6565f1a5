// Sorted lists of what a task says and reads.
#include "plan/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/digest.hpp"

namespace stimgen {
namespace {

void sort_unique(KeyList& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

void add_shared_keys(const Recipe& recipe, Task& task) {
  const auto own = [&](std::string_view name) {
    return std::any_of(task.keys.begin(), task.keys.end(), [&](const auto& key) { return key.first == name; });
  };
  for (const UsedStream& stream : task.streams) {
    task.keys.emplace_back(stream.seed_name(), fmt::format("{}", stream.seed));
  }
  if (task.sampled() != nullptr) {
    // A pattern is silent from time.start to its own start.
    if (task.kind == TaskKind::pattern || !own("start")) {
      task.keys.emplace_back("time.start", format_time(recipe.start_ms.value_or(0)));
    }
    if (!own("stop") && recipe.stop_ms) task.keys.emplace_back("time.stop", format_time(*recipe.stop_ms));
  }
  if (task.makes_file()) {
    const OutputSettings& output = recipe.output;
    task.keys.emplace_back("output.sort", output.sort == SpikeOrder::by_time ? "by_time" : "by_id");
    task.keys.emplace_back("output.resolution", output.resolution_ms > 0 ? format_time(output.resolution_ms) : "none");
    task.keys.emplace_back("output.compression", output.compression == Compression::gzip
                                                     ? fmt::format("gzip {}", output.level)
                                                     : std::string("none"));
  }
  sort_unique(task.keys);
  sort_unique(task.inputs);
}

void add_node_set_files(const Network& network, Task& task) {
  const bool names_one =
      std::any_of(task.keys.begin(), task.keys.end(), [](const auto& key) { return key.first == "node_set"; });
  if (!names_one) return;
  const auto files = network.node_set_files();
  task.files.insert(task.files.end(), files.begin(), files.end());
}

void InputDigests::add_columns(const NodePopulation& population, Task& task) {
  for (const std::string& column : population.take_columns_used()) {
    if (column == "node_id" || column == "population") continue;
    std::string& digest = columns_[{&population, column}];
    if (digest.empty()) digest = to_hex(population.column_digest(column));
    const auto& drawn = population.column(column)->streams;
    task.streams.insert(task.streams.end(), drawn.begin(), drawn.end());
    task.inputs.emplace_back(fmt::format("column {} of {}", column, population.name()), digest);
  }
  population.take_columns_used();  // digesting asks for them
}

std::string shown_from_recipe(const Recipe& recipe, const std::filesystem::path& path) {
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(recipe.path, ignored).lexically_normal().parent_path();
  const auto relative = std::filesystem::absolute(path, ignored).lexically_normal().lexically_relative(folder);
  if (relative.empty()) return path.generic_string();
  // A way through the root would say where the recipe lies on this machine.
  const auto steps_up = std::count(relative.begin(), relative.end(), "..");
  const std::filesystem::path within = folder.relative_path();
  const bool through_root = steps_up > 0 && steps_up >= std::distance(within.begin(), within.end());
  return through_root ? relative.filename().generic_string() : relative.generic_string();
}

}  // namespace stimgen
