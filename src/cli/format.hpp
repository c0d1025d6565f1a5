// How results are written: CSV fields, aligned tables, numbers for people.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/types.hpp"

namespace stimgen::cli {

// Keys keep the order in which they are set, so output is stable.
using Json = nlohmann::ordered_json;

// Indented, with a final line end. Texts that could drive a terminal are escaped as JSON does (\u009b), bytes that are
// not UTF-8 as in messages (\xff).
std::string to_text(Json json);
// null if absent.
Json optional_json(const std::optional<double>& value);
Json spike_json(const std::optional<Spike>& spike);

// The text as one CSV field, escaped as in messages and quoted where it must be (RFC 4180).
std::string csv_field(std::string_view text);

// At most `digits` significant digits, without an exponent up to a million: for people, not for programs.
std::string format_rounded(double value, int digits);

// Rows of cells with aligned columns, two spaces apart. Numbers are set to the right.
class Table {
 public:
  enum class Align : unsigned char { left, right };
  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}
  // Escapes the cells as in messages. Requires: as many cells as columns.
  void add(std::vector<std::string> cells);
  std::string text() const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace stimgen::cli
