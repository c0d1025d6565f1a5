// `nodes`: groups written out as lists of node ids, in the recipe or in a CSV file.
#include <algorithm>
#include <unordered_map>

#include "assembly/common.hpp"
#include "base/csv.hpp"

#include <fmt/format.h>

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {
    {"groups", "groups", "", "none", "The node ids of each group.", "[[0, 1, 2], [3, 4, 5]]"},
    {"csv", "path", "", "none",
     "A CSV file with the columns node_id and group, one line for each node; groups stand in the order in which they "
     "first "
     "appear.",
     "groups.csv"},
};

// A list for another population is wrong throughout.
constexpr std::size_t kMostReported = 20;

// A node in a group, with the place to complain about it.
struct Listing {
  NodeId node = 0;
  std::size_t group = 0;
  SourceLoc loc;
  int csv_line = 0;  // 0: listed in the recipe
};

struct Listed {
  std::vector<std::string> labels;
  std::vector<Listing> nodes;
};

class NodesGrouping final : public Grouping {
 public:
  NodesGrouping(Listed listed, std::filesystem::path csv, SourceLoc loc)
      : listed_(std::move(listed)), csv_(std::move(csv)), loc_(std::move(loc)) {}

  AssemblySet make(const AssemblyContext&, const PopulationSelection& selection, Streams&,
                   Diagnostics& diagnostics) const override {
    if (csv_.empty()) return collect(listed_, selection, diagnostics);
    const std::size_t errors_before = diagnostics.error_count();
    Listed listed;
    try {
      listed = read_listed(diagnostics);
    } catch (const InputError& error) {
      diagnostics.add(error, loc_);
    }
    if (diagnostics.error_count() != errors_before) return {};
    return collect(listed, selection, diagnostics);
  }

 private:
  Listed read_listed(Diagnostics& diagnostics) const {
    const CsvTable table = read_csv(csv_);
    const auto id_column = table.column("node_id");
    const auto group_column = table.column("group");
    if (!id_column || !group_column) {
      diagnostics.error(loc_, "csv.columns",
                        fmt::format("'{}' has the columns {}, but node_id and group are needed", printable(table.path),
                                    printable(fmt::format("{}", fmt::join(table.header, ", ")))));
      return {};
    }
    Listed listed;
    std::unordered_map<std::string, std::size_t> group_of_label;
    std::size_t problems = 0;
    for (const CsvRow& row : table.rows) {
      const std::string& text = row.fields[*id_column];
      const std::optional<NodeId> node = whole_number(text);
      if (!node) {
        diagnostics.error(
            loc_, "assembly.bad-node-id",
            fmt::format("'{}', line {}: '{}' is not a node id", printable(table.path), row.line, printable(text, 40)),
            "node ids are whole numbers from 0 up");
        if (++problems == kMostReported) break;
        continue;
      }
      if (row.fields[*group_column].empty()) {
        diagnostics.error(loc_, "assembly.no-label",
                          fmt::format("'{}', line {}: node {} has no group", printable(table.path), row.line, *node),
                          "write the name of a group, or remove the row");
        if (++problems == kMostReported) break;
        continue;
      }
      const auto [place, added] = group_of_label.try_emplace(row.fields[*group_column], listed.labels.size());
      if (added) listed.labels.push_back(place->first);
      listed.nodes.push_back({*node, place->second, loc_, row.line});
    }
    return listed;
  }

