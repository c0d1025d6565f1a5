// `divide`: each group of another set cut at random into parts.
#include "assembly/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {
    {"of", "name", "", "", "The assembly set whose groups are cut.", "thalamus_groups"},
    {"into", "count", "", "none",
     "Into how many parts each group is cut; the new groups take the originals in turn: a part of each, then another "
     "of each.",
     "2"},
    {"sequence", "integers", "", "none",
     "For each new group the number, from 0, of the original that it is a part of; instead of 'into'.",
     "[1, 0, 2, 2, 1]"},
};

struct SequenceItem {
  std::int64_t original = 0;
  SourceLoc loc;
};

class DivideGrouping final : public Grouping {
 public:
  DivideGrouping(SetReference of, std::uint64_t into, std::vector<SequenceItem> sequence, SourceLoc loc)
      : of_(std::move(of)), into_(into), sequence_(std::move(sequence)), loc_(std::move(loc)) {}

  std::string needs_set() const override { return of_.name; }

  AssemblySet make(const AssemblyContext& context, const PopulationSelection& selection, Streams& streams,
                   Diagnostics& diagnostics) const override {
    const AssemblySet* whole = context.other(of_.name);
    if (whole == nullptr || whole->population == nullptr) return {};
    if (whole->population != selection.population) {
      diagnostics.error(of_.loc, "assembly.other-population",
                        fmt::format("set '{}' is of population '{}', not of '{}'", printable(of_.name),
                                    printable(whole->population->name()), printable(selection.population->name())),
                        "leave 'population' out: it is that of the set");
      return {};
    }
    const bool all_selected = selection.rows.size() == whole->population->size();
    const AssemblySet kept = all_selected ? *whole : selected_of(*whole, selection);
    const AssemblySet* of = &kept;
    const std::size_t originals = of->groups.size();
    const std::vector<std::size_t> sources = originals_in_order(*of, all_selected, diagnostics);
    std::vector<std::size_t> part_counts(originals, 0);
    for (const std::size_t original : sources) ++part_counts[original];

    const StreamKey key = streams.key(Purpose::assembly);
    std::vector<std::vector<std::vector<NodeId>>> parts(originals);
    bool fine = !sources.empty();
    for (std::size_t original = 0; original < originals; ++original) {
      const Assembly& group = of->groups[original];
      if (part_counts[original] == 0) continue;
      if (part_counts[original] > group.node_ids.size()) {
        too_few_nodes(group, part_counts[original], all_selected, diagnostics);
        fine = false;
        continue;
      }
      std::vector<NodeId> ids = group.node_ids;
      RandomStream stream(key, original);
      draw_to_front(ids, ids.size(), stream);
      parts[original] = cut_evenly(ids, part_counts[original]);
    }
    if (!fine) return {};

    AssemblySet set;
    set.population = of->population;
    std::vector<std::size_t> taken(originals, 0);
    for (const std::size_t original : sources) {
      const std::size_t part = taken[original]++;
      set.groups.push_back({fmt::format("{}/{}", of->groups[original].label, part), std::move(parts[original][part])});
    }
    return set;
  }

 private:
  // The groups with the nodes that the selection keeps.
  static AssemblySet selected_of(const AssemblySet& whole, const PopulationSelection& selection) {
    AssemblySet kept = whole;
    const std::vector<NodeId> selected = ids_of_rows(*whole.population, selection.rows);  // ascending, as rows are
    for (Assembly& group : kept.groups) {
      std::erase_if(group.node_ids,
                    [&](NodeId id) { return !std::binary_search(selected.begin(), selected.end(), id); });
    }
    return kept;
  }

  void too_few_nodes(const Assembly& group, std::uint64_t parts, bool all_selected, Diagnostics& diagnostics) const {
    diagnostics.error(loc_, "assembly.too-many-groups",
                      fmt::format("group '{}' of '{}' has {} and cannot be cut into {} parts", printable(group.label),
                                  printable(of_.name),
                                  count_text(group.node_ids.size(), all_selected ? "node" : "selected node"), parts));
  }

  // For each new group its original; empty after an error.
  std::vector<std::size_t> originals_in_order(const AssemblySet& of, bool all_selected,
                                              Diagnostics& diagnostics) const {
    const std::size_t originals = of.groups.size();
    std::vector<std::size_t> sources;
    if (sequence_.empty()) {
      for (const Assembly& group : of.groups) {
        // Before the parts are listed: `into` may be any number.
        if (into_ > group.node_ids.size()) {
          too_few_nodes(group, into_, all_selected, diagnostics);
          return {};
        }
      }
      for (std::uint64_t part = 0; part < into_; ++part) {
        for (std::size_t original = 0; original < originals; ++original) sources.push_back(original);
      }
      return sources;
    }
    std::vector<bool> used(originals, false);
    bool fine = true;
    for (const SequenceItem& item : sequence_) {
      if (item.original < 0 || static_cast<std::uint64_t>(item.original) >= originals) {
        diagnostics.error(item.loc, "assembly.no-such-group",
                          fmt::format("set '{}' has no group {}", printable(of_.name), item.original),
                          fmt::format("it has {}, numbered from 0", count_text(originals, "group")));
        fine = false;
        continue;
      }
      sources.push_back(static_cast<std::size_t>(item.original));
      used[sources.back()] = true;
    }
    if (!fine) return {};
    for (std::size_t original = 0; original < originals; ++original) {
      if (used[original]) continue;
      diagnostics.warning(loc_, "assembly.group-left-out",
                          fmt::format("group {} ('{}') of set '{}' is not in 'sequence': its nodes are in no new group",
                                      original, printable(of.groups[original].label), printable(of_.name)));
    }
    return sources;
  }

  SetReference of_;
  std::uint64_t into_;
  std::vector<SequenceItem> sequence_;
  SourceLoc loc_;
};

std::vector<SequenceItem> read_sequence(Fields& fields) {
  const Value* value = fields.value("sequence");
  const auto originals = fields.integers("sequence");
  if (value == nullptr) return {};
  if (value->is_sequence() && value->items.empty()) {
    fields.error("sequence", "assembly.no-groups", "'sequence' lists no group");
  }
  const bool list = value->is_sequence() && originals.size() == value->items.size();
  std::vector<SequenceItem> sequence;
  for (std::size_t i = 0; i < originals.size(); ++i) {
    sequence.push_back({originals[i], list ? value->items[i].loc : value->loc});
  }
  return sequence;
}

std::unique_ptr<const Grouping> make(Fields& fields) {
  SetReference of{fields.name("of"), fields.loc("of")};
  const auto into = fields.optional_count("into");
  auto sequence = read_sequence(fields);
  const bool has_into = fields.has("into");
  const bool has_sequence = fields.has("sequence");
  if (has_into && has_sequence) {
    Diagnostic& error =
        fields.error("sequence", "recipe.two-ways", "'sequence' and 'into' exclude each other", "remove one");
    error.notes.push_back({fields.loc("into"), "'into' is here"});
  } else if (!has_into && !has_sequence) {
    fields.diagnostics().error(fields.loc(), "recipe.missing-key", fields.owner() + " needs 'into' or 'sequence'",
                               "write 'into: 2' to halve each group");
  }
  return std::make_unique<DivideGrouping>(std::move(of), into.value_or(1), std::move(sequence),
                                          fields.loc(has_sequence ? "sequence" : "into"));
}

}  // namespace

extern const AssemblyKind kDivideAssemblies;
const AssemblyKind kDivideAssemblies{
    {"divide", "Each group of another set cut at random into parts of nearly equal size.", 1, kFields}, make, true};

}  // namespace stimgen
