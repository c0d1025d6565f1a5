// Opening the `networks` section: which populations and node sets a recipe has.
#include <array>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/source_file.hpp"
#include "network/condition.hpp"
#include "network/edges.hpp"
#include "network/inline_nodes.hpp"
#include "network/json_document.hpp"
#include "network/node_sets.hpp"
#include "network/sonata_config.hpp"
#include "network/sonata_nodes.hpp"
#include "stimgen/network.hpp"

namespace stimgen {
namespace fs = std::filesystem;
namespace {

constexpr std::array kFileFields = {
    FieldDoc{"nodes", "path", "", "", "SONATA nodes file (HDF5)", "net/lgn_nodes.h5"},
    FieldDoc{"node_types", "path", "", "none", "SONATA node types file (CSV, separated by spaces)",
             "net/lgn_node_types.csv"},
};

constexpr std::array kNetworksFields = {
    FieldDoc{"from", "paths", "", "none", "SONATA circuit or simulation config, or a list of them",
             "../model/simulation_config.json"},
    FieldDoc{"files", "network-files", "", "none", "Single SONATA nodes files with their node types",
             "[{nodes: net/lgn_nodes.h5, node_types: net/lgn_node_types.csv}]", kFileFields},
    FieldDoc{"node_sets", "paths", "", "none",
             "SONATA node-set file, or a list of them; those of the configs are read anyway", "net/node_sets.json"},
    FieldDoc{"populations", "inline-populations", "", "none", "Populations declared here, without files",
             "{thalamus: {nodes: 240}}", kInlinePopulationFields},
};

class OpenNetwork final : public Network {
 public:
  std::vector<std::string> population_names() const override {
    std::vector<std::string> names;
    for (const auto& [name, entry] : populations_) names.push_back(name);
    return names;
  }
  const NodePopulation* population(std::string_view name) const override {
    const auto found = populations_.find(name);
    return found == populations_.end() ? nullptr : found->second.nodes.get();
  }
  std::vector<std::string> node_set_names() const override { return node_sets_.names(); }

  NodeSelection select(const NodePopulation& population, const Value& where, Diagnostics& diagnostics) const override {
    return rows_in(evaluate_condition(population, where, ConditionRules{}, diagnostics));
  }
  NodeSelection select_node_set(const NodePopulation& population, const std::string& name, const SourceLoc& loc,
                                Diagnostics& diagnostics) const override {
    return rows_in(node_sets_.select(population, name, loc, diagnostics));
  }
  NodeSelection select_connected(const NodePopulation& population, const fs::path& edges_file,
                                 const std::string& edge_population, const SourceLoc& loc,
                                 Diagnostics& diagnostics) const override {
    return rows_in(mark_sources(population, edges_file, edge_population, loc, diagnostics));
  }

  void add(std::unique_ptr<NodePopulation> nodes, const SourceLoc& loc, Diagnostics& diagnostics) {
    const std::string name = nodes->name();
    const auto found = populations_.find(name);
    if (found == populations_.end()) {
      populations_.emplace(name, Entry{std::move(nodes), loc});
      return;
    }
    diagnostics
        .error(loc, "network.duplicate-population",
               fmt::format("population '{}' is in {} and in {}", printable(name), found->second.nodes->origin(),
                           nodes->origin()),
               "a recipe can have only one population of a name")
        .notes.push_back({found->second.loc, "first here"});
  }

  void add_node_sets(const Value& sets, NodeSetOwner owner, Diagnostics& diagnostics) {
    node_sets_.add(sets, owner, diagnostics);
    if (sets.loc.file) node_set_files_.insert(fs::path(sets.loc.file->path).lexically_normal());
  }

  NodeSets& node_sets() { return node_sets_; }

  std::string why_unusable(std::string_view population) const override {
    const auto found = unusable_.find(population);
    return found == unusable_.end() || populations_.contains(population) ? std::string() : found->second;
  }
  void add_unusable(const std::string& name, const std::string& why) { unusable_.emplace(name, why); }
  bool is_virtual(std::string_view population) const override { return virtual_populations_.contains(population); }
  std::optional<double> simulation_stop_ms() const override { return stop_ms_; }
  void take_what_it_says(SonataConfig& config) {
    virtual_populations_ = std::move(config.virtual_populations);
    stop_ms_ = config.stop_ms;
  }

