// Point processes: from a rate function and a stream to spike times.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/grammar.hpp"
#include "stimgen/kind.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/rate_walk.hpp"
#include "stimgen/streams.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// Nodes that are given their rates together: by one entry of a background's `rates`, or as one assembly.
struct TrainGroup {
  std::uint64_t id = 0;                // the same whatever other groups there are: train_group_id()
  std::optional<double> mean_hz = {};  // that nodes with rates of their own are asked to have; absent: it is not known
  bool is_drawn = false;               // nodes have rates of their own
};

// What the group is ("value", "others", "all", "assembly") and, of values and assemblies, its label. The first 8 bytes
// (little-endian) of BLAKE3 over both, each behind its length (length_prefixed in base/digest.hpp).
std::uint64_t train_group_id(std::string_view what, std::string_view label = {});

// Nodes and their rates, index by index: a constant of each or, if there are any, one of `functions`. A view: what it
// refers to must outlive it and all that is made of it. Groups and functions are all those of the task, also where
// only some of its nodes are here.
struct TrainRates {
  std::span<const NodeId> node_ids;
  TimeWindow window;  // of constant rates
  std::span<const double> constant_hz;
  std::span<const std::uint32_t> function_of_node;
  std::span<const RateFunction> functions;
  std::span<const TrainGroup> groups = {};
  std::span<const std::uint32_t> group_of_node = {};      // of nodes with constant rates
  std::span<const std::uint32_t> group_of_function = {};  // of all others

  std::size_t size() const { return node_ids.size(); }
  std::uint32_t group_of(std::size_t i) const {
    return functions.empty() ? group_of_node[i] : group_of_function[function_of_node[i]];
  }
  // Of node i, from its start.
  RateWalk walk(std::size_t i) const {
    return functions.empty() ? RateWalk(constant_hz[i], window) : RateWalk(functions[function_of_node[i]]);
  }
  double expected_spikes(std::size_t i) const {
    return functions.empty() ? stimgen::expected_spikes(constant_hz[i], window.duration_ms())
                             : functions[function_of_node[i]].total_intensity();
  }
};

// The spike trains of some nodes, made together window by window. Queried monotonically: each call continues where the
// last one stopped, and the spikes do not depend on how time is cut. A value owned by one thread at a time. There may
// be millions of nodes and thousands of windows: an implementation keeps a few bytes a node.
class SpikeTrains {
 public:
  virtual ~SpikeTrains() = default;
  // Appends every spike before `until_ms` (and inside the window of its rate) that was not delivered yet. Those of a
  // node ascend, lie strictly inside (window.start, window.stop) and are never 0; nodes come in any order.
  virtual void append_until(double until_ms, std::vector<Spike>& spikes) = 0;
};

// How counts and intervals scatter around the rate asked for. `check --statistics` tests what holds.
enum class Scatter : std::uint8_t {
  poisson,      // counts are Poisson-distributed; intervals, rescaled by the rate, are exponential with mean 1
  independent,  // otherwise, but node by node: the nodes' own spread says how far a count may be off
  shared        // nodes have spikes in common: their own spread does not say how far the sum of their counts may be off
};

// A process with the nodes that it makes spikes for. Immutable; threads share it. It sees rates as walks only.
class PreparedProcess {
 public:
  virtual ~PreparedProcess() = default;
  // The trains of nodes [first, last).
  virtual std::unique_ptr<SpikeTrains> open_trains(std::size_t first, std::size_t last) const = 0;
  // All spikes of node i appended at once: the fast path, same bits as open_trains().
  virtual void append_train(std::size_t i, std::vector<double>& timestamps_ms) const = 0;
};

// How far the number of spikes of a group may be from what is asked for.
struct CountScatter {
  double variance = 0;  // of the sum over its nodes
  // Of it, relative to the sum of the nodes' own variances: 1 if they have no spikes in common.
  double shared = 1;
};

// The law of one node's intervals along its rate. Asked in order of time. For statistics: nothing generated depends
// on it.
class IntervalLaw {
 public:
  virtual ~IntervalLaw() = default;
  // The probability that no spike comes by `to_ms` after one at `from_ms` (absent: after the start of the window).
  // Absent if it is not known.
  virtual std::optional<double> no_spike_by(std::optional<double> from_ms, double to_ms) = 0;
};

// What messages about rates name: the process in the recipe, and the labels of TrainRates::groups.
struct CheckedGroups {
  SourceLoc loc;
  std::span<const std::string> labels;
};

// How spike times are made from a rate. Immutable; threads share it.
class PointProcess {
 public:
  virtual ~PointProcess() = default;
  virtual Scatter scatter() const = 0;
  // Of each group; absent where only the nodes' own spread can say.
  virtual std::vector<std::optional<CountScatter>> count_scatter(const TrainRates& rates) const {
    return std::vector<std::optional<CountScatter>>(rates.groups.size());
  }
  // nullptr if it is not known. `rate` must outlive it.
  virtual std::unique_ptr<IntervalLaw> interval_law(const RateFunction& /*rate*/) const { return nullptr; }
  // Whether there are rates that check_rates() could find fault with.
  virtual bool limits_rates() const { return false; }
  // Reports what of these rates, those of all nodes of a task, cannot be, or not as it was asked for.
  virtual void check_rates(const TrainRates& /*rates*/, const CheckedGroups& /*groups*/,
                           Diagnostics& /*diagnostics*/) const {}
  // What prepare() keeps beside a few bytes a node, for a whole task.
  virtual double shared_bytes(const TrainRates& /*rates*/) const { return 0; }
  // Makes what nodes have in common. What `rates` refers to must outlive the result.
  virtual std::unique_ptr<const PreparedProcess> prepare(const TrainRates& rates, StreamKey key) const = 0;
};

struct ProcessKind {
  KindInfo info;
  // Asks `streams` for what the process draws from. PointProcess is given the key of Purpose::spikes, if that was asked
  // for.
  std::unique_ptr<const PointProcess> (*make)(Fields& fields, Streams& streams);
};

// All point processes, the default ("poisson") first.
std::span<const ProcessKind* const> process_kinds();

// A point process as an entry asks for it.
struct ChosenProcess {
  const ProcessKind* kind = nullptr;            // nullptr: none of this name
  std::unique_ptr<const PointProcess> process;  // nullptr after an error
  Said said;                                    // the keys of the process, in canonical form
};

// Reads the `process` value of an entry: absent or a name ("poisson"), or {name: {keys…}}.
// nullptr value: the default, which is the first of `kinds`. Problems go to `diagnostics`.
ChosenProcess make_process(const Value* value, Streams& streams, Diagnostics& diagnostics,
                           std::span<const ProcessKind* const> kinds = process_kinds());

// The instruction set that spikes are made with on this machine: "scalar", "avx2" or "avx512"; the environment variable
// STIMGEN_ISA chooses one. It never changes a bit of the result. Throws EnvironmentError if STIMGEN_ISA names none.
const char* active_isa();

// Checks that this build on this machine computes the promised bits: rounding mode, denormals, and a digest over fixed
// inputs of log, exp, the normal quantile and spike trains. About 1 ms; to be called before anything is generated.
// Throws EnvironmentError that says what differs.
void self_test();

}  // namespace stimgen
