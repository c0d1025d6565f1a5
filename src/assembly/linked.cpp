// `linked`: the groups of another set at the same positions of another population.
#include <algorithm>

#include "assembly/common.hpp"

#include <fmt/format.h>

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {
    {"to", "name", "", "",
     "The assembly set to follow; node k of this population, in order of node id, is where node k of that set's "
     "population "
     "is.",
     "thalamus_groups"},
};

class LinkedGrouping final : public Grouping {
 public:
  explicit LinkedGrouping(SetReference to) : to_(std::move(to)) {}

  std::string needs_set() const override { return to_.name; }

  AssemblySet make(const AssemblyContext& context, const PopulationSelection& selection, Streams&,
                   Diagnostics& diagnostics) const override {
    const AssemblySet* to = context.other(to_.name);
    if (to == nullptr || to->population == nullptr) return {};
    const NodePopulation& population = *selection.population;
    if (population.size() != to->population->size()) {
      diagnostics.error(
          to_.loc, "assembly.sizes-differ",
          fmt::format("population '{}' has {} and cannot follow '{}', which is of population '{}' with {}",
                      printable(population.name()), count_text(population.size(), "node"), printable(to_.name),
                      printable(to->population->name()), count_text(to->population->size(), "node")),
          "linked populations must have the same number of nodes");
      return {};
    }
    // Empty: every node is selected.
    std::vector<bool> selected;
    if (selection.rows.size() != population.size()) {
      selected.resize(population.size(), false);
      for (const NodeRow row : selection.rows) selected[row] = true;
    }
    AssemblySet set;
    set.population = &population;
    const std::vector<NodeId>& their_ids = to->population->node_ids();
    for (const Assembly& group : to->groups) {
      Assembly linked{group.label, {}};
      linked.node_ids.reserve(group.node_ids.size());
      auto place = their_ids.begin();  // both lists ascend
      for (const NodeId id : group.node_ids) {
        place = find_from(place, their_ids.end(), id);
        const auto row = static_cast<NodeRow>(place - their_ids.begin());
        if (selected.empty() || selected[row]) linked.node_ids.push_back(population.node_ids()[row]);
      }
      set.groups.push_back(std::move(linked));
    }
    return set;
  }

 private:
  using Place = std::vector<NodeId>::const_iterator;

  // lower_bound that is quick for ids close ahead.
  static Place find_from(Place begin, Place end, NodeId id) {
    std::ptrdiff_t step = 1;
    while (end - begin > step && *(begin + step) < id) {
      begin += step;
      step *= 2;
    }
    return std::lower_bound(begin, end - begin > step ? begin + step + 1 : end, id);
  }

  SetReference to_;
};

std::unique_ptr<const Grouping> make(Fields& fields) {
  SetReference to{fields.name("to"), fields.loc("to")};
  return std::make_unique<LinkedGrouping>(std::move(to));
}

}  // namespace

extern const AssemblyKind kLinkedAssemblies;
const AssemblyKind kLinkedAssemblies{
    {"linked", "The groups of another set at the same positions in another population of equal size.", 1, kFields},
    make};

}  // namespace stimgen