  std::vector<NamedFile> files() const override {
    std::vector<NamedFile> files;
    for (const auto& [path, loc] : files_) files.push_back({path, loc});
    return files;
  }
  std::vector<fs::path> node_set_files() const override { return {node_set_files_.begin(), node_set_files_.end()}; }
  bool complete() const override { return complete_; }
  void set_incomplete() { complete_ = false; }
  const std::set<std::string, std::less<>>& damaged() const override { return damaged_; }
  void add_damaged(const std::string& name) { damaged_.insert(name); }
  void add_file(const NamedFile& file) { files_.emplace(file.path.lexically_normal(), file.loc); }

 private:
  struct Entry {
    std::unique_ptr<NodePopulation> nodes;
    SourceLoc loc;
  };
  std::map<std::string, Entry, std::less<>> populations_;
  std::map<std::string, std::string, std::less<>> unusable_;  // populations: name → why
  std::set<std::string, std::less<>> virtual_populations_;
  std::optional<double> stop_ms_;
  NodeSets node_sets_;
  std::map<fs::path, SourceLoc> files_;
  std::set<fs::path> node_set_files_;
  bool complete_ = true;
  std::set<std::string, std::less<>> damaged_;
};

std::string file_key(const fs::path& path) {
  std::error_code ignored;
  return fs::weakly_canonical(path, ignored).string();
}

// Opens nodes files; one that several configs name with the same types is opened once.
class FileOpener {
 public:
  FileOpener(OpenNetwork& network, Diagnostics& diagnostics) : network_(network), diagnostics_(diagnostics) {}

  void open(const NodesFile& file) {
    const std::string types_key = file.node_types ? file_key(*file.node_types) : "";
    if (const auto [first, added] = opened_.emplace(file_key(file.nodes), std::pair(types_key, file.nodes_loc));
        !added) {
      if (first->second.first != types_key) {
        diagnostics_
            .error(file.nodes_loc, "network.duplicate-population",
                   fmt::format("'{}' is named twice, with different node types", printable(file.nodes.string())))
            .notes.push_back({first->second.second, "first here"});
      }
      return;
    }
    try {
      open_new(file, types_key);
    } catch (const InputError& error) {
      diagnostics_.add(error, file.nodes_loc);
      network_.set_incomplete();
    }
  }

 private:
  void open_new(const NodesFile& file, const std::string& types_key) {
    bool there = require_file(file.nodes, "nodes file", file.nodes_loc, diagnostics_);
    std::shared_ptr<const NodeTypeTable> types;
    if (file.node_types) {
      if (require_file(*file.node_types, "node types file", file.types_loc, diagnostics_)) {
        auto& table = types_[types_key];
        if (!table) table = read_types(file);
        if (!table) there = false;
        types = table;
      } else {
        there = false;
      }
    }
    if (!there) {
      network_.set_incomplete();
      return;
    }
    const fs::path folder = file.nodes_loc.file ? fs::path(file.nodes_loc.file->directory) : file.nodes.parent_path();
    SonataNodes nodes = open_sonata_nodes(file.nodes, types, folder, file.nodes_loc, diagnostics_);
    for (auto& population : nodes.populations) {
      // It may be another file, behind a link.
      network_.add_file({population->file(), file.nodes_loc});
      network_.add(std::move(population), file.nodes_loc, diagnostics_);
    }
    for (const auto& [name, why] : nodes.unusable) network_.add_unusable(name, why);
  }

  std::shared_ptr<const NodeTypeTable> read_types(const NodesFile& file) {
    try {
      return std::make_shared<const NodeTypeTable>(NodeTypeTable::read(*file.node_types, diagnostics_));
    } catch (const InputError& error) {
      diagnostics_.add(error, file.types_loc);
      return nullptr;
    }
  }

