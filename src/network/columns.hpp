// Building columns: dictionary coding of text, conversion between types, one canonical form.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stimgen/network.hpp"

namespace stimgen {

// Gives every distinct text a code, in order of first appearance.
class TextEncoder {
 public:
  std::uint32_t code_of(std::string_view text);
  std::vector<std::string> take_dictionary();

 private:
  std::deque<std::string> texts_;  // a deque: the keys below point into it
  std::unordered_map<std::string_view, std::uint32_t> codes_;
  std::uint32_t last_code_ = 0;  // neighbours are often equal
};

// The wider of two types: integer < real < text.
Column::Type wider(Column::Type a, Column::Type b);
// The same values as a wider type.
Column widen(Column column, Column::Type type);
// Equal columns become equal bytes: only texts in use, in ascending order; missing values are 0; no `missing` if no
// value is.
void canonicalize(Column& column);

Column integer_column(std::vector<std::int64_t> values);
// NaN is a missing value.
Column real_column(std::vector<double> values);
Column constant_text_column(const std::string& text, std::uint64_t count);

}  // namespace stimgen
