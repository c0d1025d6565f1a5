// The table of grouping methods.
#include <array>
#include <string>

#include "assembly/common.hpp"
#include "base/kind_names.hpp"

namespace stimgen {

// Each in a file of its own, which declares it, too.
extern const AssemblyKind kPropertyAssemblies, kRandomAssemblies, kGridAssemblies, kDivideAssemblies, kLinkedAssemblies,
    kNodesAssemblies, kAllAssemblies;

namespace {

constexpr const AssemblyKind* kKinds[] = {
    &kPropertyAssemblies, &kRandomAssemblies, &kGridAssemblies, &kDivideAssemblies,
    &kLinkedAssemblies,   &kNodesAssemblies,  &kAllAssemblies,
};

}  // namespace

std::span<const AssemblyKind* const> assembly_kinds() {
  return kKinds;
}

std::span<const FieldDoc> assembly_common_fields() {
  static const std::string methods = kind_choice(kKinds);
  static const std::array fields{
      FieldDoc{"method", methods, "", "", "How the groups are formed.", "property"},
      FieldDoc{"fraction", "fraction", "", "1",
               "The share of its nodes that each group keeps, rounded to the nearest number and drawn at random.",
               "0.9"},
  };
  return fields;
}

}  // namespace stimgen
