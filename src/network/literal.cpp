// Telling integers, real numbers and text apart.
#include "network/literal.hpp"

#include <charconv>
#include <cmath>

namespace stimgen {

Literal parse_literal(std::string_view text) {
  Literal literal;
  literal.text = std::string(text);
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.find_first_of("0123456789") == std::string_view::npos || digits.starts_with("+")) return literal;
  const char* const end = digits.data() + digits.size();
  if (const auto [rest, error] = std::from_chars(digits.data(), end, literal.integer);
      error == std::errc{} && rest == end) {
    literal.type = Column::Type::integer;
    literal.real = static_cast<double>(literal.integer);
    return literal;
  }
  literal.integer = 0;
  double real = 0;
  if (const auto [rest, error] = std::from_chars(digits.data(), end, real);
      error == std::errc{} && rest == end && std::isfinite(real)) {
    literal.type = Column::Type::real;
    literal.real = real;
  }
  return literal;
}

Literal literal_of(const Value& value) {
  if (!value.quoted) return parse_literal(value.text);
  Literal literal;
  literal.text = value.text;
  return literal;
}

std::string describe(const Literal& literal) {
  if (literal.type == Column::Type::text) return "text '" + printable(literal.text) + "'";
  return printable(literal.text);
}

}  // namespace stimgen
