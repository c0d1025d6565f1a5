// Where nodes come from: SONATA node populations or inline ones, as columnar tables; node sets and selections.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stimgen/grammar.hpp"
#include "stimgen/streams.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// A row of a node table, 0-based, in order of ascending node id.
using NodeRow = std::uint64_t;
// Rows in ascending order, each once.
using NodeSelection = std::vector<NodeRow>;

// One node property. Columnar, immutable, shared. Text is held as codes into a dictionary.
struct Column {
  enum class Type : std::uint8_t { integer, real, text };
  Type type = Type::integer;
  std::vector<std::int64_t> integers;  // type integer
  std::vector<double> reals;           // type real
  std::vector<std::uint32_t> codes;    // type text: indices into dictionary
  std::vector<std::string> dictionary;
  std::vector<std::uint8_t> missing;  // empty: no node lacks a value; else 1 where it does (NULL, NaN, other group)
  std::vector<UsedStream> streams;    // what the values were drawn from

  std::size_t size() const;
  bool is_missing(NodeRow row) const { return !missing.empty() && missing[row] != 0; }
  // The value as text: integers in decimal, reals as the shortest text that reads back, "" if missing.
  std::string text_at(NodeRow row) const;
  // Requires: integer or real, not missing.
  double number_at(NodeRow row) const;
};

struct ColumnInfo {
  std::string name;
  Column::Type type;
  std::string source;  // "nodes", "node types" or "recipe"
};

std::string_view type_name(Column::Type type);  // "integer", "real", "text"

// The nodes of one population. Thread-safe: columns are loaded on first use, once.
class NodePopulation {
 public:
  virtual ~NodePopulation() = default;
  virtual const std::string& name() const = 0;
  virtual std::uint64_t size() const = 0;
  // Ascending, unique.
  virtual const std::vector<NodeId>& node_ids() const = 0;
  // All columns that could be read, in alphabetical order, without reading them. Not "node_id".
  virtual const std::vector<ColumnInfo>& columns() const = 0;
  // Datasets of its file that cannot be a column, and why: "/nodes/a/0/spine holds 4 x 5 values; expected one a node".
  virtual std::map<std::string, std::string> unusable_columns() const { return {}; }
  // nullptr if there is no such column. "node_id" and "population" are always there.
  // Errors: InputError if the file is damaged or the column is unusable.
  virtual std::shared_ptr<const Column> column(std::string_view name) const = 0;
  // The row of a node id, nullopt if the population does not have it.
  std::optional<NodeRow> row_of(NodeId id) const;
  // "net/lgn_nodes.h5" or "the recipe": for messages.
  virtual std::string origin() const = 0;
  // Its nodes file; empty of one that the recipe declares.
  virtual std::filesystem::path file() const { return {}; }
  // BLAKE3 over the population's node ids and one column's type and values: enters fingerprints.
  Digest column_digest(std::string_view column) const;
  // The columns asked for since the last call, in alphabetical order: what the entry being bound depends on.
  virtual std::vector<std::string> take_columns_used() const { return {}; }
};

// A condition on nodes in SONATA node-set syntax. Kept as the located value; evaluated against a population.
class Network {
 public:
  virtual ~Network() = default;
  // In alphabetical order.
  virtual std::vector<std::string> population_names() const = 0;
  // nullptr if unknown.
  virtual const NodePopulation* population(std::string_view name) const = 0;
  // Why a population that a file has cannot be used; empty: none of this name, or one that can.
  virtual std::string why_unusable(std::string_view /*population*/) const { return {}; }
  // Whether a config says so of a population: "type": "virtual".
  virtual bool is_virtual(std::string_view /*population*/) const { return false; }
  // `run.tstop` of the simulation config.
  virtual std::optional<double> simulation_stop_ms() const { return std::nullopt; }
  virtual std::vector<std::string> node_set_names() const = 0;
  // False if a file could not be opened (which was reported): populations may be missing.
  virtual bool complete() const { return true; }
  // Populations that the recipe declares itself and that could not be made (which was reported).
  virtual const std::set<std::string, std::less<>>& damaged() const = 0;
  // Every file that `networks` leads to: configs, nodes, node types, node sets. In alphabetical order, each once, with
  // the first place in the recipe or a config that names it.
  virtual std::vector<NamedFile> files() const { return {}; }
  // Those that have node sets in them.
  virtual std::vector<std::filesystem::path> node_set_files() const { return {}; }

  // Rows of `population` for which all of `where` holds (SONATA node sets: scalar, list, {$gt, $gte, $lt, $lte, $eq,
  // $neq, $regex, $in}). Unknown columns and operators are reported at their place, with suggestions.
  virtual NodeSelection select(const NodePopulation& population, const Value& where,
                               Diagnostics& diagnostics) const = 0;
  // Rows in a named node set, compound sets resolved; unknown names and cycles are reported at `loc`.
  virtual NodeSelection select_node_set(const NodePopulation& population, const std::string& name, const SourceLoc& loc,
                                        Diagnostics& diagnostics) const = 0;
  // Rows that are the source of at least one edge of a SONATA edges file. `edge_population` may be empty if the file
  // has only one.
  virtual NodeSelection select_connected(const NodePopulation& population, const std::filesystem::path& edges_file,
                                         const std::string& edge_population, const SourceLoc& loc,
                                         Diagnostics& diagnostics) const = 0;
};

// Opens everything the recipe's `networks` section names; nothing but names, sizes and column lists is read yet.
// `seed` is seeds.network: inline {uniform: …} properties are drawn from it (Purpose::property, name
// "<population>.<property>", counter = node id).
std::unique_ptr<Network> open_network(const Value& networks, std::uint64_t seed, Diagnostics& diagnostics);

// The error for a population that the network does not have; `context` ends its sentence: ", of which … holds spikes".
InputError unknown_population(const Network& network, std::string_view name, std::string_view context = {});
// The error for a property that the population does not have.
InputError unknown_property(const NodePopulation& population, std::string_view name);
// The column, nullptr after reporting at `loc` that there is none of this name.
std::shared_ptr<const Column> find_column(const NodePopulation& population, std::string_view name, const SourceLoc& loc,
                                          Diagnostics& diagnostics);

// The keys `population`, `where`, `node_set`, `connected_to` that backgrounds and assemblies share.
std::span<const FieldDoc> selection_fields();

// The operators inside `where`.
std::span<const FieldDoc> condition_fields();

struct PopulationSelection {
  const NodePopulation* population = nullptr;  // nullptr after an error
  NodeSelection rows;                          // all of `where`, `node_set`, `connected_to` hold
};
// Reads selection_fields() from an entry. An unknown population and a selection without any node are errors.
PopulationSelection read_selection(Fields& fields, const Network& network);

// The table of the `networks` section for schema and explain.
std::span<const SectionDoc> network_docs();

}  // namespace stimgen
