// Small steps that several grouping methods take.
#include "assembly/common.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace stimgen {
namespace {

std::optional<double> whole_text_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, value);
  if (status != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::vector<NodeId>> cut_evenly(const std::vector<NodeId>& items, std::size_t count) {
  const std::size_t size = items.size() / count;
  const std::size_t longer = items.size() % count;
  std::vector<std::vector<NodeId>> runs;
  runs.reserve(count);
  auto begin = items.begin();
  for (std::size_t i = 0; i < count; ++i) {
    const auto end = begin + static_cast<std::ptrdiff_t>(size + (i < longer ? 1 : 0));
    runs.emplace_back(begin, end);
    std::sort(runs.back().begin(), runs.back().end());
    begin = end;
  }
  return runs;
}

std::vector<NodeId> ids_of_rows(const NodePopulation& population, const NodeSelection& rows) {
  const std::vector<NodeId>& all = population.node_ids();
  std::vector<NodeId> ids;
  ids.reserve(rows.size());
  for (const NodeRow row : rows) ids.push_back(all[row]);
  return ids;
}

bool label_less(std::string_view left, std::string_view right) {
  const auto left_number = whole_text_number(left);
  const auto right_number = whole_text_number(right);
  if (left_number && right_number && *left_number != *right_number) return *left_number < *right_number;
  if (left_number.has_value() != right_number.has_value()) return left_number.has_value();
  return left < right;
}

std::string list_some(const std::vector<NodeId>& ids) {
  constexpr std::size_t kShown = 5;
  const std::vector<NodeId> shown(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, ids.size())));
  return fmt::format("{}{}", fmt::join(shown, ", "), ids.size() > kShown ? ", …" : "");
}

std::string count_text(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace stimgen
