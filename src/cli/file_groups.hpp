// Which nodes of a spike file belong together: what `stats` and `psth` know besides the file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/format.hpp"
#include "cli/load.hpp"
#include "stimgen/network.hpp"
#include "stimgen/plan.hpp"
#include "stimgen/stats.hpp"
#include "stimgen/store.hpp"

namespace stimgen::cli {

// The options that commands on spike files share.
inline constexpr Option kRecipeOption{"recipe", 0, Words::one, "RECIPE",
                                      "take nodes, their properties and the time window from this recipe"};
inline constexpr Option kConfigOption{"config", 0, Words::one, "CONFIG",
                                      "take nodes, their properties and run.tstop from this SONATA config"};
inline constexpr Option kByOption{"by", 0, Words::several, "PROPERTY…", "group nodes by these properties"};
inline constexpr Option kAssemblyOption{"assembly", 0, Words::one, "SET",
                                        "group nodes as this assembly set of the recipe does; others are left out"};
inline constexpr Option kWindowOption{"window", 0, Words::repeated_two, "A B",
                                      "count spikes from A to before B; bare numbers are seconds; may be repeated"};

// Of rates over time: the values of --bin, in ms, and --smooth, if they are given. Throw UsageError.
std::optional<double> read_bin_ms(const Arguments& arguments);
std::optional<Smoothing> read_smoothing(const Arguments& arguments);

// The windows in which spikes are counted.
struct CountedWindows {
  std::vector<std::optional<TimeWindow>> all;  // nullopt: from 0 to the last spike
  double grid_ms = 0;                          // of the recipe whose window it is
  std::string origin;                          // "--window"
};

// What they say.
struct FileContext {
  const Network* network = nullptr;  // null: nothing is known
  std::unique_ptr<Network> opened;   // network, unless the plan has it
  Plan plan;                         // for --assembly
  const AssemblySet* assembly = nullptr;
  std::string origin;                   // "recipe.yaml"
  bool from_recipe = false;             // of --recipe, not --config
  std::vector<std::string> properties;  // of --by
  // What --window, the recipe or the config says; empty: nothing does.
  CountedWindows windows;
};
// What is not said is that of the file's record if stimgen made it, else from 0 to the last spike of all populations.
CountedWindows windows_for(const SpikeReader& reader, const FileContext& context);
// A file that does not say whose its spikes are is taken for one of the only population that is known.
std::unique_ptr<SpikeReader> open_spikes(const std::string& path, const FileContext& context);
// Throws UsageError and InputError.
FileContext open_file_context(const Arguments& arguments, Terminal& terminal);

// The values that groups share, of every node: those of --by, or the label in --assembly.
struct NodeKeys {
  std::vector<std::string> names;
  std::vector<std::shared_ptr<const Column>> columns;
  bool as_listed = false;  // of an assembly: in the order of its groups, others left out

  std::vector<std::string> values_at(NodeRow row) const;
  Json json_at(NodeRow row) const;
  // Numbers as numbers, text by bytes, missing values last.
  bool before(NodeRow a, NodeRow b) const;
};

// One population of a file and its groups.
struct FileGroups {
  PopulationInfo info;
  const NodePopulation* population = nullptr;  // null: only nodes with spikes are known, and `groups` is empty
  NodeKeys keys;
  std::vector<std::vector<std::size_t>> groups;  // rows, each group not empty

  // "PN", "PN, L4"; the population where there are no keys.
  std::string label_of(std::size_t group) const;
  // Of every node of the population; kNoGroup for nodes in none.
  std::vector<std::uint32_t> group_of_node() const;
};
// Every population of the file; with --assembly the set's alone. Throws InputError for a population or property that
// the network does not have.
std::vector<FileGroups> group_file(const SpikeReader& reader, const FileContext& context);

// InputError that names nodes with spikes that the population does not have, if there are any.
void check_nodes_known(const std::vector<NodeId>& named, std::uint64_t count, const NodePopulation& population,
                       const std::string& file);

// Of the rates that --recipe asks for in a file that it makes (TaskNodes::shortest_piece_ms()); nullopt for other
// files.
std::optional<double> find_shortest_piece_ms(const FileContext& context, const SpikeReader& reader);

// A note on spikes of a file that names no population, if they were taken for those of one.
void say_whose_spikes(const FileContext& context, const PopulationInfo& population, Terminal& terminal);

// Notes on the window and on spikes that do not count in it; of several windows, once.
struct Uncounted {
  std::uint64_t outside = 0;
  std::uint64_t early = 0;  // of these, at or before 0
};
void say_what_was_assumed(const FileContext& context, const CountedWindows& windows, const PopulationInfo& population,
                          TimeWindow window, const Uncounted& uncounted, Terminal& terminal);

}  // namespace stimgen::cli
