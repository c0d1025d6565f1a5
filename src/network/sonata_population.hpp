// One node population of a SONATA nodes file: where its columns are stored and how they are put together.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "h5/read.hpp"
#include "network/node_types.hpp"
#include "network/population.hpp"

namespace stimgen {

// A column of one node group.
struct StoredColumn {
  std::string dataset;           // absolute name
  std::optional<int> component;  // of an N×2 or N×3 dataset
  std::string library;           // dataset with the texts of an enumeration, or empty
  Column::Type type = Column::Type::integer;
};

struct NodeGroup {
  std::int64_t id = 0;
  std::map<std::string, StoredColumn> columns;
  std::map<std::string, std::string> unusable;  // name → why
  std::optional<std::uint64_t> rows;            // unknown without datasets
};

struct SonataLayout {
  std::string file;  // as shown
  std::string name;  // of the population
  std::string root;  // "/nodes/<name>"
  std::uint64_t size = 0;
  bool has_node_id = false, has_type_id = false, has_group_id = false, has_group_index = false;
  std::vector<NodeGroup> groups;  // ascending ids
};

class SonataPopulation final : public LazyPopulation {
 public:
  SonataPopulation(SonataLayout layout, std::shared_ptr<const NodeTypeTable> types);
  std::string origin() const override { return layout_.file; }
  std::filesystem::path file() const override { return layout_.file; }
  std::map<std::string, std::string> unusable_columns() const override;

 private:
  // Rows of the file, not of the table; `order_` leads from one to the other.
  struct Places {
    std::vector<std::uint32_t> group;  // position in layout_.groups; empty: all 0
    std::vector<std::uint64_t> index;  // row inside the group; empty: the same as the row
  };

  std::vector<NodeId> read_node_ids() const override;
  Column read_column(const ColumnInfo& info) const override;
  void refuse_unusable(std::string_view name) const override;

  h5::ReadFile open() const;
  const Places& places(const h5::ReadFile& file) const;
  const std::vector<std::uint32_t>& type_rows(const h5::ReadFile& file) const;
  Column read_type_ids(const h5::ReadFile& file) const;
  // A column as the node groups store it: one part a group, absent where the group has no such column.
  std::vector<std::optional<Column>> read_parts(const h5::ReadFile& file, const ColumnInfo& info) const;
  // A column as the node types give it, by row of their table; absent if they do not.
  std::optional<Column> values_of_types(const ColumnInfo& info) const;
  std::uint64_t file_row(NodeRow row) const { return order_.empty() ? row : order_[row]; }
  [[noreturn]] void damaged(const std::string& what) const;

  SonataLayout layout_;
  std::shared_ptr<const NodeTypeTable> types_;
  mutable std::vector<std::uint64_t> order_;  // empty: the file is sorted by node id
  mutable std::optional<Places> places_;
  mutable std::optional<std::vector<std::uint32_t>> type_rows_;
};

}  // namespace stimgen
