// A SONATA node_types CSV: space separated, quoted fields, the properties that all nodes of a type share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.hpp"
#include "stimgen/network.hpp"

namespace stimgen {

// Immutable once read.
class NodeTypeTable {
 public:
  struct TypeColumn {
    Column values;                // one a row of the file
    bool without_values = false;  // nothing but NULL: has no type of its own
  };

  const std::string& path() const { return path_; }
  // All but node_type_id.
  const std::map<std::string, TypeColumn>& columns() const { return columns_; }
  // The row of a node type.
  std::optional<std::size_t> row_of(std::int64_t node_type_id) const;
  // The population whose type this is, of a type that is none of the table's own; empty: nobody's.
  std::string other_owner_of(std::int64_t node_type_id) const;
  // What a population has of the file: where a column `population` says whose each type is, its own rows and those that
  // name none. So the types of other populations count neither for its nodes nor for the types of its columns.
  NodeTypeTable of_population(const std::string& name) const;
  // Problems are reported at their place in the file.
  static NodeTypeTable read(const std::filesystem::path& path, Diagnostics& diagnostics);

 private:
  // Of these rows of the file; where two are of one type, the earlier counts.
  NodeTypeTable(std::shared_ptr<const CsvTable> csv, const std::vector<std::size_t>& csv_rows);

  std::string path_;
  std::shared_ptr<const CsvTable> csv_;
  std::map<std::int64_t, std::size_t> rows_;
  std::map<std::string, TypeColumn> columns_;
  std::map<std::int64_t, std::string> others_;  // types of other populations
};

}  // namespace stimgen
