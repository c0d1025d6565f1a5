// Finding members of a value and naming it in messages.
#include <fmt/format.h>

#include "recipe/decimal.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {

const Value::Member* Value::find_member(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

const Value* Value::find(std::string_view key) const {
  const Member* member = find_member(key);
  return member == nullptr ? nullptr : &member->value;
}

std::string describe(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null:
      return "nothing";
    case Value::Kind::sequence:
      return "a list";
    case Value::Kind::mapping:
      return "a mapping";
    case Value::Kind::scalar:
      break;
  }
  std::string_view rest = value.text;
  const bool number = !value.quoted && take_decimal(rest) && rest.empty();
  return number ? fmt::format("the number {}", printable(value.text, 60))
                : fmt::format("the text '{}'", printable(value.text, 60));
}

}  // namespace stimgen
