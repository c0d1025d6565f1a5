// Reading node_types CSV files the way BMTK does (pandas with one space as separator), but strictly.
#include "network/node_types.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "network/columns.hpp"
#include "network/literal.hpp"

namespace stimgen {
namespace {

struct Cell {
  std::string text;
  SourceLoc loc;
};
using Line = std::vector<Cell>;

// What BMTK takes as "no value": NONE by its own choice, the rest by that of pandas. Quotes make no difference.
bool is_missing_text(std::string_view text) {
  static constexpr std::array<std::string_view, 20> kMissing = {
      "",     "NULL", "NONE", "NaN", "nan",  "None", "null",    "NA",      "N/A",   "n/a",
      "#N/A", "#NA",  "<NA>", "-nan", "-NaN", "#N/A N/A", "1.#IND", "1.#QNAN", "-1.#IND", "-1.#QNAN"};
  return std::find(kMissing.begin(), kMissing.end(), text) != kMissing.end();
}

class CsvReader {
 public:
  CsvReader(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics)
      : file_(std::move(file)), text_(file_->text), diagnostics_(diagnostics) {
    if (text_.starts_with("\xEF\xBB\xBF")) offset_ = 3;
  }

  // The next line that is not empty; false at the end.
  bool next(Line& line) {
    line.clear();
    while (offset_ < text_.size() && (text_[offset_] == '\n' || text_[offset_] == '\r')) step();
    if (offset_ >= text_.size()) return false;
    while (true) {
      line.push_back(cell());
      if (offset_ >= text_.size()) break;
      const char separator = text_[offset_];
      step();
      if (separator == '\n') break;
    }
    // A space at the end of a line is no further column.
    if (line.size() > 1 && line.back().text.empty() && line.back().loc.length == 0) line.pop_back();
    return true;
  }

 private:
  Cell cell() {
    Cell cell;
    cell.loc = {file_, line_, column_, 1};
    const std::size_t start = offset_;
    if (offset_ < text_.size() && text_[offset_] == '"') {
      step();
      while (offset_ < text_.size()) {
        if (text_[offset_] == '"') {
          step();
          if (offset_ >= text_.size() || text_[offset_] != '"') break;  // two quotes are one quote in the text
        } else if (offset_ + 1 == text_.size()) {
          diagnostics_.error(cell.loc, "network.bad-node-types", "this quote is never closed");
        }
        cell.text += text_[offset_];
        step();
      }
    }
    while (offset_ < text_.size() && text_[offset_] != ' ' && text_[offset_] != '\n') {
      if (text_[offset_] != '\r') cell.text += text_[offset_];
      step();
    }
    cell.loc.length = start == offset_ ? 0 : std::max(1, column_ - cell.loc.column);
    return cell;
  }

  void step() {
    const auto byte = static_cast<unsigned char>(text_[offset_++]);
    if (byte == '\n') {
      ++line_;
      column_ = 1;
    } else if ((byte & 0xC0U) != 0x80U) {
      ++column_;
    }
  }

  std::shared_ptr<const SourceFile> file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t offset_ = 0;
  int line_ = 1;
  int column_ = 1;
};

NodeTypeTable::TypeColumn make_column(const std::vector<Line>& lines, std::size_t index) {
  std::vector<Literal> literals;
  literals.reserve(lines.size());
  NodeTypeTable::TypeColumn result;
  Column& column = result.values;
  column.type = Column::Type::integer;
  result.without_values = true;
  for (const Line& line : lines) {
    literals.push_back(parse_literal(line[index].text));
    const bool missing = is_missing_text(line[index].text);
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
  const auto file = read_source_file(path);
  NodeTypeTable table;
  table.path_ = file->path;
  const auto error = [&](const SourceLoc& loc, const std::string& message, const std::string& help = {}) -> Diagnostic& {
    return diagnostics.error(loc, "network.bad-node-types", message, help);
  };
  CsvReader reader(file, diagnostics);
  Line header;
  if (!reader.next(header)) {
    error({file, 1, 1, 1}, "the file is empty; expected a line with column names, among them node_type_id");
    return table;
  }
  std::size_t key = header.size();
  std::map<std::string, SourceLoc> names;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i].text == "node_type_id") key = i;
    const auto [first, added] = names.emplace(header[i].text, header[i].loc);
    if (!added) {
      error(header[i].loc, fmt::format("column '{}' stands here twice", printable(header[i].text)))
          .notes.push_back({first->second, "first here"});
    }
  }
  if (key == header.size()) {
    const bool other_separator = file->text.find_first_of(",;\t") < file->text.find('\n');
    error(header.front().loc, "no column is called node_type_id",
          other_separator ? "columns are separated by single spaces" : "");
    return table;
  }
  std::vector<Line> lines;
  for (Line line; reader.next(line);) {
    if (line.size() != header.size()) {
      error(line.front().loc, fmt::format("this line has {} values, but there are {} columns", line.size(), header.size()),
            "values are separated by single spaces; text with spaces stands in double quotes, no value is NULL");
      continue;
    }
    const Literal id = parse_literal(line[key].text);
    if (id.type != Column::Type::integer) {
      error(line[key].loc, fmt::format("node_type_id is an integer, not {}", describe(id)));
      continue;
    }
    table.rows_.emplace(id.integer, lines.size());
    lines.push_back(std::move(line));
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (i != key && !header[i].text.empty()) table.columns_.emplace(header[i].text, make_column(lines, i));
  }
  const auto population = table.columns_.find("population");
  for (auto row = table.rows_.begin(); row != table.rows_.end(); ++row) {
    for (auto next = std::next(row); next != table.rows_.end() && next->first == row->first; ++next) {
      if (population != table.columns_.end() &&
          population->second.values.text_at(row->second) != population->second.values.text_at(next->second)) {
        continue;
      }
      error(lines[next->second][key].loc, fmt::format("node type {} is defined twice", row->first))
          .notes.push_back({lines[row->second][key].loc, "first here"});
      break;
    }
  }
  return table;
}

std::optional<std::size_t> NodeTypeTable::row_of(std::int64_t node_type_id, std::string_view population) const {
  const auto [first, last] = rows_.equal_range(node_type_id);
  if (first == last) return std::nullopt;
  if (std::next(first) == last) return first->second;
  const Column& populations = columns_.at("population").values;
  for (auto row = first; row != last; ++row) {
    if (populations.text_at(row->second) == population) return row->second;
  }
  return std::nullopt;
}

}  // namespace stimgen
