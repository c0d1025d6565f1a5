// Reading the ids and columns of one SONATA node population.
#include "network/sonata_population.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "network/columns.hpp"

namespace stimgen {
namespace {

constexpr std::uint64_t kBlockRows = 1U << 20U;
constexpr std::uint32_t kNoType = std::numeric_limits<std::uint32_t>::max();

bool is_counted(const std::vector<std::uint64_t>& values) {
  for (std::uint64_t i = 0; i < values.size(); ++i) {
    if (values[i] != i) return false;
  }
  return true;
}

Column read_texts(const h5::Dataset& dataset, std::uint64_t rows) {
  Column column;
  column.type = Column::Type::text;
  column.codes.reserve(rows);
  TextEncoder encoder;
  for (std::uint64_t first = 0; first < rows; first += kBlockRows) {
    for (const std::string& text : dataset.read_strings(first, std::min(kBlockRows, rows - first))) {
      column.codes.push_back(encoder.code_of(text));
    }
  }
  column.dictionary = encoder.take_dictionary();
  return column;
}

Column read_component(const h5::Dataset& dataset, std::uint64_t rows, int component) {
  std::vector<double> values;
  values.reserve(rows);
  const auto stride = static_cast<std::size_t>(dataset.info().row_elements());
  for (std::uint64_t first = 0; first < rows; first += kBlockRows) {
    const auto block = dataset.read_double(first, std::min(kBlockRows, rows - first));
    for (std::size_t i = static_cast<std::size_t>(component); i < block.size(); i += stride) values.push_back(block[i]);
  }
  return real_column(std::move(values));
}

Column read_enumeration(const h5::ReadFile& file, const StoredColumn& stored, const h5::Dataset& dataset,
                        std::uint64_t rows) {
  Column column;
  column.type = Column::Type::text;
  column.dictionary = file.open_dataset(stored.library).read_strings();
  column.codes.reserve(rows);
  for (std::uint64_t first = 0; first < rows; first += kBlockRows) {
    for (const std::int64_t value : dataset.read_int64(first, std::min(kBlockRows, rows - first))) {
      if (value < 0 || static_cast<std::uint64_t>(value) >= column.dictionary.size()) {
        throw InputError("network.bad-file", fmt::format("{}: {} has the value {} in row {}, but {} has {} entries",
                                                         file.path(), stored.dataset, value, column.codes.size(),
                                                         stored.library, column.dictionary.size()));
      }
      column.codes.push_back(static_cast<std::uint32_t>(value));
    }
  }
  return column;
}

Column read_stored(const h5::ReadFile& file, const StoredColumn& stored, std::uint64_t rows) {
  const auto dataset = file.open_dataset(stored.dataset);
  if (stored.component) return read_component(dataset, rows, *stored.component);
  if (!stored.library.empty()) return read_enumeration(file, stored, dataset, rows);
  switch (stored.type) {
    case Column::Type::integer:
      return integer_column(dataset.read_int64(0, rows));
    case Column::Type::real:
      return real_column(dataset.read_double(0, rows));
    case Column::Type::text:
      return read_texts(dataset, rows);
  }
  return {};
}

// Gives all texts of several columns one dictionary.
std::vector<std::string> share_dictionary(std::vector<Column*> columns) {
  TextEncoder encoder;
  for (Column* column : columns) {
    std::vector<std::uint32_t> renamed;
    for (const std::string& text : column->dictionary) renamed.push_back(encoder.code_of(text));
    for (std::uint32_t& code : column->codes) code = renamed[code];
  }
  return encoder.take_dictionary();
}

template <typename Function>
auto with_values(Column& column, Function function) {
  switch (column.type) {
    case Column::Type::integer:
      return function(column.integers);
    case Column::Type::real:
      return function(column.reals);
    case Column::Type::text:
      break;
  }
  return function(column.codes);
}

template <typename T>
const std::vector<T>& values_of(const Column& column) {
  if constexpr (std::is_same_v<T, std::int64_t>) return column.integers;
  if constexpr (std::is_same_v<T, double>) return column.reals;
  if constexpr (std::is_same_v<T, std::uint32_t>) return column.codes;
}

}  // namespace

SonataPopulation::SonataPopulation(SonataLayout layout, std::shared_ptr<const NodeTypeTable> types)
    : LazyPopulation(layout.name, layout.size), layout_(std::move(layout)), types_(std::move(types)) {
  std::map<std::string, ColumnInfo> infos;
  for (const NodeGroup& group : layout_.groups) {
    for (const auto& [name, stored] : group.columns) {
      const auto [info, added] = infos.try_emplace(name, ColumnInfo{name, stored.type, "nodes"});
      if (!added) info->second.type = wider(info->second.type, stored.type);
    }
  }
  if (types_ && layout_.has_type_id) {
    for (const auto& [name, column] : types_->columns()) {
      const auto [info, added] = infos.try_emplace(name, ColumnInfo{name, column.values.type, "node types"});
      if (!added && !column.without_values) info->second.type = wider(info->second.type, column.values.type);
    }
  }
  if (layout_.has_type_id)
    infos.insert_or_assign("node_type_id", ColumnInfo{"node_type_id", Column::Type::integer, "nodes"});
  std::vector<ColumnInfo> columns;
  const std::map<std::string, std::string> unusable = unusable_columns();
  for (auto& [name, info] : infos) {
    if (unusable.contains(name)) continue;  // in one group of nodes: its values would seem to be missing
    if (name != "node_id" && name != "population") columns.push_back(std::move(info));
  }
  set_columns(std::move(columns));
}

h5::ReadFile SonataPopulation::open() const {
  return {layout_.file, "a SONATA nodes file"};
}

void SonataPopulation::damaged(const std::string& what) const {
  throw InputError("network.bad-file", layout_.file + ": " + what);
}

std::map<std::string, std::string> SonataPopulation::unusable_columns() const {
  std::map<std::string, std::string> all;
  for (const NodeGroup& group : layout_.groups) all.insert(group.unusable.begin(), group.unusable.end());
  return all;
}

void SonataPopulation::refuse_unusable(std::string_view name) const {
  const std::map<std::string, std::string> all = unusable_columns();
  const auto found = all.find(std::string(name));
  if (found != all.end()) damaged(found->second);
}

std::vector<NodeId> SonataPopulation::read_node_ids() const {
  if (!layout_.has_node_id) return counted_ids(size());
  auto ids = open().open_dataset(layout_.root + "/node_id").read_uint64();
  const auto twice = [&](NodeId id) {
    damaged(fmt::format("{}/node_id has node {} more than once", layout_.root, id));
  };
  if (std::is_sorted(ids.begin(), ids.end())) {
    const auto equal = std::adjacent_find(ids.begin(), ids.end());
    if (equal != ids.end()) twice(*equal);
    return ids;
  }
  order_.reserve(ids.size());
  if (const NodeId last = *std::max_element(ids.begin(), ids.end()); last / 4 < ids.size()) {
    // Nearly all ids up to the largest are there: put each in its place instead of sorting.
    constexpr auto kNobody = std::numeric_limits<std::uint64_t>::max();
    std::vector<std::uint64_t> row_of_id(last + 1, kNobody);
    for (std::uint64_t row = 0; row < ids.size(); ++row) {
      if (row_of_id[ids[row]] != kNobody) twice(ids[row]);
      row_of_id[ids[row]] = row;
    }
    ids.clear();
    for (NodeId id = 0; id <= last; ++id) {
      if (row_of_id[id] == kNobody) continue;
      ids.push_back(id);
      order_.push_back(row_of_id[id]);
    }
    return ids;
  }
  order_.resize(ids.size());
  std::iota(order_.begin(), order_.end(), std::uint64_t{0});
  std::sort(order_.begin(), order_.end(), [&](std::uint64_t a, std::uint64_t b) { return ids[a] < ids[b]; });
  std::sort(ids.begin(), ids.end());
  if (const auto equal = std::adjacent_find(ids.begin(), ids.end()); equal != ids.end()) twice(*equal);
  return ids;
}

const SonataPopulation::Places& SonataPopulation::places(const h5::ReadFile& file) const {
  if (places_) return *places_;
  Places places;
  const auto& groups = layout_.groups;
  if (layout_.has_group_id) {
    const auto dataset = file.open_dataset(layout_.root + "/node_group_id");
    if (groups.size() > 1) places.group.reserve(size());
    for (std::uint64_t first = 0; first < size(); first += kBlockRows) {
      const auto block = dataset.read_int64(first, std::min(kBlockRows, size() - first));
      for (std::uint64_t i = 0; i < block.size(); ++i) {
        const auto group = std::lower_bound(groups.begin(), groups.end(), block[i],
                                            [](const NodeGroup& a, std::int64_t id) { return a.id < id; });
        if (group == groups.end() || group->id != block[i]) {
          std::vector<std::int64_t> known;
          for (const NodeGroup& each : groups) known.push_back(each.id);
          damaged(fmt::format("{}/node_group_id is {} in row {}, but the groups of the population are {}", layout_.root,
                              block[i], first + i, fmt::join(known, ", ")));
        }
        if (groups.size() > 1) places.group.push_back(static_cast<std::uint32_t>(group - groups.begin()));
      }
    }
  }
  if (layout_.has_group_index) {
    places.index = file.open_dataset(layout_.root + "/node_group_index").read_uint64();
    if (is_counted(places.index)) places.index = {};
  }
  for (std::uint64_t row = 0; row < size(); ++row) {
    const NodeGroup& group = groups[places.group.empty() ? 0 : places.group[row]];
    const std::uint64_t index = places.index.empty() ? row : places.index[row];
    if (group.rows && index >= *group.rows) {
      damaged(fmt::format("row {} of {} belongs to row {} of its group {}, which has {} rows", row, layout_.root, index,
                          group.id, *group.rows));
    }
  }
  places_ = std::move(places);
  return *places_;
}

const std::vector<std::uint32_t>& SonataPopulation::type_rows(const h5::ReadFile& file) const {
  if (type_rows_) return *type_rows_;
  std::vector<std::uint32_t> rows;
  rows.reserve(size());
  const auto dataset = file.open_dataset(layout_.root + "/node_type_id");
  std::map<std::int64_t, std::uint32_t> known;
  auto last = known.end();
  for (std::uint64_t first = 0; first < size(); first += kBlockRows) {
    for (const std::int64_t id : dataset.read_int64(first, std::min(kBlockRows, size() - first))) {
      if (last == known.end() || last->first != id) {
        last = known.find(id);
        if (last == known.end()) {
          const auto row = types_->row_of(id);
          last = known.emplace(id, row ? static_cast<std::uint32_t>(*row) : kNoType).first;
        }
      }
      rows.push_back(last->second);
    }
  }
  type_rows_ = std::move(rows);
  return *type_rows_;
}

Column SonataPopulation::read_type_ids(const h5::ReadFile& file) const {
  auto values = file.open_dataset(layout_.root + "/node_type_id").read_int64();
  if (order_.empty()) return integer_column(std::move(values));
  std::vector<std::int64_t> sorted(size());
  for (NodeRow row = 0; row < size(); ++row) sorted[row] = values[order_[row]];
  return integer_column(std::move(sorted));
}

std::vector<std::optional<Column>> SonataPopulation::read_parts(const h5::ReadFile& file,
                                                                const ColumnInfo& info) const {
  std::vector<std::optional<Column>> parts(layout_.groups.size());
  for (std::size_t group = 0; group < parts.size(); ++group) {
    const auto column = layout_.groups[group].columns.find(info.name);
    if (column == layout_.groups[group].columns.end()) continue;
    const Places& where = places(file);
    const std::uint64_t rows = where.index.empty() && parts.size() == 1 ? size() : *layout_.groups[group].rows;
    parts[group] = widen(read_stored(file, column->second, rows), info.type);
  }
  return parts;
}

std::optional<Column> SonataPopulation::values_of_types(const ColumnInfo& info) const {
  if (!types_ || !layout_.has_type_id) return std::nullopt;
  const auto column = types_->columns().find(info.name);
  if (column == types_->columns().end()) return std::nullopt;
  // A column without any value takes whatever type is wanted.
  Column values = column->second.values;
  if (column->second.without_values && info.type != Column::Type::text) {
    values.type = info.type;
    values.integers.assign(values.codes.size(), 0);
    values.reals.assign(values.codes.size(), 0);
    values.codes.clear();
  }
  return widen(std::move(values), info.type);
}

Column SonataPopulation::read_column(const ColumnInfo& info) const {
  const auto& ids = ids_under_lock();
  const auto file = open();
  if (info.name == "node_type_id") return read_type_ids(file);

  std::vector<std::optional<Column>> parts = read_parts(file, info);
  const bool stored = std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.has_value(); });
  static const Places kOnePlace;
  const Places& where = stored ? places(file) : kOnePlace;
  if (parts.size() == 1 && parts[0] && where.index.empty() && order_.empty()) return std::move(*parts[0]);

  std::optional<Column> shared = values_of_types(info);
  Column result;
  result.type = info.type;
  if (info.type == Column::Type::text) {
    std::vector<Column*> texts;
    for (auto& part : parts) {
      if (part) texts.push_back(&*part);
    }
    if (shared) texts.push_back(&*shared);
    result.dictionary = share_dictionary(texts);
  }
  const bool needs_types = shared && std::any_of(parts.begin(), parts.end(), [](const auto& part) { return !part; });
  const std::vector<std::uint32_t>* types = needs_types || (shared && parts.empty()) ? &type_rows(file) : nullptr;
  result.missing.assign(size(), 0);
  with_values(result, [&](auto& values) {
    using T = typename std::decay_t<decltype(values)>::value_type;
    values.assign(size(), T{});
    for (NodeRow row = 0; row < size(); ++row) {
      const std::uint64_t from = file_row(row);
      const std::size_t group = where.group.empty() ? 0 : where.group[from];
      const Column* source = !parts.empty() && parts[group] ? &*parts[group] : nullptr;
      std::uint64_t index = where.index.empty() ? from : where.index[from];
      if (source == nullptr && types != nullptr) {
        source = &*shared;
        index = (*types)[from];
        if (index == kNoType) {
          const auto type_id = file.open_dataset(layout_.root + "/node_type_id").read_int64(from, 1).front();
          const std::string owner = types_->other_owner_of(type_id);
          damaged(fmt::format("node {} of '{}' has node_type_id {}, which {} {}{}", ids[row], name(), type_id,
                              owner.empty() ? "is not in" : "in", types_->path(),
                              owner.empty() ? "" : fmt::format(" is a type of population '{}'", printable(owner))));
        }
      }
      if (source == nullptr || source->is_missing(index)) {
        result.missing[row] = 1;
      } else {
        values[row] = values_of<T>(*source)[index];
      }
    }
  });
  return result;
}

}  // namespace stimgen
