// Looks up listed rates node by node.
#include "background/listed_rates.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "base/csv.hpp"

namespace stimgen {
namespace {

// The largest rate a recipe may ask for; the same bound as for written rates.
constexpr double kMaxRateHz = 1e9;

bool usable(double rate_hz) {
  return rate_hz >= 0 && rate_hz <= kMaxRateHz;
}

std::vector<double> from_property(const RateValue& value, const NodePopulation& population, const NodeSelection& rows,
                                  Diagnostics& diagnostics) {
  const auto column = population.column(value.property);
  if (column == nullptr) {
    std::vector<std::string> names;
    for (const ColumnInfo& info : population.columns()) names.push_back(info.name);
    diagnostics.error(value.loc, "network.no-column",
                      fmt::format("population '{}' has no property '{}'", population.name(), value.property),
                      suggest(value.property, names));
    return {};
  }
  if (column->type == Column::Type::text) {
    diagnostics.error(value.loc, "background.values",
                      fmt::format("property '{}' of population '{}' is text, but rates are numbers in Hz",
                                  value.property, population.name()));
    return {};
  }
  std::vector<double> rates_hz;
  rates_hz.reserve(rows.size());
  for (const NodeRow row : rows) {
    const double rate_hz = column->is_missing(row) ? std::numeric_limits<double>::quiet_NaN() : column->number_at(row);
    if (!usable(rate_hz)) {
      diagnostics.error(value.loc, "background.values",
                        fmt::format("node {} of population '{}' has {} {}, but a rate of 0 Hz or more is needed",
                                    population.node_ids()[row], population.name(), value.property,
                                    column->is_missing(row) ? "missing" : column->text_at(row)));
      return {};
    }
    rates_hz.push_back(rate_hz);
  }
  return rates_hz;
}

template <typename Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  return status == std::errc() && end == text.data() + text.size();
}

std::vector<double> from_csv(const RateValue& value, const NodePopulation& population, const NodeSelection& rows,
                             Diagnostics& diagnostics) {
  const CsvTable table = read_csv(value.csv);
  const auto id_column = table.column("node_id");
  const auto rate_column = table.column("rate");
  if (!id_column || !rate_column) {
    diagnostics.error(value.loc, "background.csv",
                      fmt::format("'{}' has the columns {}, but node_id and rate were expected", table.path,
                                  fmt::join(table.header, ", ")));
    return {};
  }
  constexpr double kUnlisted = -1;
  std::vector<double> rate_of_row(population.size(), kUnlisted);
  for (const CsvRow& row : table.rows) {
    NodeId id = 0;
    double rate_hz = 0;
    const auto complain = [&](const std::string& problem) {
      diagnostics.error(value.loc, "background.csv", fmt::format("'{}', line {}: {}", table.path, row.line, problem));
    };
    const std::string& id_text = row.fields[*id_column];
    const std::string& rate_text = row.fields[*rate_column];
    if (!parse_whole(id_text, id)) {
      complain(fmt::format("'{}' is no node id", printable(id_text)));
      return {};
    }
    if (!parse_whole(rate_text, rate_hz) || !usable(rate_hz)) {
      complain(fmt::format("'{}' is no rate in Hz", printable(rate_text)));
      return {};
    }
    const auto node_row = population.row_of(id);
    if (!node_row) {
      complain(fmt::format("population '{}' has no node {}", population.name(), id));
      return {};
    }
    if (rate_of_row[*node_row] != kUnlisted) {
      complain(fmt::format("node {} is listed twice", id));
      return {};
    }
    rate_of_row[*node_row] = rate_hz;
  }
  std::vector<double> rates_hz;
  rates_hz.reserve(rows.size());
  for (const NodeRow row : rows) {
    if (rate_of_row[row] == kUnlisted) {
      diagnostics.error(value.loc, "background.csv",
                        fmt::format("'{}' lists no rate for node {} of population '{}'", table.path,
                                    population.node_ids()[row], population.name()),
                        "add a line for every selected node (rate 0 for silence), or select fewer nodes with 'where'");
      return {};
    }
    rates_hz.push_back(rate_of_row[row]);
  }
  return rates_hz;
}

}  // namespace

std::vector<double> listed_rates_hz(const RateValue& value, const NodePopulation& population, const NodeSelection& rows,
                                    Diagnostics& diagnostics) {
  return value.property.empty() ? from_csv(value, population, rows, diagnostics)
                                : from_property(value, population, rows, diagnostics);
}

}  // namespace stimgen