  OpenNetwork& network_;
  Diagnostics& diagnostics_;
  std::map<std::string, std::pair<std::string, SourceLoc>> opened_;
  std::map<std::string, std::shared_ptr<const NodeTypeTable>> types_;
};

// The paths of a key that takes one or a list, each with its place.
std::vector<std::pair<fs::path, SourceLoc>> located_paths(Fields& fields, std::string_view name) {
  std::vector<std::pair<fs::path, SourceLoc>> result;
  const auto paths = fields.paths(name);
  const Value* value = fields.value(name);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const bool one_each = value->is_sequence() && value->items.size() == paths.size();
    result.emplace_back(paths[i].lexically_normal(), one_each ? value->items[i].loc : value->loc);
  }
  return result;
}

// What the configurations of `from` and the entries of `files` and `node_sets` name.
SonataConfig read_configs(Fields& fields, OpenNetwork& network, Diagnostics& diagnostics) {
  SonataConfig config;
  const auto errors_before = diagnostics.error_count();
  for (const auto& [path, loc] : located_paths(fields, "from")) {
    try {
      read_sonata_config(path, loc, config, diagnostics);
    } catch (const InputError& error) {
      diagnostics.add(error, loc);
    }
  }
  if (diagnostics.error_count() != errors_before) network.set_incomplete();
  if (const Value* files = fields.value("files")) {
    if (!files->is_sequence()) {
      fields.error("files", "recipe.wrong-type",
                   fmt::format("'files' is a list of {{nodes: …, node_types: …}}, not {}", describe(*files)));
    }
    for (const Value& item : files->items) {
      Fields file(item, "an entry of 'files'", {kFileFields}, diagnostics);
      NodesFile entry{file.path("nodes").lexically_normal(), std::nullopt, file.loc("nodes"), file.loc("node_types")};
      const auto types = file.path("node_types");
      if (!types.empty()) entry.node_types = types.lexically_normal();
      if (!entry.nodes.empty()) config.nodes.push_back(std::move(entry));
    }
  }
  for (const auto& [path, loc] : located_paths(fields, "node_sets")) {
    config.node_set_files.push_back({{path, loc}, NodeSetOwner::recipe});
  }
  return config;
}

void add_inline_populations(Fields& fields, std::uint64_t seed, OpenNetwork& network, Diagnostics& diagnostics) {
  const Value& populations = *fields.value("populations");
  if (!populations.is_mapping()) {
    fields.error("populations", "recipe.wrong-type",
                 fmt::format("'populations' is a mapping of names, not {}", describe(populations)));
  }
  for (const auto& member : populations.members) {
    if (!is_name(member.key)) {
      diagnostics.error(member.key_loc, "recipe.bad-name",
                        fmt::format("'{}' is no name: letters, digits, _ . and -, starting with a letter or _",
                                    printable(member.key)));
      continue;
    }
    auto nodes = read_inline_population(member.key, member.value, seed, diagnostics);
    if (nodes) {
      network.add(std::move(nodes), member.key_loc, diagnostics);
    } else {
      network.add_damaged(member.key);
    }
  }
}

// A model may name a file that it does without: whoever needs a set of it is told. A recipe's own must be there.
bool is_there(const NodeSetFile& sets, OpenNetwork& network, Diagnostics& diagnostics) {
  const NamedFile& file = sets.file;
  std::error_code ignored;
  if (sets.owner == NodeSetOwner::recipe || fs::exists(file.path, ignored)) {
    return require_file(file.path, "node-set file", file.loc, diagnostics);
  }
  const std::string shown = printable(file.path.string());
  diagnostics.warning(file.loc, "file.unreadable", fmt::format("node-set file '{}' does not exist", shown));
  network.node_sets().add_missing_file(shown);
  return false;
}

void add_node_sets(const SonataConfig& config, OpenNetwork& network, Diagnostics& diagnostics) {
  for (const auto& [sets, owner] : config.node_sets) network.add_node_sets(sets, owner, diagnostics);
  std::set<std::string> read_already;
  for (const NodeSetFile& sets : config.node_set_files) {
    if (!is_there(sets, network, diagnostics)) continue;
    if (!read_already.insert(file_key(sets.file.path)).second) continue;
    network.add_file(sets.file);
    const auto errors_before = diagnostics.error_count();
    try {
      const Value root = parse_json(read_source_file(sets.file.path), diagnostics);
      if (diagnostics.error_count() == errors_before) network.add_node_sets(root, sets.owner, diagnostics);
    } catch (const InputError& error) {
      diagnostics.add(error, sets.file.loc);
    }
  }
  network.node_sets().report_overridden(diagnostics);
}

}  // namespace

std::unique_ptr<Network> open_network(const Value& networks, std::uint64_t seed, Diagnostics& diagnostics) {
  auto network = std::make_unique<OpenNetwork>();
  if (networks.is_null()) return network;
  Fields fields(networks, "'networks'", {kNetworksFields}, diagnostics);
  SonataConfig config = read_configs(fields, *network, diagnostics);
  network->take_what_it_says(config);
  for (const NamedFile& file : config.configs) network->add_file(file);
  FileOpener opener(*network, diagnostics);
  for (const NodesFile& file : config.nodes) {
    network->add_file({file.nodes, file.nodes_loc});
    if (file.node_types) network->add_file({*file.node_types, file.types_loc});
    opener.open(file);
  }
  if (fields.value("populations") != nullptr) add_inline_populations(fields, seed, *network, diagnostics);
  add_node_sets(config, *network, diagnostics);
  return network;
}

std::span<const SectionDoc> network_docs() {
  static const std::array kDocs = {
      SectionDoc{"networks", "Where the nodes come from: SONATA models, single files, or declared here",
                 kNetworksFields},
  };
  return kDocs;
}

}  // namespace stimgen
