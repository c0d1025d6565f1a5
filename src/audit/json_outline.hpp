// A JSON text read without the members that are not needed.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "audit/entry_json.hpp"

namespace stimgen {

// `keep` is asked for each member that might be kept: how many objects and arrays it lies in (1: a member of the root)
// and its key. Of the same key twice, the last counts. Errors: SortedJson::parse_error.
// (The parser's own callback takes time that grows with the square of the members of an object.)
SortedJson parse_json_outline(const std::string& text, const std::function<bool(std::size_t, std::string_view)>& keep);

}  // namespace stimgen
