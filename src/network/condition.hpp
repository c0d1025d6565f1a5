// Conditions on nodes in the syntax of SONATA node sets, evaluated column by column.
#pragma once

#include <cstdint>
#include <vector>

#include "stimgen/network.hpp"

namespace stimgen {

// The operators inside `where`, {layer: {$gt: 4}}, in the order of `Operator` (condition.cpp).
inline constexpr FieldDoc kConditionFields[] = {
    {"$eq", "literal", "", "none", "Equal to", "PN"},
    {"$neq", "literal", "", "none", "Different from", "PN"},
    {"$gt", "literal", "", "none", "Greater than", "4"},
    {"$gte", "literal", "", "none", "Greater than or equal to", "4"},
    {"$lt", "literal", "", "none", "Less than", "4"},
    {"$lte", "literal", "", "none", "Less than or equal to", "4"},
    {"$in", "literals", "", "none", "One of these values", "[PN, PV]"},
    {"$regex", "text", "", "none", "The text contains a match of this regular expression", "^Exc"},
};

// One entry a row, 1 where the node is in.
using NodeMask = std::vector<std::uint8_t>;

NodeSelection rows_in(const NodeMask& mask);

struct ConditionRules {
  // A recipe says what it means: a value that no node has is a mistake. Node-set files serve many populations, there it
  // is none (but a node id that is missing in the very population that the set names is).
  bool every_value_occurs = true;
};

// All members of the mapping hold. A key is a column, `node_id` or `population`; the value is
//   a scalar (equal), a list (equal to one of them; an empty list is no node), or a mapping of operators that all hold:
//   $eq $neq $gt $gte $lt $lte (one value), $in (a list), $regex (found anywhere in the text, as in libsonata, by
//   RE2: in a time linear in the text, without look-aheads and references back).
// Integers and real numbers compare as numbers; text only with text, which in a recipe is written with quotes where it
// looks like a number. $gt … $lte are for numbers, $regex for text. A node without a value fulfils no condition on it.
// Where `population` excludes the population nothing else is looked at, so a set may use columns that others lack.
NodeMask evaluate_condition(const NodePopulation& population, const Value& where, const ConditionRules& rules,
                            Diagnostics& diagnostics);

}  // namespace stimgen
