// Collecting node sets and resolving compound ones.
#include "network/node_sets.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace stimgen {
namespace {

// Equal as JSON: the order of members does not matter.
bool same(const Value& a, const Value& b) {
  if (a.kind != b.kind || a.quoted != b.quoted || a.text != b.text || a.items.size() != b.items.size() ||
      a.members.size() != b.members.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same(a.items[i], b.items[i])) return false;
  }
  return std::all_of(a.members.begin(), a.members.end(), [&](const Value::Member& member) {
    const Value* other = b.find(member.key);
    return other != nullptr && same(member.value, *other);
  });
}

}  // namespace

void NodeSets::add(const Value& sets, NodeSetOwner owner, Diagnostics& diagnostics) {
  if (!sets.is_mapping()) {
    diagnostics.error(sets.loc, "network.bad-node-set",
                      fmt::format("node sets are a JSON object of names, not {}", describe(sets)));
    return;
  }
  for (const auto& member : sets.members) {
    const Value& rule = member.value;
    if (!rule.is_mapping() && !rule.is_sequence()) {
      diagnostics.error(rule.loc, "network.bad-node-set",
                        fmt::format("node set '{}' is {}, not an object of conditions or a list of other sets",
                                    printable(member.key), describe(rule)));
      continue;
    }
    const auto [first, added] = sets_.emplace(member.key, NodeSet{member.key_loc, rule, owner});
    if (added || same(first->second.rule, rule)) continue;
    NodeSet& held = first->second;
    if (owner == NodeSetOwner::simulation && held.owner == NodeSetOwner::circuit) {
      overridden_.push_back({member.key, member.key_loc, held.loc});
      held = {member.key_loc, rule, owner};
    } else if (owner == NodeSetOwner::circuit && held.owner == NodeSetOwner::simulation) {
      overridden_.push_back({member.key, held.loc, member.key_loc});
    } else {
      diagnostics
          .error(member.key_loc, "network.duplicate-node-set",
                 fmt::format("node set '{}' is defined twice, with different content", printable(member.key)),
                 "rename or remove one of them")
          .notes.push_back({first->second.loc, "first here"});
    }
  }
}

void NodeSets::report_overridden(Diagnostics& diagnostics) const {
  if (overridden_.empty()) return;
  const Overridden& first = overridden_.front();
  const std::size_t more = overridden_.size() - 1;
  diagnostics
      .warning(first.loc, "network.overridden-node-set",
               fmt::format("node set '{}'{} of the simulation {} the place of {} of the circuit that {} the same name",
                           printable(first.name), more == 0 ? "" : fmt::format(" and {} more", more),
                           more == 0 ? "takes" : "take", more == 0 ? "the one" : "those", more == 0 ? "has" : "have"))
      .notes.push_back({first.other_loc, more == 0 ? "it is this one" : "the first of them"});
}

std::string NodeSets::help_for_unknown(const std::string& name) const {
  if (!missing_files_.empty()) {
    return fmt::format("it may be in a node-set file that does not exist: '{}'", fmt::join(missing_files_, "', '"));
  }
  return sets_.empty() ? "the recipe's networks have no node-set files: name one as networks.node_sets"
                       : suggest(name, names());
}

std::vector<std::string> NodeSets::names() const {
  std::vector<std::string> names;
  for (const auto& [name, set] : sets_) names.push_back(name);
  return names;
}

NodeMask NodeSets::select(const NodePopulation& population, const std::string& name, const SourceLoc& loc,
                          Diagnostics& diagnostics) const {
  NodeMask mask(population.size(), 0);
  const auto root = sets_.find(name);
  if (root == sets_.end()) {
    diagnostics.error(loc, "network.unknown-node-set", fmt::format("no node set is called '{}'", printable(name)),
                      help_for_unknown(name));
    return mask;
  }
  // Depth first without recursion; `path` holds the compound sets around the place reached.
  struct Step {
    const std::string* name;
    const NodeSet* set;
    std::size_t next = 0;  // member to look at
  };
  std::set<std::string> done;
  std::vector<Step> path{{&root->first, &root->second}};
  while (!path.empty()) {
    Step& step = path.back();
    const Value& rule = step.set->rule;
    if (rule.is_mapping()) {
      const NodeMask part = evaluate_condition(population, rule, ConditionRules{false}, diagnostics);
      for (NodeRow row = 0; row < mask.size(); ++row) mask[row] |= part[row];
    } else if (step.next < rule.items.size()) {
      const Value& item = rule.items[step.next++];
      const auto found = item.is_scalar() ? sets_.find(item.text) : sets_.end();
      if (found == sets_.end()) {
        diagnostics
            .error(item.loc, "network.unknown-node-set",
                   item.is_scalar() ? fmt::format("no node set is called '{}'", printable(item.text))
                                    : fmt::format("a compound node set lists names, not {}", describe(item)),
                   item.is_scalar() ? help_for_unknown(item.text) : "")
            .notes.push_back({loc, "needed here"});
        continue;
      }
      const auto around =
          std::find_if(path.begin(), path.end(), [&](const Step& each) { return each.name == &found->first; });
      if (around != path.end()) {
        std::vector<std::string> circle;
        for (auto each = around; each != path.end(); ++each) circle.push_back(printable(*each->name));
        circle.push_back(printable(found->first));
        diagnostics
            .error(item.loc, "network.node-set-cycle",
                   fmt::format("node sets contain each other in a circle: {}", fmt::join(circle, " -> ")))
            .notes.push_back({loc, "needed here"});
        return mask;
      }
      if (!done.contains(found->first)) path.push_back({&found->first, &found->second});
      continue;
    }
    done.insert(*step.name);
    path.pop_back();
  }
  return mask;
}

}  // namespace stimgen
