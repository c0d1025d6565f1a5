// YAML bytes to the located tree: the only file that knows yaml-cpp.
#include "recipe/document.hpp"

namespace stimgen {

Value parse_fallback(std::string_view text, const SourceLoc& loc) {
  Value value;
  value.kind = Value::Kind::scalar;
  value.loc = loc;
  value.text = text;
  return value;
}

}  // namespace stimgen
