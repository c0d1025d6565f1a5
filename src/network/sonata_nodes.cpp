// Finding the populations, node groups and columns of a SONATA nodes file, without reading a value.
#include "network/sonata_nodes.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "h5/links.hpp"
#include "h5/read.hpp"
#include "network/sonata_population.hpp"

namespace stimgen {
namespace {

std::optional<std::int64_t> group_id_of(const std::string& name) {
  if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  std::int64_t id = 0;
  if (std::from_chars(name.data(), name.data() + name.size(), id).ec != std::errc{}) return std::nullopt;
  return id;
}

std::string shape(const h5::DatasetInfo& info) {
  if (info.dims.empty()) return "a single value";
  std::string text;
  for (const auto size : info.dims) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text + " values";
}

// A dataset that may become a column.
struct Candidate {
  std::string column;
  std::string dataset;  // absolute name
  std::string library;  // dataset with the texts of an enumeration, or empty
  h5::DatasetInfo info;
  bool positions = false;
};

// The rows that the columns of a group should have: those of the population if it is the only group and some column has
// them, else the most usual number.
std::optional<std::uint64_t> usual_rows(const std::vector<Candidate>& candidates, std::uint64_t expected) {
  std::map<std::uint64_t, std::size_t> columns_of;
  std::optional<std::uint64_t> usual;
  for (const Candidate& candidate : candidates) {
    const std::uint64_t rows = candidate.info.rows();
    ++columns_of[rows];
    if (!usual) usual = rows;
  }
  if (columns_of.contains(expected)) return expected;
  for (const Candidate& candidate : candidates) {
    if (columns_of[candidate.info.rows()] > columns_of[*usual]) usual = candidate.info.rows();
  }
  return usual;
}

// Looks at the structure of one population. The first thing that is wrong with all of it is an InputError.
class Inspector {
 public:
  Inspector(const h5::ReadFile& file, std::string name, std::string root) : file_(file) {
    layout_.file = file_.path();
    layout_.name = std::move(name);
    layout_.root = std::move(root);
  }

  SonataLayout layout() {
    const std::string root = layout_.root;
    const auto type_ids = length(root + "/node_type_id");
    const auto node_ids = length(root + "/node_id");
    if (!type_ids && !node_ids) {
      wrong(fmt::format("population '{}' has neither node_type_id nor node_id: how many nodes it has is unknown",
                        printable(layout_.name)));
    }
    layout_.size = type_ids ? *type_ids : *node_ids;
    if (node_ids && *node_ids != layout_.size) wrong_length(root + "/node_id", *node_ids);
    layout_.has_type_id = type_ids && has_integers(root + "/node_type_id");
    layout_.has_node_id = node_ids && has_integers(root + "/node_id");
    layout_.has_group_id = check_length(root + "/node_group_id");
    layout_.has_group_index = check_length(root + "/node_group_index");
    for (const h5::Child& child : file_.children(root)) {
      const auto id = group_id_of(child.name);
      if (id && child.kind == h5::ObjectKind::group) layout_.groups.push_back({*id, {}, {}, {}});
    }
    std::sort(layout_.groups.begin(), layout_.groups.end(),
              [](const NodeGroup& a, const NodeGroup& b) { return a.id < b.id; });
    if (layout_.groups.size() > 1 && !(layout_.has_group_id && layout_.has_group_index)) {
      wrong(fmt::format("{} has {} node groups, but not both node_group_id and node_group_index", root,
                        layout_.groups.size()));
    }
    for (const h5::Child& child : file_.children(root)) {
      const auto id = group_id_of(child.name);
      if (id && child.kind == h5::ObjectKind::group) add_columns(root + "/" + child.name, group_of(*id));
    }
    return std::move(layout_);
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    throw InputError("network.bad-file", printable(file_.path()) + ": " + what);
  }

  NodeGroup& group_of(std::int64_t id) {
    return *std::find_if(layout_.groups.begin(), layout_.groups.end(), [&](const NodeGroup& g) { return g.id == id; });
  }

  // The length of a list of integers; nullopt if it is not there. Of an empty list the type says nothing.
  std::optional<std::uint64_t> length(const std::string& name) const {
    if (!file_.find(name)) return std::nullopt;
    const h5::Dataset dataset = file_.open_dataset(name);
    const h5::DatasetInfo& info = dataset.info();
    if (info.rank() != 1 || (!info.is_integer() && info.rows() != 0)) {
      wrong(fmt::format("{} is not a list of integers", name));
    }
    return info.rows();
  }
  bool has_integers(const std::string& name) const { return file_.open_dataset(name).info().is_integer(); }
  [[noreturn]] void wrong_length(const std::string& name, std::uint64_t length) const {
    wrong(fmt::format("{} has {} entries, but the population has {} nodes (node_type_id)", name, length, layout_.size));
  }
  bool check_length(const std::string& name) const {
    const auto found = length(name);
    if (found && *found != layout_.size) wrong_length(name, *found);
    return found.has_value() && has_integers(name);
  }

  void add_columns(const std::string& root, NodeGroup& group) const {
    std::vector<Candidate> candidates;
    find_candidates(root, root, "", group, candidates);
    if (file_.has_group(root + "/dynamics_params")) {
      find_candidates(root, root + "/dynamics_params", "dynamics_params.", group, candidates);
    }
    const bool only = layout_.groups.size() == 1;
    group.rows = usual_rows(candidates, only ? layout_.size : std::numeric_limits<std::uint64_t>::max());
    std::string usual;  // a dataset that has as many rows
    for (const Candidate& candidate : candidates) {
      if (usual.empty() && candidate.info.rows() == *group.rows) usual = candidate.dataset;
    }
    for (const Candidate& candidate : candidates) {
      if (candidate.info.rows() == *group.rows) {
        add_column(candidate, group);
      } else {
        refuse(
            candidate.column,
            fmt::format("{} has {} rows, but {} has {}", candidate.dataset, candidate.info.rows(), usual, *group.rows),
            group);
      }
    }
    // A dataset pos_x of its own counts, whatever `positions` is.
    for (const auto& column : group.columns) group.unusable.erase(column.first);
  }

