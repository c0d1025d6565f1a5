// `property`: one group for each value of a node property.
#include <algorithm>
#include <limits>
#include <numeric>

#include "assembly/common.hpp"

#include <fmt/format.h>

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {
    {"property", "text", "", "", "The node property whose values make the groups; nodes without a value are left out.",
     "pulse_group_id"},
};

constexpr std::uint32_t kNoValue = std::numeric_limits<std::uint32_t>::max();

// Every selected row as an index into the distinct values, which ascend.
struct CodedRows {
  std::vector<std::uint32_t> codes;  // kNoValue: left out
  std::vector<std::string> labels;
};

// Distinct numbers in ascending order, and for each row its place among them.
template <typename Number>
CodedRows code_numbers(const std::vector<Number>& values, const Column& column, const NodeSelection& rows) {
  std::vector<std::pair<Number, NodeRow>> distinct;  // a value and one row that has it
  for (const NodeRow row : rows) {
    if (column.is_missing(row)) continue;
    if (distinct.empty() || distinct.back().first != values[row]) distinct.emplace_back(values[row], row);
    // Long runs of values in changing order are thinned as they grow.
    if (distinct.size() == distinct.capacity()) {
      std::sort(distinct.begin(), distinct.end());
      const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
      distinct.erase(std::unique(distinct.begin(), distinct.end(), same), distinct.end());
      distinct.reserve(std::max<std::size_t>(1024, 2 * distinct.size()));
    }
  }
  std::sort(distinct.begin(), distinct.end());
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  distinct.erase(std::unique(distinct.begin(), distinct.end(), same), distinct.end());

  CodedRows coded;
  for (const auto& [value, row] : distinct) coded.labels.push_back(column.text_at(row));
  coded.codes.reserve(rows.size());
  std::size_t last = 0;  // neighbours often share a value
  for (const NodeRow row : rows) {
    if (column.is_missing(row)) {
      coded.codes.push_back(kNoValue);
      continue;
    }
    if (distinct[last].first != values[row]) {
      const auto place = std::lower_bound(distinct.begin(), distinct.end(), values[row],
                                          [](const auto& entry, const Number& value) { return entry.first < value; });
      last = static_cast<std::size_t>(place - distinct.begin());
    }
    coded.codes.push_back(static_cast<std::uint32_t>(last));
  }
  return coded;
}

CodedRows code_texts(const Column& column, const NodeSelection& rows) {
  std::vector<std::uint8_t> used(column.dictionary.size(), 0);
  for (const NodeRow row : rows) {
    if (!column.is_missing(row)) used[column.codes[row]] = 1;
  }
  std::vector<std::uint32_t> order;  // of the dictionary entries that occur
  for (std::uint32_t code = 0; code < used.size(); ++code) {
    if (used[code] != 0) order.push_back(code);
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    return label_less(column.dictionary[left], column.dictionary[right]);
  });
  CodedRows coded;
  std::vector<std::uint32_t> place(column.dictionary.size(), kNoValue);
  for (const std::uint32_t code : order) {
    // A dictionary may hold a text twice; equal texts are neighbours here.
    if (coded.labels.empty() || coded.labels.back() != column.dictionary[code]) {
      coded.labels.push_back(column.dictionary[code]);
    }
    place[code] = static_cast<std::uint32_t>(coded.labels.size() - 1);
  }
  coded.codes.reserve(rows.size());
  for (const NodeRow row : rows) coded.codes.push_back(column.is_missing(row) ? kNoValue : place[column.codes[row]]);
  return coded;
}

CodedRows code_rows(const Column& column, const NodeSelection& rows) {
  switch (column.type) {
    case Column::Type::integer:
      return code_numbers(column.integers, column, rows);
    case Column::Type::real:
      return code_numbers(column.reals, column, rows);
    case Column::Type::text:
      break;
  }
  return code_texts(column, rows);
}

class PropertyGrouping final : public Grouping {
 public:
  PropertyGrouping(std::string property, SourceLoc loc) : property_(std::move(property)), loc_(std::move(loc)) {}

  AssemblySet make(const AssemblyContext&, const PopulationSelection& selection, Streams&,
                   Diagnostics& diagnostics) const override {
    const NodePopulation& population = *selection.population;
    const auto column = find_column(population, property_, loc_, diagnostics);
    if (column == nullptr) return {};
    const CodedRows coded = code_rows(*column, selection.rows);
    if (coded.labels.empty()) {
      diagnostics.error(loc_, "assembly.no-values",
                        fmt::format("no selected node of population '{}' has a value of '{}'",
                                    printable(population.name()), printable(property_)));
      return {};
    }
    std::vector<std::uint64_t> sizes(coded.labels.size(), 0);
    for (const std::uint32_t code : coded.codes) {
      if (code != kNoValue) ++sizes[code];
    }
    AssemblySet set;
    set.population = &population;
    for (std::size_t i = 0; i < coded.labels.size(); ++i) {
      set.groups.push_back({coded.labels[i], {}});
      set.groups.back().node_ids.reserve(sizes[i]);
    }
    const std::vector<NodeId>& ids = population.node_ids();
    for (std::size_t i = 0; i < coded.codes.size(); ++i) {
      if (coded.codes[i] != kNoValue) set.groups[coded.codes[i]].node_ids.push_back(ids[selection.rows[i]]);
    }
    return set;
  }

 private:
  std::string property_;
  SourceLoc loc_;
};

std::unique_ptr<const Grouping> make(Fields& fields) {
  std::string property = fields.text("property");
  return std::make_unique<PropertyGrouping>(std::move(property), fields.loc("property"));
}

}  // namespace

extern const AssemblyKind kPropertyAssemblies;
const AssemblyKind kPropertyAssemblies{
    {"property", "One group for each value of a node property, in ascending order.", 1, kFields}, make};

}  // namespace stimgen