  AssemblySet collect(const Listed& listed, const PopulationSelection& selection, Diagnostics& diagnostics) const {
    const NodePopulation& population = *selection.population;
    std::vector<bool> selected;  // empty: every node is
    if (selection.rows.size() != population.size()) {
      selected.resize(population.size(), false);
      for (const NodeRow row : selection.rows) selected[row] = true;
    }
    AssemblySet set;
    set.population = &population;
    for (const std::string& label : listed.labels) set.groups.push_back({label, {}});

    std::unordered_map<NodeId, const Listing*> seen;
    seen.reserve(listed.nodes.size());
    std::size_t problems = 0;
    for (const Listing& listing : listed.nodes) {
      std::string problem;
      const Listing* first = nullptr;
      const auto row = population.row_of(listing.node);
      if (!row) {
        problem = fmt::format("population '{}' has no node {}", printable(population.name()), listing.node);
      } else if (const auto [place, added] = seen.try_emplace(listing.node, &listing); !added) {
        first = place->second;
        problem = first->group == listing.group
                      ? fmt::format("node {} is listed twice in group '{}'", listing.node,
                                    printable(listed.labels[listing.group]))
                      : fmt::format("node {} is in group '{}' and in group '{}'", listing.node,
                                    printable(listed.labels[first->group]), printable(listed.labels[listing.group]));
      }
      if (!problem.empty()) {
        report(listing, first, problem, diagnostics);
        if (++problems == kMostReported) break;
        continue;
      }
      if (selected.empty() || selected[*row]) set.groups[listing.group].node_ids.push_back(listing.node);
    }
    if (problems > 0) return {};
    for (Assembly& group : set.groups) std::sort(group.node_ids.begin(), group.node_ids.end());
    return set;
  }

  void report(const Listing& listing, const Listing* first, const std::string& problem,
              Diagnostics& diagnostics) const {
    const ErrorCode code = first == nullptr ? ErrorCode("assembly.unknown-node") : ErrorCode("assembly.node-twice");
    if (listing.csv_line > 0) {
      const std::string where = fmt::format("'{}', line {}", printable(csv_.string()), listing.csv_line);
      diagnostics.error(loc_, code, fmt::format("{}: {}", where, problem),
                        first == nullptr ? "" : fmt::format("it is also in line {}", first->csv_line));
      return;
    }
    Diagnostic& error = diagnostics.error(listing.loc, code, problem);
    if (first != nullptr) error.notes.push_back({first->loc, "it is first listed here"});
  }

  Listed listed_;
  std::filesystem::path csv_;
  SourceLoc loc_;
};

Listed read_groups(Fields& fields) {
  const Value* value = fields.value("groups");
  if (value == nullptr) return {};
  const std::string help = "write one list of node ids for each group: [[0, 1, 2], [3, 4, 5]]";
  if (!value->is_sequence()) {
    fields.error("groups", "recipe.wrong-type",
                 fmt::format("'groups' must be a list of lists, not {}", describe(*value)), help);
    return {};
  }
  Listed listed;
  for (const Value& group : value->items) {
    const std::size_t index = listed.labels.size();
    listed.labels.push_back(std::to_string(index));
    if (!group.is_sequence()) {
      fields.diagnostics().error(group.loc, "recipe.wrong-type",
                                 fmt::format("a group must be a list of node ids, not {}", describe(group)), help);
      continue;
    }
    for (const Value& item : group.items) {
      if (const auto node = read_unsigned(item, fields.diagnostics()))
        listed.nodes.push_back({*node, index, item.loc, 0});
    }
  }
  return listed;
}

std::unique_ptr<const Grouping> make(Fields& fields) {
  Listed listed = read_groups(fields);
  std::filesystem::path csv = fields.path("csv");
  const bool has_groups = fields.has("groups");
  const bool has_csv = fields.has("csv");
  if (has_groups && has_csv) {
    Diagnostic& error = fields.error("csv", "recipe.two-ways", "'csv' and 'groups' exclude each other", "remove one");
    error.notes.push_back({fields.loc("groups"), "'groups' is here"});
  } else if (!has_groups && !has_csv) {
    fields.diagnostics().error(fields.loc(), "recipe.missing-key", fields.owner() + " needs 'groups' or 'csv'",
                               "write 'groups: [[0, 1, 2], [3, 4, 5]]'");
  }
  return std::make_unique<NodesGrouping>(std::move(listed), std::move(csv), fields.loc(has_csv ? "csv" : "groups"));
}

}  // namespace

extern const AssemblyKind kNodesAssemblies;
const AssemblyKind kNodesAssemblies{
    {"nodes", "Groups written out as node ids, in the recipe or in a CSV file.", 1, kFields}, make};

}  // namespace stimgen