  static void refuse(const std::string& column, const std::string& why, NodeGroup& group) {
    group.unusable[column] = why;
    if (column != "positions") return;
    for (const char axis : kAxes) group.unusable.try_emplace(fmt::format("pos_{}", axis), why);
  }

  void find_candidates(const std::string& group_root, const std::string& root, const std::string& prefix,
                       NodeGroup& group, std::vector<Candidate>& candidates) const {
    for (const h5::Child& child : file_.children(root)) {
      if (child.kind == h5::ObjectKind::group) continue;
      Candidate candidate;
      candidate.column = prefix + child.name;
      candidate.dataset = root + "/" + child.name;
      if (child.kind != h5::ObjectKind::dataset) {
        refuse(candidate.column, candidate.dataset + " is a link or an unknown object; expected a dataset", group);
        continue;
      }
      try {
        candidate.info = file_.open_dataset(candidate.dataset).info();
      } catch (const InputError& error) {
        refuse(candidate.column, error.diagnostics().items().front().message, group);
        continue;
      }
      const h5::DatasetInfo& info = candidate.info;
      const bool number = info.is_integer() || info.type == h5::TypeClass::floating;
      const bool in_space = info.rank() == 2 && (info.dims[1] == 2 || info.dims[1] == 3);
      candidate.positions = candidate.column == "positions" && in_space && number;
      if (!candidate.positions && (info.rank() != 1 || !(number || info.is_string()))) {
        refuse(candidate.column,
               info.rank() == 1 ? candidate.dataset + " has a type that cannot be a column; expected numbers or text"
                                : fmt::format("{} holds {}; expected one a node", candidate.dataset, shape(info)),
               group);
        continue;
      }
      if (info.is_integer() && prefix.empty() && file_.has_dataset(group_root + "/@library/" + child.name)) {
        candidate.library = group_root + "/@library/" + child.name;
      }
      candidates.push_back(std::move(candidate));
    }
  }

  static void add_column(const Candidate& candidate, NodeGroup& group) {
    const h5::DatasetInfo& info = candidate.info;
    if (candidate.positions) {
      for (std::uint64_t axis = 0; axis < info.dims[1]; ++axis) {
        // A dataset pos_x of its own comes after "positions" or before it; it wins either way.
        group.columns.try_emplace(fmt::format("pos_{}", kAxes[axis]),
                                  StoredColumn{candidate.dataset, static_cast<int>(axis), "", Column::Type::real});
      }
      return;
    }
    StoredColumn column;
    column.dataset = candidate.dataset;
    column.library = candidate.library;
    column.type = info.is_string() || !candidate.library.empty() ? Column::Type::text
                  : info.is_integer()                            ? Column::Type::integer
                                                                 : Column::Type::real;
    group.columns.insert_or_assign(candidate.column, std::move(column));
  }

  static constexpr std::string_view kAxes = "xyz";

  const h5::ReadFile& file_;
  SonataLayout layout_;
};

std::shared_ptr<const NodeTypeTable> types_of(const std::string& population,
                                              const std::shared_ptr<const NodeTypeTable>& types) {
  return types ? std::make_shared<const NodeTypeTable>(types->of_population(population)) : nullptr;
}

}  // namespace

SonataNodes open_sonata_nodes(const std::filesystem::path& path, const std::shared_ptr<const NodeTypeTable>& types,
                              const std::filesystem::path& config_folder, const SourceLoc& loc,
                              Diagnostics& diagnostics) {
  const std::filesystem::path folder = h5::is_within(path, config_folder) ? config_folder : path.parent_path();
  constexpr const char* kExpected = "a SONATA nodes file";
  const h5::ReadFile file(path, kExpected);
  SonataNodes nodes;
  const h5::LinkEnd all = h5::follow_links(file, "/nodes", folder, kExpected);
  const h5::ReadFile& where = all.file ? *all.file : file;
  if (!all.problem.empty() || !where.has_group(all.object)) {
    diagnostics.error(loc, "network.bad-file",
                      printable(file.path()) + ": " +
                          (!all.problem.empty()       ? "/nodes " + all.problem
                           : file.has_group("/edges") ? "this is an edges file; expected a nodes file (a group /nodes)"
                                                      : "not a SONATA nodes file: it has no group /nodes"));
    return nodes;
  }
  for (const h5::Child& child : where.children(all.object)) {
    if (child.kind != h5::ObjectKind::group && child.kind != h5::ObjectKind::link) continue;
    try {
      const h5::LinkEnd end = h5::follow_links(where, all.object + "/" + child.name, folder, kExpected);
      const h5::ReadFile& own = end.file ? *end.file : where;
      const std::string why = !end.problem.empty()        ? end.problem
                              : own.has_group(end.object) ? std::string()
                                                          : "is a link that leads to no group";
      if (!why.empty()) {
        throw InputError("network.bad-file",
                         fmt::format("{}: population '{}' {}", printable(file.path()), printable(child.name), why));
      }
      nodes.populations.push_back(std::make_unique<SonataPopulation>(Inspector(own, child.name, end.object).layout(),
                                                                     types_of(child.name, types)));
    } catch (const InputError& error) {
      nodes.unusable.emplace(child.name, error.diagnostics().items().front().message);
    }
  }
  return nodes;
}

}  // namespace stimgen
