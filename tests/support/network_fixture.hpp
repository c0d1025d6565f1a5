// Opening networks and selecting nodes from recipe text, for tests.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/source_file.hpp"
#include "stimgen/network.hpp"
#include "support/temp_folder.hpp"

namespace stimgen::testing {

// A folder with SONATA files and the network that a `networks` section makes of them.
class NetworkFixture {
 public:
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& text) const { write_text(folder_ / name, text); }

  // The `networks` section as YAML, written into the folder as r.yaml. Returns what was wrong: rendered diagnostics or
  // the text of the InputError, with the folder's path removed.
  std::string open(const std::string& networks, std::uint64_t seed = 1) {
    Diagnostics diagnostics;
    try {
      write("r.yaml", networks);
      network_ = open_network(parse_document(read_source_file(folder_ / "r.yaml"), diagnostics), seed, diagnostics);
      return shorten(diagnostics.items().empty() ? "" : render(diagnostics));
    } catch (const InputError& error) {
      return shorten(error.what());
    }
  }
  const Network& network() const { return *network_; }
  const NodePopulation& population(const std::string& name) const {
    const NodePopulation* population = network_->population(name);
    if (population == nullptr) throw std::runtime_error("no population " + name);
    return *population;
  }

  // One column as text, a value a node; "-" where there is none.
  std::vector<std::string> texts(const std::string& population_name, const std::string& column_name) const {
    const auto column = population(population_name).column(column_name);
    std::vector<std::string> values;
    for (NodeRow row = 0; column && row < column->size(); ++row) {
      values.push_back(column->is_missing(row) ? "-" : column->text_at(row));
    }
    return values;
  }
  // "name:type:source" of every column.
  std::vector<std::string> columns(const std::string& population_name) const {
    std::vector<std::string> infos;
    for (const auto& info : population(population_name).columns()) {
      infos.push_back(info.name + ":" + std::string(type_name(info.type)) + ":" + info.source);
    }
    return infos;
  }
  // What loading a column throws.
  std::string column_error(const std::string& population_name, const std::string& column_name) const {
    try {
      population(population_name).column(column_name);
    } catch (const InputError& error) {
      return shorten(error.diagnostics().items().front().message);
    }
    return "";
  }

  struct Selected {
    std::vector<NodeId> ids;
    std::string problems;            // rendered
    std::vector<std::string> codes;  // of the problems
  };
  // The entry's selection keys as YAML, e.g. "{population: a, where: {x: 1}}".
  Selected select(const std::string& entry) const {
    Diagnostics diagnostics;
    write("query.yaml", entry);
    Selected selected;
    try {
      const Value value = parse_document(read_source_file(folder_ / "query.yaml"), diagnostics);
      Fields fields(value, "the query", {selection_fields()}, diagnostics);
      const auto selection = read_selection(fields, *network_);
      for (const NodeRow row : selection.rows) selected.ids.push_back(selection.population->node_ids()[row]);
    } catch (const InputError& error) {
      selected.problems = shorten(error.what());
      return selected;
    }
    for (const auto& item : diagnostics.items()) selected.codes.push_back(item.code);
    if (!diagnostics.items().empty()) selected.problems = shorten(render(diagnostics));
    return selected;
  }

  std::string shorten(std::string text) const {
    const std::string prefix = folder_.path().string() + "/";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
      text.erase(at, prefix.size());
    return text;
  }

 private:
  TempFolder folder_;
  std::unique_ptr<Network> network_;
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace stimgen::testing
