// Finding the populations, node groups and columns of a SONATA nodes file, without reading a value.
#include "network/sonata_nodes.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

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

// Collects what is wrong with one file's structure.
class Inspector {
 public:
  Inspector(const h5::ReadFile& file, const SourceLoc& loc, Diagnostics& diagnostics)
      : file_(file), loc_(loc), diagnostics_(diagnostics) {}

  void wrong(const std::string& what) const {
    diagnostics_.error(loc_, "network.bad-file", printable(file_.path()) + ": " + what);
  }

  SonataLayout population(const std::string& name) const {
    SonataLayout layout;
    layout.file = file_.path();
    layout.name = name;
    layout.root = "/nodes/" + name;
    const auto type_ids = length(layout.root + "/node_type_id");
    const auto node_ids = length(layout.root + "/node_id");
    layout.has_type_id = type_ids.has_value();
    layout.has_node_id = node_ids.has_value();
    if (!type_ids && !node_ids) {
      wrong(fmt::format("population '{}' has neither node_type_id nor node_id: how many nodes it has is unknown",
                        printable(name)));
      return layout;
    }
    layout.size = type_ids ? *type_ids : *node_ids;
    if (node_ids && *node_ids != layout.size) wrong_length(layout.root + "/node_id", *node_ids, layout);
    layout.has_group_id = check_length(layout.root + "/node_group_id", layout);
    layout.has_group_index = check_length(layout.root + "/node_group_index", layout);
    for (const h5::Child& child : file_.children(layout.root)) {
      const auto id = group_id_of(child.name);
      if (id && child.kind == h5::ObjectKind::group)
        layout.groups.push_back(group(layout.root + "/" + child.name, *id));
    }
    std::sort(layout.groups.begin(), layout.groups.end(),
              [](const NodeGroup& a, const NodeGroup& b) { return a.id < b.id; });
    if (layout.groups.size() > 1 && !(layout.has_group_id && layout.has_group_index)) {
      wrong(fmt::format("{} has {} node groups, but not both node_group_id and node_group_index", layout.root,
                        layout.groups.size()));
    }
    return layout;
  }

 private:
  // The length of a list of integers; nullopt if it is not there or wrong.
  std::optional<std::uint64_t> length(const std::string& name) const {
    if (!file_.find(name)) return std::nullopt;
    const auto dataset = file_.open_dataset(name);
    const auto& info = dataset.info();
    if (!info.is_integer() || info.rank() != 1) {
      wrong(fmt::format("{} is not a list of integers", name));
      return std::nullopt;
    }
    return info.rows();
  }
  void wrong_length(const std::string& name, std::uint64_t length, const SonataLayout& layout) const {
    wrong(fmt::format("{} has {} entries, but the population has {} nodes (node_type_id)", name, length, layout.size));
  }
  bool check_length(const std::string& name, const SonataLayout& layout) const {
    const auto found = length(name);
    if (found && *found != layout.size) wrong_length(name, *found, layout);
    return found.has_value();
  }

  NodeGroup group(const std::string& root, std::int64_t id) const {
    NodeGroup group;
    group.id = id;
    std::string first;  // dataset that `rows` comes from
    add_columns(root, root, "", group, first);
    if (file_.has_group(root + "/dynamics_params")) {
      add_columns(root, root + "/dynamics_params", "dynamics_params.", group, first);
    }
    return group;
  }

  void add_columns(const std::string& group_root, const std::string& root, const std::string& prefix, NodeGroup& group,
                   std::string& first) const {
    for (const h5::Child& child : file_.children(root)) {
      if (child.kind == h5::ObjectKind::group) continue;
      const std::string dataset_name = root + "/" + child.name;
      const std::string column_name = prefix + child.name;
      if (child.kind != h5::ObjectKind::dataset) {
        group.unusable[column_name] = dataset_name + " is a link or an unknown object; expected a dataset";
        continue;
      }
      const h5::Dataset dataset = file_.open_dataset(dataset_name);
      const h5::DatasetInfo& info = dataset.info();
      const bool number = info.is_integer() || info.type == h5::TypeClass::floating;
      const bool positions = column_name == "positions" && info.rank() == 2 && info.dims[1] == 3 && number;
      if (!positions && (info.rank() != 1 || !(number || info.is_string()))) {
        group.unusable[column_name] =
            info.rank() == 1 ? dataset_name + " has a type that cannot be a column; expected numbers or text"
                             : fmt::format("{} holds {}; expected one a node", dataset_name, shape(info));
        continue;
      }
      if (!group.rows) {
        group.rows = info.rows();
        first = dataset_name;
      } else if (*group.rows != info.rows()) {
        wrong(fmt::format("{} has {} rows, but {} has {}", dataset_name, info.rows(), first, *group.rows));
      }
      if (positions) {
        for (int axis = 0; axis < 3; ++axis) {
          // A dataset pos_x of its own comes after "positions" or before it; it wins either way.
          group.columns.try_emplace(fmt::format("pos_{}", "xyz"[axis]),
                                    StoredColumn{dataset_name, axis, "", Column::Type::real});
        }
        continue;
      }
      StoredColumn column;
      column.dataset = dataset_name;
      column.type = info.is_string()    ? Column::Type::text
                    : info.is_integer() ? Column::Type::integer
                                        : Column::Type::real;
      if (info.is_integer() && prefix.empty() && file_.has_dataset(group_root + "/@library/" + child.name)) {
        column.library = group_root + "/@library/" + child.name;
        column.type = Column::Type::text;
      }
      group.columns.insert_or_assign(column_name, std::move(column));
    }
  }

  const h5::ReadFile& file_;
  const SourceLoc& loc_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::vector<std::unique_ptr<NodePopulation>> open_sonata_nodes(const std::filesystem::path& path,
                                                               std::shared_ptr<const NodeTypeTable> types,
                                                               const SourceLoc& loc, Diagnostics& diagnostics) {
  const h5::ReadFile file(path, "a SONATA nodes file");
  const Inspector inspector(file, loc, diagnostics);
  std::vector<std::unique_ptr<NodePopulation>> populations;
  if (!file.has_group("/nodes")) {
    inspector.wrong(file.has_group("/edges") ? "this is an edges file; expected a nodes file (a group /nodes)"
                                             : "not a SONATA nodes file: it has no group /nodes");
    return populations;
  }
  for (const h5::Child& child : file.children("/nodes")) {
    if (child.kind != h5::ObjectKind::group) continue;
    const auto errors_before = diagnostics.error_count();
    SonataLayout layout = inspector.population(child.name);
    if (diagnostics.error_count() != errors_before) continue;
    populations.push_back(std::make_unique<SonataPopulation>(std::move(layout), types));
  }
  return populations;
}

}  // namespace stimgen
