// Column values, their text and numbers, and how columns are built.
#include "network/columns.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace stimgen {

std::size_t Column::size() const {
  switch (type) {
    case Type::integer:
      return integers.size();
    case Type::real:
      return reals.size();
    case Type::text:
      return codes.size();
  }
  return 0;
}

std::string Column::text_at(NodeRow row) const {
  if (is_missing(row)) return {};
  switch (type) {
    case Type::integer:
      return std::to_string(integers[row]);
    case Type::real:
      return format_number(reals[row]);
    case Type::text:
      return dictionary[codes[row]];
  }
  return {};
}

double Column::number_at(NodeRow row) const {
  if (type == Type::text) throw std::logic_error("a text column has no numbers");
  return type == Type::integer ? static_cast<double>(integers[row]) : reals[row];
}

std::string_view type_name(Column::Type type) {
  switch (type) {
    case Column::Type::integer:
      return "integer";
    case Column::Type::real:
      return "real";
    case Column::Type::text:
      return "text";
  }
  return "";
}

std::uint32_t TextEncoder::code_of(std::string_view text) {
  if (last_code_ < texts_.size() && texts_[last_code_] == text) return last_code_;
  const auto found = codes_.find(text);
  if (found != codes_.end()) return last_code_ = found->second;
  if (texts_.size() >= 0xFFFFFFFFU) throw std::length_error("more than 2^32 different texts in one column");
  last_code_ = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  codes_.emplace(texts_.back(), last_code_);
  return last_code_;
}

std::vector<std::string> TextEncoder::take_dictionary() {
  codes_.clear();
  std::vector<std::string> dictionary(std::make_move_iterator(texts_.begin()), std::make_move_iterator(texts_.end()));
  texts_.clear();
  return dictionary;
}

Column::Type wider(Column::Type a, Column::Type b) {
  return std::max(a, b);
}

Column widen(Column column, Column::Type type) {
  if (column.type == type) return column;
  Column result;
  result.type = type;
  const std::size_t count = column.size();
  if (type == Column::Type::real) {
    result.reals.resize(count);
    std::transform(column.integers.begin(), column.integers.end(), result.reals.begin(),
                   [](std::int64_t value) { return static_cast<double>(value); });
  } else {
    TextEncoder encoder;
    result.codes.resize(count);
    for (NodeRow row = 0; row < count; ++row) result.codes[row] = encoder.code_of(column.text_at(row));
    result.dictionary = encoder.take_dictionary();
  }
  result.missing = std::move(column.missing);
  return result;
}

void canonicalize(Column& column) {
  const std::size_t count = column.size();
  if (std::find(column.missing.begin(), column.missing.end(), 1) == column.missing.end()) {
    column.missing.clear();
    column.missing.shrink_to_fit();
  }
  if (column.type != Column::Type::text) {
    for (NodeRow row = 0; row < column.missing.size(); ++row) {
      if (column.missing[row] == 0) continue;
      if (column.type == Column::Type::integer) column.integers[row] = 0;
      if (column.type == Column::Type::real) column.reals[row] = 0;
    }
    return;
  }
  std::vector<std::uint8_t> used(column.dictionary.size(), 0);
  for (NodeRow row = 0; row < count; ++row) {
    if (!column.is_missing(row)) used[column.codes[row]] = 1;
  }
  std::vector<std::uint32_t> order;
  for (std::uint32_t code = 0; code < used.size(); ++code) {
    if (used[code] != 0) order.push_back(code);
  }
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return column.dictionary[a] < column.dictionary[b]; });
  std::vector<std::uint32_t> renamed(column.dictionary.size(), 0);
  std::vector<std::string> dictionary;
  for (const std::uint32_t code : order) {
    // Two codes of an enumeration may have one text.
    if (dictionary.empty() || dictionary.back() != column.dictionary[code]) {
      dictionary.push_back(column.dictionary[code]);
    }
    renamed[code] = static_cast<std::uint32_t>(dictionary.size() - 1);
  }
  for (NodeRow row = 0; row < count; ++row) {
    column.codes[row] = column.is_missing(row) ? 0 : renamed[column.codes[row]];
  }
  column.dictionary = std::move(dictionary);
}

Column integer_column(std::vector<std::int64_t> values) {
  Column column;
  column.type = Column::Type::integer;
  column.integers = std::move(values);
  return column;
}

Column real_column(std::vector<double> values) {
  Column column;
  column.type = Column::Type::real;
  column.reals = std::move(values);
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (std::any_of(column.reals.begin(), column.reals.end(), is_nan)) {
    column.missing.resize(column.reals.size());
    std::transform(column.reals.begin(), column.reals.end(), column.missing.begin(),
                   [](double value) { return static_cast<std::uint8_t>(std::isnan(value)); });
  }
  return column;
}

Column constant_text_column(const std::string& text, std::uint64_t count) {
  Column column;
  column.type = Column::Type::text;
  column.codes.assign(count, 0);
  if (count != 0) column.dictionary = {text};
  return column;
}

}  // namespace stimgen
