// Telling integers, real numbers and text apart.
#include "network/literal.hpp"

namespace stimgen {

Literal parse_literal(std::string_view text) {
  const LiteralNumber number = parse_literal_number(text);
  Literal literal{Column::Type::text, number.integer, number.real, std::string(text)};
  if (number.kind == LiteralKind::integer) literal.type = Column::Type::integer;
  if (number.kind == LiteralKind::real) literal.type = Column::Type::real;
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
