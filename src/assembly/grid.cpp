// `grid`: groups by position, from a matrix of group ids laid over a rectangle.
#include <algorithm>
#include <map>

#include "assembly/common.hpp"
#include "base/exact.hpp"

#include <fmt/format.h>

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {
    {"ids", "matrix", "", "",
     "The group of each cell: one row for each bin of x, in it one column for each bin of y; cells with one id are one "
     "group.",
     "[[0, 1], [2, 3]]"},
    {"bounds.x", "range", "", "", "Where the grid begins and ends in x, in the unit of the positions.", "[-300, 300]"},
    {"bounds.y", "range", "", "", "Where the grid begins and ends in y, in the unit of the positions.", "[-300, 300]"},
    {"x", "text", "", "pos_x", "The node property that holds the x position.", "pos_x"},
    {"y", "text", "", "pos_y", "The node property that holds the y position.", "pos_y"},
    {"outside", "choice:error|drop", "", "error",
     "What becomes of nodes outside the bounds or without a position: 'error' refuses them, 'drop' leaves them out.",
     "drop"},
};

// Equal cells from low to high: closed below and open above, the last one closed above.
class Axis {
 public:
  Axis(double low, double high, std::size_t cells) {
    // A node at 0.3 lies on the border of a tenth, whatever binary fractions make of it.
    for (std::size_t i = 0; i <= cells; ++i) borders_.push_back(point_between(low, high, i, cells));
  }

  std::optional<std::size_t> cell_of(double value) const {
    if (!(value >= borders_.front() && value <= borders_.back())) return std::nullopt;
    if (value == borders_.back()) return borders_.size() - 2;
    const auto above = std::upper_bound(borders_.begin(), borders_.end(), value);
    return static_cast<std::size_t>(above - borders_.begin()) - 1;
  }

 private:
  std::vector<double> borders_;
};

struct Bounds {
  double low = 0;
  double high = 1;
};

Bounds read_bounds(Fields& fields, std::string_view key) {
  const Value* value = fields.value(key);
  if (value == nullptr) return {};
  if (!value->is_sequence() || value->items.size() != 2) {
    fields.error(key, "assembly.wrong-bounds", fmt::format("'{}' must be two numbers, not {}", key, describe(*value)),
                 "write [-300, 300]");
    return {};
  }
  const auto low = read_number(value->items[0], fields.diagnostics());
  const auto high = read_number(value->items[1], fields.diagnostics());
  if (!low || !high) return {};
  if (*low >= *high) {
    fields.error(
        key, "assembly.wrong-bounds",
        fmt::format("'{}' must ascend, but {} is not below {}", key, format_number(*low), format_number(*high)));
  }
  return {*low, *high};
}

using Matrix = std::vector<std::vector<std::int64_t>>;

Matrix read_ids(Fields& fields) {
  const Value* value = fields.value("ids");
  if (value == nullptr) return {};
  const auto wrong = [&](const Value& part, const std::string& message) {
    fields.diagnostics().error(part.loc, "assembly.wrong-matrix", message,
                               "write one list for each bin of x: [[0, 1], [2, 3]]");
    return Matrix{};
  };
  if (!value->is_sequence() || value->items.empty()) {
    return wrong(*value, fmt::format("'ids' must be a list of rows, not {}",
                                     value->is_sequence() ? "an empty one" : describe(*value)));
  }
  Matrix ids;
  for (const Value& row : value->items) {
    if (!row.is_sequence() || row.items.empty()) {
      return wrong(row, fmt::format("a row of 'ids' must be a list of whole numbers, not {}",
                                    row.is_sequence() ? "an empty one" : describe(row)));
    }
    if (!ids.empty() && row.items.size() != ids.front().size()) {
      return wrong(row, fmt::format("this row of 'ids' has {}, the first one has {}",
                                    count_text(row.items.size(), "column"), ids.front().size()));
    }
    ids.emplace_back();
    for (const Value& item : row.items) ids.back().push_back(read_integer(item, fields.diagnostics()).value_or(0));
  }
  return ids;
}

