// Reading node_types CSV files: what BMTK (through pandas) takes from them, with a located error for what is wrong.
#include "network/node_types.hpp"
#include "base/source_file.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/csv.hpp"
#include "network/columns.hpp"
#include "network/literal.hpp"

namespace stimgen {
namespace {

// What BMTK takes as "no value": NONE by its own choice, the rest by that of pandas. Quotes make no difference.
bool is_missing_text(std::string_view text) {
  static constexpr std::array<std::string_view, 20> kMissing = {
      "",     "NULL", "NONE", "NaN",  "nan",      "None",   "null",    "NA",      "N/A",      "n/a",
      "#N/A", "#NA",  "<NA>", "-nan", "#N/A N/A", "1.#IND", "1.#QNAN", "-1.#IND", "-1.#QNAN", "-NaN"};
  return std::find(kMissing.begin(), kMissing.end(), text) != kMissing.end();
}

NodeTypeTable::TypeColumn make_column(const CsvTable& csv, std::size_t index) {
  NodeTypeTable::TypeColumn result;
  Column& column = result.values;
  column.type = Column::Type::integer;
  result.without_values = true;
  std::vector<Literal> literals;
  for (const CsvRow& row : csv.rows) {
    literals.push_back(parse_literal(row.fields[index]));
    const bool missing = is_missing_text(row.fields[index]);
    column.missing.push_back(static_cast<std::uint8_t>(missing));
    if (missing) continue;
    result.without_values = false;
    column.type = wider(column.type, literals.back().type);
  }
  if (result.without_values) column.type = Column::Type::text;
  TextEncoder encoder;
  for (const Literal& literal : literals) {
    switch (column.type) {
      case Column::Type::integer:
        column.integers.push_back(literal.integer);
        break;
      case Column::Type::real:
        column.reals.push_back(literal.real);
        break;
      case Column::Type::text:
        column.codes.push_back(encoder.code_of(literal.text));
        break;
    }
  }
  column.dictionary = encoder.take_dictionary();
  return result;
}

}  // namespace

NodeTypeTable NodeTypeTable::read(const std::filesystem::path& path, Diagnostics& diagnostics) {
  const CsvTable csv = read_csv(path, ' ');
  const auto file = read_source_file(path);  // so that messages can show the line
  NodeTypeTable table;
  table.path_ = csv.path;
  const auto error = [&](int line, const std::string& message, const std::string& help = {}) -> Diagnostic& {
    return diagnostics.error({file, line, 1, 1}, "network.bad-node-types", message, help);
  };
  const auto key = csv.column("node_type_id");
  if (!key) {
    const bool other_separator = file->text.find_first_of(",;") < file->text.find('\n');
    error(1, "no column is called node_type_id", other_separator ? "columns are separated by spaces" : "");
    return table;
  }
  std::set<std::string> names;
  for (const std::string& name : csv.header) {
    if (!names.insert(name).second) error(1, fmt::format("column '{}' is there twice", printable(name)));
  }
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    const Literal id = parse_literal(csv.rows[row].fields[*key]);
    if (id.type != Column::Type::integer) {
      error(csv.rows[row].line, fmt::format("node_type_id is an integer, not {}", describe(id)));
      continue;
    }
    table.rows_.emplace(id.integer, row);
  }
  for (std::size_t index = 0; index < csv.header.size(); ++index) {
    if (index != *key) table.columns_.emplace(csv.header[index], make_column(csv, index));
  }
  const auto population = table.columns_.find("population");
  std::map<std::pair<std::int64_t, std::string>, int> lines;
  for (const auto& [id, row] : table.rows_) {
    const std::string owner = population == table.columns_.end() ? "" : population->second.values.text_at(row);
    const int line = csv.rows[row].line;
    const auto [first, added] = lines.emplace(std::pair(id, owner), line);
    if (added) continue;
    error(line, fmt::format("node type {} is defined twice", id))
        .notes.push_back({{file, first->second, 1, 1}, "first here"});
  }
  return table;
}

std::optional<std::size_t> NodeTypeTable::row_of(std::int64_t node_type_id, std::string_view population) const {
  const auto [first, last] = rows_.equal_range(node_type_id);
  if (first == last) return std::nullopt;
  if (std::next(first) == last) return first->second;
  const auto owners = columns_.find("population");
  if (owners == columns_.end()) return std::nullopt;  // reported when the file was read
  for (auto row = first; row != last; ++row) {
    if (owners->second.values.text_at(row->second) == population) return row->second;
  }
  return std::nullopt;
}

}  // namespace stimgen
