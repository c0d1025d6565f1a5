// CSV by libcsv.
#include "base/csv.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/read_to_end.hpp"
#include "base/source_file.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen {
namespace {

struct Collector {
  CsvTable* table;
  std::vector<std::string> fields;
  int line = 1;
  int row_line = 0;  // of the row being read, 0 before its first field
  bool by_spaces = false;
};

// Two spaces in a row are an empty value to BMTK, which writes None so, but a person may line columns up with spaces.
// The header says which: values are as many as its names.
void drop_spaces(std::vector<std::string>& fields, std::size_t wanted) {
  if (fields.size() > wanted) std::erase(fields, std::string());
}

void on_field(void* text, std::size_t length, void* data) {
  auto& collector = *static_cast<Collector*>(data);
  std::string field(static_cast<const char*>(text), length);
  if (collector.row_line == 0) collector.row_line = collector.line;
  collector.line += static_cast<int>(std::count(field.begin(), field.end(), '\n'));
  collector.fields.push_back(std::move(field));
}

void on_row_end(int terminator, void* data) {
  auto& collector = *static_cast<Collector*>(data);
  const auto is_empty = [](const std::string& field) { return field.empty(); };
  // Spreadsheets write rows of separators alone behind the last one.
  const bool blank = std::all_of(collector.fields.begin(), collector.fields.end(), is_empty);
  if (!blank) {
    auto& header = collector.table->header;
    if (collector.by_spaces) drop_spaces(collector.fields, header.size());
    if (header.empty()) {
      header = std::move(collector.fields);
    } else {
      collector.table->rows.push_back({collector.row_line, std::move(collector.fields)});
    }
  }
  collector.fields.clear();
  collector.row_line = 0;
  if (terminator == '\n') ++collector.line;
}

// Any number of \r before a \n, or a \r alone, becomes \n, but for those inside quotes.
void unify_line_ends(std::string& text) {
  if (text.find('\r') == std::string::npos) return;
  std::string unified;
  unified.reserve(text.size());
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] != '\r' || quoted) {
      unified += text[at];
      continue;
    }
    const std::size_t end = text.find_first_not_of('\r', at);
    if (end == std::string::npos || text[end] != '\n') unified += '\n';
    if (end != std::string::npos && text[end] == '\n') at = end - 1;
  }
  text = std::move(unified);
}

// Other files that go by the name of a CSV file.
void refuse_other_formats(const std::string& text, const std::string& path) {
  const char* what = nullptr;
  if (text.starts_with("PK\x03\x04")) {
    what = "an Excel workbook or another ZIP archive";
  } else if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    what = "UTF-16 text";
  } else if (text.find('\0') != std::string::npos) {
    what = "UTF-16 without its mark, or no text";  // whose letters have zeros between them
  }
  if (what == nullptr) return;
  throw InputError("recipe.encoding", fmt::format("'{}' is {}, not CSV in UTF-8", printable(path), what),
                   "save it as CSV UTF-8");
}

// A table whose columns are parted by another sign reads as one of one column.
void refuse_other_separators(const CsvTable& table) {
  if (table.header.size() != 1) return;
  for (const auto& [sign, name] : {std::pair(';', "';'"), {'\t', "tabs"}}) {
    if (table.header.front().find(sign) == std::string::npos) continue;
    throw InputError("csv.columns", fmt::format("the columns of '{}' are separated by {}", printable(table.path), name),
                     "save it with commas");
  }
}

}  // namespace

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::string_view whole = text;
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    if (text.find_first_not_of('0', point + 1) != std::string_view::npos) return std::nullopt;
    whole = text.substr(0, point);
  }
  std::uint64_t number = 0;
  const auto [end, status] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (status != std::errc() || end != whole.data() + whole.size()) return std::nullopt;
  return number;
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto it = std::find(header.begin(), header.end(), name);
  if (it == header.end()) return std::nullopt;
  if (std::find(it + 1, header.end(), name) != header.end()) {
    throw InputError("csv.double-column",
                     fmt::format("'{}' has two columns '{}'", printable(path), printable(name, 60)), "remove one");
  }
  return static_cast<std::size_t>(it - header.begin());
}

CsvTable read_csv(const std::filesystem::path& path, char delimiter) {
  CsvTable table;
  table.path = path.string();
  if (const std::string problem = ordinary_file_problem(path); !problem.empty()) {
    throw InputError("file.unreadable", problem);
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw InputError("file.unreadable", fmt::format("cannot read '{}': {}", table.path, std::strerror(errno)));
  }
  std::string text = read_to_end(in);
  if (in.bad()) throw InputError("file.unreadable", fmt::format("cannot read '{}'", table.path));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  refuse_other_formats(text, table.path);
  unify_line_ends(text);
  auto source = std::make_shared<SourceFile>();
  source->path = table.path;
  source->directory = path.parent_path().string();
  source->text = text;
  table.source = std::move(source);
  if (delimiter == ' ') std::replace(text.begin(), text.end(), '\t', ' ');

  csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) {
    throw EnvironmentError("system.no-memory", fmt::format("cannot read '{}': out of memory", table.path));
  }
  Collector collector{&table, {}, 1, 0, delimiter == ' '};
  csv_set_delim(&parser, static_cast<unsigned char>(delimiter));
  if (delimiter == ' ') csv_set_space_func(&parser, [](unsigned char) { return 0; });
  const std::size_t parsed = csv_parse(&parser, text.data(), text.size(), on_field, on_row_end, &collector);
  const bool whole = parsed == text.size() && csv_fini(&parser, on_field, on_row_end, &collector) == 0;
  csv_free(&parser);
  if (!whole) {
    throw InputError("csv.quotes",
                     fmt::format("'{}', line {}: a quoted value is not closed or is followed by other text", table.path,
                                 collector.line));
  }
  if (table.header.empty()) {
    throw InputError("csv.empty",
                     fmt::format("'{}' is empty: a header line with the column names was expected", table.path));
  }
  if (delimiter == ',') refuse_other_separators(table);
  for (const CsvRow& row : table.rows) {
    if (row.fields.size() == table.header.size()) continue;
    throw InputError("csv.row-length", fmt::format("'{}', line {}: {} values, but the header has {} columns",
                                                   table.path, row.line, row.fields.size(), table.header.size()));
  }
  return table;
}

}  // namespace stimgen
