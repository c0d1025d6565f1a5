// Reading node_types CSV files: what BMTK (through pandas) takes from them, with a located error for what is wrong.
#include "network/node_types.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/places.hpp"
#include "base/utf8.hpp"
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

NodeTypeTable::TypeColumn make_column(const CsvTable& csv, const std::vector<std::size_t>& rows, std::size_t index) {
  NodeTypeTable::TypeColumn result;
  Column& column = result.values;
  column.type = Column::Type::integer;
  result.without_values = true;
  std::vector<Literal> literals;
  for (const std::size_t row : rows) {
    const std::string& text = csv.rows[row].fields[index];
    literals.push_back(parse_literal(text));
    const bool missing = is_missing_text(text);
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

// pandas reads tables as UTF-8; other rules for the text of recipes are none for them.
bool is_utf8(const std::shared_ptr<const SourceFile>& file, Diagnostics& diagnostics) {
  for (std::size_t at = 0; at < file->text.size();) {
    const std::size_t bytes = utf8_at(file->text, at).bytes;
    if (bytes == 0) {
      diagnostics.error(Places(file).at(at), "recipe.encoding",
                        fmt::format("byte 0x{:02X} is not valid UTF-8", static_cast<unsigned char>(file->text[at])),
                        "save the table as UTF-8");
      return false;
    }
    at += bytes;
  }
  return true;
}

constexpr std::string_view kOwner = "population";

}  // namespace

NodeTypeTable::NodeTypeTable(std::shared_ptr<const CsvTable> csv, const std::vector<std::size_t>& csv_rows)
    : path_(csv->path), csv_(std::move(csv)) {
  const std::size_t key = *csv_->column("node_type_id");
  for (std::size_t row = 0; row < csv_rows.size(); ++row) {
    rows_.emplace(parse_literal(csv_->rows[csv_rows[row]].fields[key]).integer, row);
  }
  for (std::size_t index = 0; index < csv_->header.size(); ++index) {
    if (index != key) columns_.emplace(csv_->header[index], make_column(*csv_, csv_rows, index));
  }
}

NodeTypeTable NodeTypeTable::read(const std::filesystem::path& path, Diagnostics& diagnostics) {
  auto csv = std::make_shared<CsvTable>(read_csv(path, ' '));
  const std::shared_ptr<const SourceFile> file = csv->source;  // so that messages can show the line
  const auto error = [&](int line, const std::string& message, const std::string& help = {}) -> Diagnostic& {
    return diagnostics.error({file, line, 1, 1}, "network.bad-node-types", message, help);
  };
  NodeTypeTable nothing(std::make_shared<const CsvTable>(CsvTable{csv->path, file, {"node_type_id"}, {}}), {});
  if (!is_utf8(file, diagnostics)) return nothing;
  std::set<std::string> names;
  for (const std::string& name : csv->header) {
    if (names.insert(name).second) continue;
    error(1, fmt::format("column '{}' is there twice", printable(name)));
    return nothing;
  }
  const auto key = csv->column("node_type_id");
  if (!key) {
    const bool other_separator = file->text.find_first_of(",;") < file->text.find('\n');
    error(1, "no column is called node_type_id", other_separator ? "columns are separated by spaces" : "");
    return nothing;
  }
  const auto owners = csv->column(kOwner);
  std::map<std::pair<std::int64_t, std::string>, int> lines;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < csv->rows.size(); ++row) {
    const CsvRow& text = csv->rows[row];
    const Literal id = parse_literal(text.fields[*key]);
    if (id.type != Column::Type::integer) {
      error(text.line, fmt::format("node_type_id is an integer, not {}", describe(id)));
      continue;
    }
    const auto [first, added] = lines.emplace(std::pair(id.integer, owners ? text.fields[*owners] : ""), text.line);
    if (added) {
      rows.push_back(row);
    } else {
      error(text.line, fmt::format("node type {} is defined twice", id.integer))
          .notes.push_back({{file, first->second, 1, 1}, "first here"});
    }
  }
  return {std::move(csv), rows};
}

std::optional<std::size_t> NodeTypeTable::row_of(std::int64_t node_type_id) const {
  const auto found = rows_.find(node_type_id);
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

std::string NodeTypeTable::other_owner_of(std::int64_t node_type_id) const {
  const auto found = others_.find(node_type_id);
  return found == others_.end() ? std::string() : found->second;
}

NodeTypeTable NodeTypeTable::of_population(const std::string& name) const {
  const auto owners = csv_->column(kOwner);
  if (!owners) return *this;
  std::vector<std::size_t> own;
  std::vector<std::size_t> shared;
  std::map<std::int64_t, std::string> others;
  const std::size_t key = *csv_->column("node_type_id");
  for (std::size_t row = 0; row < csv_->rows.size(); ++row) {
    const std::vector<std::string>& fields = csv_->rows[row].fields;
    const std::string& owner = fields[*owners];
    if (owner == name) {
      own.push_back(row);
    } else if (is_missing_text(owner)) {
      shared.push_back(row);
    } else {
      others.emplace(parse_literal(fields[key]).integer, owner);
    }
  }
  own.insert(own.end(), shared.begin(), shared.end());
  NodeTypeTable table(csv_, own);
  table.others_ = std::move(others);
  return table;
}

}  // namespace stimgen
