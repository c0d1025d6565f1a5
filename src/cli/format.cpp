// CSV, tables and numbers for people.
#include "cli/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::cli {

std::string to_text(Json json) {
  return json_text(std::move(json), 2) + "\n";
}

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json spike_json(const std::optional<Spike>& spike) {
  if (!spike) return nullptr;
  return Json{{"node_id", spike->node_id}, {"timestamp_ms", spike->timestamp_ms}};
}

std::string csv_field(std::string_view text) {
  std::string shown = escaped(text);
  const bool plain = shown.find_first_of(",\"") == std::string::npos &&
                     (shown.empty() || (shown.front() != ' ' && shown.back() != ' '));
  if (plain) return shown;
  std::string quoted = "\"";
  for (const char c : shown) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string format_rounded(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  const int before = size < 1 ? 1 : static_cast<int>(std::floor(std::log10(size))) + 1;
  if (size != 0 && (size >= 1e15 || size < 1e-3)) return fmt::format("{:.{}g}", value, digits);
  return fmt::format("{:.{}f}", value, std::max(0, digits - before));
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = escaped(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], utf8_count(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - utf8_count(row[i]), ' ');
      if (i > 0) line += "  ";
      line += columns_[i] == Align::right ? padding + row[i] : row[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace stimgen::cli
