// `all`: one group of all selected nodes.
#include "assembly/common.hpp"

namespace stimgen {
namespace {

class AllGrouping final : public Grouping {
 public:
  AssemblySet make(const AssemblyContext&, const PopulationSelection& selection, Streams&,
                   Diagnostics&) const override {
    AssemblySet set;
    set.population = selection.population;
    set.groups.push_back({"all", ids_of_rows(*selection.population, selection.rows)});
    return set;
  }
};

std::unique_ptr<const Grouping> make(Fields&) {
  return std::make_unique<AllGrouping>();
}

}  // namespace

extern const AssemblyKind kAllAssemblies;
const AssemblyKind kAllAssemblies{{"all", "One group of all the selected nodes, called 'all'.", 1, {}}, make};

}  // namespace stimgen
