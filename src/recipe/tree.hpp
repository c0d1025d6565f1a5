// What the stages of loading do to trees before they become immutable.
#pragma once

#include "stimgen/recipe.hpp"

namespace stimgen {

// Gives a value and all in it one place: that of the alias or variable that stands for it.
void relocate(Value& value, const SourceLoc& loc);
// The value itself and all in it.
std::size_t count_values(const Value& value);
// Removes a member of a mapping and returns it, if it is there.
std::optional<Value::Member> take_member(Value& mapping, std::string_view key);

}  // namespace stimgen
