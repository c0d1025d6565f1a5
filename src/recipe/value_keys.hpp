// Keys inside the values of recipe keys: `mean` of a rate, `at` of a point, `$gt` of a condition.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stimgen {

struct ValueKey {
  std::string name;     // "mean"
  std::string meaning;  // "Mean of the resulting rates; a bare number is Hz"
  std::string type;     // "rate"; empty if the value has a form of its own
};

// Those of the values of a type, and inside them, each name once. The type's JSON Schema is where they are declared.
std::vector<ValueKey> value_keys(std::string_view type);

}  // namespace stimgen
