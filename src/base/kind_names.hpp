// Names of the kinds of a table (patterns, grouping methods, processes, distributions), as lists and as the type of a
// key that names one of them.
#pragma once

#include <string>
#include <vector>

namespace stimgen {

template <typename Kinds>
std::vector<std::string> kind_names(const Kinds& kinds) {
  std::vector<std::string> names;
  for (const auto* kind : kinds) names.emplace_back(kind->info.name);
  return names;
}

// FieldDoc::type of such a key: "choice: long | ramp".
template <typename Kinds>
std::string kind_choice(const Kinds& kinds) {
  std::string type = "choice:";
  for (const std::string& name : kind_names(kinds)) type += (type.back() == ':' ? " " : " | ") + name;
  return type;
}

}  // namespace stimgen
