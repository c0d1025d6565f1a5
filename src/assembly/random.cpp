// `random`: the selected nodes, shuffled and cut into groups of nearly equal size.
#include "assembly/common.hpp"

#include <fmt/format.h>

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {
    {"count", "count", "", "", "How many groups to make; their sizes differ by at most one, the larger ones first.",
     "4"},
};

class RandomGrouping final : public Grouping {
 public:
  RandomGrouping(std::uint64_t count, SourceLoc loc) : count_(count), loc_(std::move(loc)) {}

  AssemblySet make(const AssemblyContext&, const PopulationSelection& selection, Streams& streams,
                   Diagnostics& diagnostics) const override {
    if (count_ > selection.rows.size()) {
      diagnostics.error(loc_, "assembly.too-many-groups",
                        fmt::format("{} nodes cannot be cut into {} groups", selection.rows.size(), count_),
                        fmt::format("ask for at most {}", count_text(selection.rows.size(), "group")));
      return {};
    }
    std::vector<NodeId> ids = ids_of_rows(*selection.population, selection.rows);
    RandomStream stream(streams.key(Purpose::assembly));
    draw_to_front(ids, ids.size(), stream);
    AssemblySet set;
    set.population = selection.population;
    for (auto& run : cut_evenly(ids, static_cast<std::size_t>(count_))) {
      set.groups.push_back({std::to_string(set.groups.size()), std::move(run)});
    }
    return set;
  }

 private:
  std::uint64_t count_;
  SourceLoc loc_;
};

std::unique_ptr<const Grouping> make(Fields& fields) {
  const std::uint64_t count = fields.count("count");
  return std::make_unique<RandomGrouping>(count, fields.loc("count"));
}

}  // namespace

extern const AssemblyKind kRandomAssemblies;
const AssemblyKind kRandomAssemblies{
    {"random", "The selected nodes at random in a number of groups of nearly equal size.", 1, kFields}, make};

}  // namespace stimgen
