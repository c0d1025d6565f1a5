// Finding members of a value, naming it in messages, and what loading does to trees.
#include <algorithm>

#include <fmt/format.h>

#include "grammar/decimal.hpp"
#include "stimgen/grammar.hpp"

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

void relocate(Value& value, const SourceLoc& loc) {
  value.loc = loc;
  for (Value& item : value.items) relocate(item, loc);
  for (Value::Member& member : value.members) {
    member.key_loc = loc;
    relocate(member.value, loc);
  }
}

std::size_t count_values(const Value& value) {
  std::size_t count = 1;
  for (const Value& item : value.items) count += count_values(item);
  for (const Value::Member& member : value.members) count += count_values(member.value);
  return count;
}

std::optional<Value::Member> take_member(Value& mapping, std::string_view key) {
  const auto found = std::find_if(mapping.members.begin(), mapping.members.end(),
                                  [&](const Value::Member& member) { return member.key == key; });
  if (found == mapping.members.end()) return std::nullopt;
  Value::Member member = std::move(*found);
  mapping.members.erase(found);
  return member;
}

}  // namespace stimgen
