// CSV files with a header line (RFC 4180 quoting), read whole with the line number of every row.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/diagnostic.hpp"

namespace stimgen {

struct CsvRow {
  int line = 0;  // 1-based
  std::vector<std::string> fields;
};

struct CsvTable {
  std::string path;
  std::shared_ptr<const SourceFile> source;  // its text, lines ended by a line feed alone; encoding not checked
  std::vector<std::string> header;
  std::vector<CsvRow> rows;  // each as long as the header; blank lines are left out

  // Throws InputError if two columns have the name.
  std::optional<std::size_t> column(std::string_view name) const;
};

// `delimiter` is ',' or ' ' (then runs of spaces and tabs separate). Lines end as they do for pandas: with \n, \r, or
// any number of \r before a \n. Errors: InputError naming file and line if the file is missing, has no header, an
// unclosed quote, or a row of another length.
CsvTable read_csv(const std::filesystem::path& path, char delimiter = ',');

// "3", also as "3.0", which pandas writes for ids beside a missing value. nullopt: it is none from 0 up.
std::optional<std::uint64_t> whole_number(std::string_view text);

}  // namespace stimgen
