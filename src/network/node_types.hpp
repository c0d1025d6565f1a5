// A SONATA node_types CSV: space separated, quoted fields, the properties that all nodes of a type share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
  // The row of a node type. Types of several populations may share a file if a column `population` tells them apart.
  std::optional<std::size_t> row_of(std::int64_t node_type_id, std::string_view population) const;
  // Problems are reported at their place in the file.
  static NodeTypeTable read(const std::filesystem::path& path, Diagnostics& diagnostics);

 private:
  std::string path_;
  std::multimap<std::int64_t, std::size_t> rows_;
  std::map<std::string, TypeColumn> columns_;
};

}  // namespace stimgen
