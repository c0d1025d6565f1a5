// Values that are numbers or text by how they are written: those of node properties, and what conditions compare with.
#pragma once

#include "stimgen/recipe.hpp"

namespace stimgen {

enum class LiteralKind : std::uint8_t { integer, real, text };

// "4" is an integer, "4.0" and "1e3" are reals, all else (also "inf", "nan" and numbers beyond a double) is text.
struct LiteralNumber {
  LiteralKind kind = LiteralKind::text;
  std::int64_t integer = 0;  // of an integer
  double real = 0;           // of an integer and a real
};
LiteralNumber parse_literal_number(std::string_view text);

// One text for one value: "4", "4.0", "1000.0"; a text that would read as a number stands in quotes.
// Requires: value.is_scalar().
std::string canonical_literal(const Value& value);

// The text, or in quotes with escapes if it has marks that canonical forms use themselves.
std::string canonical_text(std::string_view text);

}  // namespace stimgen
