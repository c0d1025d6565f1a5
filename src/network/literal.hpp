// One scalar of a recipe, a node-set file or a CSV cell as integer, real number or text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stimgen/network.hpp"

namespace stimgen {

struct Literal {
  Column::Type type = Column::Type::text;
  std::int64_t integer = 0;  // type integer
  double real = 0;           // type integer and real
  std::string text;          // as written
};

// "4" is an integer, "4.0" and "1e3" are reals, all else (also "inf", "nan" and numbers beyond a double) is text.
Literal parse_literal(std::string_view text);
// The same for a scalar Value, where quotes make text. Requires: value.is_scalar().
Literal literal_of(const Value& value);
// "text 'PN'", "4"
std::string describe(const Literal& literal);

}  // namespace stimgen
