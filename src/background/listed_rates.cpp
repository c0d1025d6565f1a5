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
// A list for another population is wrong throughout.
constexpr std::size_t kMostReported = 10;

bool usable(double rate_hz) {
  return rate_hz >= 0 && rate_hz <= kMaxRateHz;
}

std::vector<double> from_property(const RateValue& value, const NodePopulation& population, const NodeSelection& rows,
                                  Diagnostics& diagnostics) {
  const auto column = find_column(population, value.property, value.loc, diagnostics);
  if (column == nullptr) return {};
  if (column->type == Column::Type::text) {
    diagnostics.error(value.loc, "background.bad-rates-property",
                      fmt::format("property '{}' of population '{}' is text, but rates are numbers in Hz",
                                  value.property, population.name()));
    return {};
  }
  std::vector<double> rates_hz;
  rates_hz.reserve(rows.size());
  std::size_t problems = 0;
  for (const NodeRow row : rows) {
    const double rate_hz = column->is_missing(row) ? std::numeric_limits<double>::quiet_NaN() : column->number_at(row);
    rates_hz.push_back(rate_hz);
    if (usable(rate_hz)) continue;
    diagnostics.error(value.loc, "background.bad-rates-property",
                      fmt::format("node {} of population '{}' has {} {}, but a rate from 0 Hz to 1e9 Hz is needed",
                                  population.node_ids()[row], population.name(), value.property,
                                  column->is_missing(row) ? "missing" : column->text_at(row)));
    if (++problems == kMostReported) break;
  }
  return problems == 0 ? rates_hz : std::vector<double>{};
}

template <typename Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  return status == std::errc() && end == text.data() + text.size();
}

// The rate of every row that the file lists, kUnlisted of the others; empty after an error.
constexpr double kUnlisted = -1;
std::vector<double> read_listed(const RateValue& value, const CsvTable& table, const NodePopulation& population,
                                Diagnostics& diagnostics) {
  const auto id_column = table.column("node_id");
  auto rate_column = table.column("rate");
  if (!rate_column) rate_column = table.column("rate_hz");  // as `stimgen rates` prints it
  if (!id_column || !rate_column) {
    diagnostics.error(value.loc, "csv.columns",
                      fmt::format("'{}' has the columns {}, but node_id and rate (in Hz) were expected", table.path,
                                  fmt::join(table.header, ", ")));
    return {};
  }
  std::vector<double> rate_of_row(population.size(), kUnlisted);
  std::size_t problems = 0;
  for (const CsvRow& row : table.rows) {
    double rate_hz = 0;
    const std::string& id_text = row.fields[*id_column];
    const std::string& rate_text = row.fields[*rate_column];
    std::string problem;
    const std::optional<NodeId> id = whole_number(id_text);
    const auto node_row = id ? population.row_of(*id) : std::nullopt;
    if (!id) {
      problem = fmt::format("'{}' is no node id", printable(id_text));
    } else if (!parse_whole(rate_text, rate_hz) || !usable(rate_hz)) {
      problem = fmt::format("'{}' is no rate in Hz{}", printable(rate_text),
                            rate_text.find("Hz") == std::string::npos ? "" : ": write the number without its unit");
    } else if (!node_row) {
      problem = fmt::format("population '{}' has no node {}", population.name(), *id);
    } else if (rate_of_row[*node_row] != kUnlisted) {
      problem = fmt::format("node {} is listed twice", *id);
    } else {
      rate_of_row[*node_row] = rate_hz;
      continue;
    }
    if (++problems > kMostReported) continue;
    diagnostics.error(value.loc, "background.bad-rates-file",
                      fmt::format("'{}', line {}: {}", table.path, row.line, problem));
  }
  if (problems > kMostReported) {
    diagnostics.error(value.loc, "background.bad-rates-file",
                      fmt::format("'{}': {} more lines are wrong", table.path, problems - kMostReported));
  }
  return problems == 0 ? rate_of_row : std::vector<double>{};
}

std::vector<double> from_csv(const RateValue& value, const NodePopulation& population, const NodeSelection& rows,
                             Diagnostics& diagnostics) {
  std::vector<double> rate_of_row;
  try {
    rate_of_row = read_listed(value, read_csv(value.csv), population, diagnostics);
  } catch (const InputError& error) {
    diagnostics.add(error, value.loc);
  }
  if (rate_of_row.empty()) return {};
  std::vector<double> rates_hz;
  rates_hz.reserve(rows.size());
  for (const NodeRow row : rows) {
    if (rate_of_row[row] == kUnlisted) {
      diagnostics.error(value.loc, "background.bad-rates-file",
                        fmt::format("'{}' lists no rate for node {} of population '{}'", value.csv.string(),
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
