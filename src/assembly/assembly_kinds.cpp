// The table of grouping methods.
#include "assembly/common.hpp"

namespace stimgen {
namespace {

constexpr const AssemblyKind* kKinds[] = {
    &kPropertyAssemblies, &kRandomAssemblies, &kGridAssemblies,
    &kDivideAssemblies,   &kLinkedAssemblies, &kNodesAssemblies,
};

constexpr FieldDoc kCommonFields[] = {
    {"method", "choice:property|random|grid|divide|linked|nodes", "", "", "How the groups are formed.", "property"},
    {"fraction", "fraction", "", "1",
     "The share of its nodes that each group keeps, rounded to the nearest number and drawn at random.", "0.9"},
};

}  // namespace

std::span<const AssemblyKind* const> assembly_kinds() {
  return kKinds;
}

std::span<const FieldDoc> assembly_common_fields() {
  return kCommonFields;
}

}  // namespace stimgen
