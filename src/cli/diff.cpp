// `stimgen diff`: compares the spikes of two files, population by population.
#include <set>

#include "cli/format.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/recipe.hpp"
#include "stimgen/store.hpp"

namespace stimgen::cli {

namespace {

struct PopulationDifference {
  std::string population;
  const PopulationInfo* left = nullptr;  // nullptr where the file does not have the population
  const PopulationInfo* right = nullptr;
  std::optional<SpikeDifference> first;
  // A file that claims another order is another file, even with the same spikes: readers act on it (and the content
  // digest holds it).
  bool same() const { return left && right && !first && left->order == right->order; }
};

std::string_view order_name(SpikeOrder order) {
  return order == SpikeOrder::by_id ? "by_id" : order == SpikeOrder::by_time ? "by_time" : "none";
}

std::string describe_spike(const std::optional<Spike>& spike) {
  return spike ? fmt::format("node {} at {} ms", spike->node_id, format_number(spike->timestamp_ms)) : "no more spikes";
}

std::string describe(const PopulationDifference& difference, const std::string& left, const std::string& right) {
  const std::string name = escaped(difference.population);
  if (difference.same()) return fmt::format("{}: same, {} spikes\n", name, difference.left->count);
  if (!difference.right) return fmt::format("{}: only in {} ({} spikes)\n", name, left, difference.left->count);
  if (!difference.left) return fmt::format("{}: only in {} ({} spikes)\n", name, right, difference.right->count);
  std::string text =
      fmt::format("{}: different, {} and {} spikes\n", name, difference.left->count, difference.right->count);
  if (difference.left->order != difference.right->order) {
    text +=
        fmt::format("  sorting: {} and {}\n", order_name(difference.left->order), order_name(difference.right->order));
  }
  if (difference.first) {
    text += fmt::format("  first difference at spike {}: {} and {}\n", difference.first->index,
                        describe_spike(difference.first->left), describe_spike(difference.first->right));
  }
  return text;
}

Json side_json(const PopulationInfo* info) {
  if (info == nullptr) return nullptr;
  return Json{{"spikes", info->count}, {"sorting", order_name(info->order)}};
}

Json to_json(const PopulationDifference& difference) {
  Json json = {{"population", difference.population},
               {"same", difference.same()},
               {"left", side_json(difference.left)},
               {"right", side_json(difference.right)},
               {"first_difference", nullptr}};
  if (difference.first) {
    json["first_difference"] = Json{{"index", difference.first->index},
                                    {"left", spike_json(difference.first->left)},
                                    {"right", spike_json(difference.first->right)}};
  }
  return json;
}

int run_diff(const Arguments& arguments, Terminal& terminal) {
  const std::string left_path = arguments.text("A");
  const std::string right_path = arguments.text("B");
  const std::unique_ptr<SpikeReader> left = open_spike_file(left_path, {.unnamed = std::string(kUnnamedPopulation)});
  const std::unique_ptr<SpikeReader> right = open_spike_file(right_path, {.unnamed = std::string(kUnnamedPopulation)});

  std::set<std::string> names;
  for (const PopulationInfo& info : left->populations()) names.insert(info.name);
  for (const PopulationInfo& info : right->populations()) names.insert(info.name);

  bool all_same = true;
  Json populations = Json::array();
  std::string text;
  for (const std::string& name : names) {
    PopulationDifference difference{name, find_population(*left, name), find_population(*right, name), std::nullopt};
    if (difference.left && difference.right) difference.first = first_difference(*left, *right, name);
    all_same = all_same && difference.same();
    populations.push_back(to_json(difference));
    text += describe(difference, escaped(left_path), escaped(right_path));
  }
  terminal.out(arguments.has("json") ? to_text(Json{{"same", all_same}, {"populations", populations}}) : text);
  return all_same ? 0 : 1;
}

constexpr Positional kDiffPositionals[] = {
    {"A", Presence::required, "a spike file"},
    {"B", Presence::required, "the spike file to compare it with"},
};
constexpr Option kDiffOptions[] = {{"json", 0, Words::none, "", "as JSON"}};

}  // namespace

extern const Command kDiff;
constinit const Command kDiff{.name = "diff",
                              .summary = "compare the spikes of two files; exit code 1 if they differ",
                              .example = "stimgen diff stimulus/shell.h5 old/shell.h5",
                              .positionals = kDiffPositionals,
                              .options = kDiffOptions,
                              .run = run_diff};

}  // namespace stimgen::cli
