// Where the spikes of a file come from: a background, a pattern or a combination, as those see it who make, check or
// show the file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stimgen/grammar.hpp"
#include "stimgen/network.hpp"
#include "stimgen/process.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/streams.hpp"
#include "stimgen/types.hpp"
#include "stimgen/worker_pool.hpp"

namespace stimgen {

class SampledSource;   // spikes are drawn: backgrounds and patterns
class CombinedSource;  // spikes are taken from other files (combine.hpp)

class Source {
 public:
  virtual ~Source() = default;
  // For people: "background", "pattern ramp", "combination".
  virtual std::string kind() const = 0;
  // Its entry in the recipe, defaults merged in, as JSON (written_as_json()).
  virtual std::string entry_json() const = 0;
  // Itself as the one or the other.
  virtual const SampledSource* sampled() const { return nullptr; }
  virtual const CombinedSource* combined() const { return nullptr; }
};

// Every node of a sampled source with its rate: a constant of its own, or one of the functions.
struct NodeRates {
  TimeWindow window;
  NodeIds node_ids;                             // ascending
  std::vector<double> constant_hz;              // the rate of each node, if there are no functions
  std::vector<std::uint32_t> function_of_node;  // index into functions
  std::vector<RateFunction> functions;
  // In the order of SourceGroups, and the group of each node with a constant rate, or of each function.
  std::vector<TrainGroup> groups;
  std::vector<std::uint32_t> group_of_node;
  std::vector<std::uint32_t> group_of_function;

  std::size_t size() const { return node_ids.size(); }
  // The rate function of node i, to look at; `scratch` holds it for a constant rate. Processes take train_rates().
  const RateFunction& rate_of(std::size_t i, RateFunction& scratch) const;
  double expected_spikes(std::size_t i) const;
  TrainRates train_rates() const;
};

// The groups in which a sampled source has its nodes, and what it asks for in each.
struct SourceGroups {
  std::vector<std::string> labels;
  std::vector<const RateDistribution*> drawn_from;  // of each group: of its nodes' rates; nullptr: they are not drawn
  struct Function {
    std::optional<std::size_t> subgroup;  // as GroupRate
    std::uint64_t nodes = 0;
  };
  std::vector<Function> of_function;  // of NodeRates::functions
  std::string by;                     // "pop_name", "assembly set 'thalamus_groups'", or empty
};

// A label for those in none of the groups: `wanted`, or that with something behind it where a group is called so.
std::string label_beside(const std::vector<std::string>& labels, std::string wanted);

// "key = value" pairs in canonical form.
using Settings = std::vector<std::pair<std::string, std::string>>;

// Rates of the nodes of one population, and the point process that makes spikes of them.
class SampledSource : public Source {
 public:
  const SampledSource* sampled() const final { return this; }
  // With a pool its threads work, too.
  virtual NodeRates node_rates(WorkerPool* pool = nullptr) const = 0;
  virtual SourceGroups groups() const = 0;
  // As many as node_rates() has, without making them.
  virtual std::uint64_t node_count() const = 0;
  virtual double expected_spikes() const = 0;
  // What its rates are, and of which nodes: for the fingerprint.
  virtual Settings settings() const = 0;
  // The process that `process_value` asks for, made with `streams`; its keys are said by the entry, too.
  void take_process(ChosenProcess chosen);
  // Which process and version it is: for the fingerprint.
  Settings process_settings() const;

  const NodePopulation* population = nullptr;
  TimeWindow window;
  Said said;                             // by the entry, in canonical form
  Streams streams;                       // what rates and spikes are drawn from
  const Value* process_value = nullptr;  // in the entry, for make_process(); nullptr: the default
  // Of `process_value`: take_process().
  const ProcessKind* process_kind = nullptr;
  std::unique_ptr<const PointProcess> process;
  StreamKey spikes_key;  // 0 if the process does not draw from it
};

}  // namespace stimgen