struct Coordinate {
  std::string property;
  SourceLoc loc;
  Bounds bounds;
};

class GridGrouping final : public Grouping {
 public:
  GridGrouping(Matrix ids, Coordinate x, Coordinate y, bool drop_outside, SourceLoc loc)
      : ids_(std::move(ids)), x_(std::move(x)), y_(std::move(y)), drop_outside_(drop_outside), loc_(std::move(loc)) {}

  AssemblySet make(const AssemblyContext&, const PopulationSelection& selection, Streams&,
                   Diagnostics& diagnostics) const override {
    const NodePopulation& population = *selection.population;
    const auto x_column = position_column(population, x_, diagnostics);
    const auto y_column = position_column(population, y_, diagnostics);
    if (x_column == nullptr || y_column == nullptr) return {};
    const Axis x_axis(x_.bounds.low, x_.bounds.high, ids_.size());
    const Axis y_axis(y_.bounds.low, y_.bounds.high, ids_.front().size());
    std::map<std::int64_t, std::vector<NodeId>> groups;
    for (const auto& row : ids_) {
      for (const std::int64_t id : row) groups[id];
    }
    std::vector<NodeId> outside;
    for (const NodeRow row : selection.rows) {
      const auto x_cell = cell_of(x_axis, *x_column, row);
      const auto y_cell = cell_of(y_axis, *y_column, row);
      const NodeId node = population.node_ids()[row];
      if (x_cell && y_cell) {
        groups[ids_[*x_cell][*y_cell]].push_back(node);
      } else {
        outside.push_back(node);
      }
    }
    if (!outside.empty() && !drop_outside_) {
      diagnostics.error(loc_, "assembly.outside-grid",
                        fmt::format("{} of population '{}' outside the bounds or without a position: {}",
                                    outside.size() == 1 ? "1 node" : fmt::format("{} nodes", outside.size()),
                                    printable(population.name()), list_some(outside)),
                        "widen 'bounds', or write 'outside: drop' to leave them out");
      return {};
    }
    AssemblySet set;
    set.population = &population;
    for (auto& [id, nodes] : groups) set.groups.push_back({std::to_string(id), std::move(nodes)});
    return set;
  }

 private:
  static std::shared_ptr<const Column> position_column(const NodePopulation& population, const Coordinate& coordinate,
                                                       Diagnostics& diagnostics) {
    auto column = find_column(population, coordinate.property, coordinate.loc, diagnostics);
    if (column != nullptr && column->type == Column::Type::text) {
      diagnostics.error(coordinate.loc, "assembly.no-position",
                        fmt::format("property '{}' of population '{}' is text, not a position",
                                    printable(coordinate.property), printable(population.name())));
      return nullptr;
    }
    return column;
  }

  static std::optional<std::size_t> cell_of(const Axis& axis, const Column& column, NodeRow row) {
    return column.is_missing(row) ? std::nullopt : axis.cell_of(column.number_at(row));
  }

  Matrix ids_;
  Coordinate x_;
  Coordinate y_;
  bool drop_outside_;
  SourceLoc loc_;
};

std::unique_ptr<const Grouping> make(Fields& fields) {
  Matrix ids = read_ids(fields);
  Coordinate x;
  x.bounds = read_bounds(fields, "bounds.x");
  x.property = fields.text("x");
  x.loc = fields.loc("x");
  Coordinate y;
  y.bounds = read_bounds(fields, "bounds.y");
  y.property = fields.text("y");
  y.loc = fields.loc("y");
  const bool drop = fields.choice("outside") == "drop";
  return std::make_unique<GridGrouping>(std::move(ids), std::move(x), std::move(y), drop, fields.loc("bounds.x"));
}

}  // namespace

extern const AssemblyKind kGridAssemblies;
const AssemblyKind kGridAssemblies{
    {"grid", "Groups by position: a matrix of group ids laid over a rectangle of equal cells.", 1, kFields}, make};

}  // namespace stimgen
