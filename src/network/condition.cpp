// Evaluating node-set conditions: each becomes a test a dictionary entry (text) or a value (numbers).
#include "network/condition.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>

#include "network/literal.hpp"

namespace stimgen {
namespace {

// In the order of kConditionFields.
enum class Operator : std::uint8_t { eq, neq, gt, gte, lt, lte, in, regex };
static_assert(kConditionFields[static_cast<std::size_t>(Operator::gt)].name == "$gt" &&
              kConditionFields[static_cast<std::size_t>(Operator::regex)].name == "$regex");

// A number to compare with; exact for integers where the column has integers.
struct Number {
  bool is_integer;
  std::int64_t integer;
  double real;
};

Number number_of(const Literal& literal) {
  Number number{literal.type == Column::Type::integer, literal.integer, literal.real};
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (!number.is_integer && std::floor(number.real) == number.real && number.real >= -kLimit && number.real < kLimit) {
    number.is_integer = true;  // 4.0 is 4
    number.integer = static_cast<std::int64_t>(number.real);
  }
  return number;
}

int compare(std::int64_t value, const Number& number) {
  if (number.is_integer) return value < number.integer ? -1 : value > number.integer ? 1 : 0;
  // Not a whole number or beyond int64: rounding of `value` cannot cross it.
  return static_cast<double>(value) < number.real ? -1 : 1;
}
int compare(double value, const Number& number) {
  return value < number.real ? -1 : value > number.real ? 1 : 0;
}

bool holds(Operator op, int order) {
  switch (op) {
    case Operator::eq:
    case Operator::in:
      return order == 0;
    case Operator::neq:
      return order != 0;
    case Operator::gt:
      return order > 0;
    case Operator::gte:
      return order >= 0;
    case Operator::lt:
      return order < 0;
    case Operator::lte:
      return order <= 0;
    case Operator::regex:
      break;
  }
  return false;
}

class Evaluation {
 public:
  Evaluation(const NodePopulation& population, const ConditionRules& rules, Diagnostics& diagnostics)
      : population_(population), rules_(rules), diagnostics_(diagnostics) {}

  NodeMask run(const Value& where) {
    NodeMask mask(population_.size(), 1);
    if (where.is_null()) return mask;
    if (!where.is_mapping()) {
      error(where.loc, "network.bad-condition",
            fmt::format("a condition is a mapping of columns to values, not {}", describe(where)),
            "write it as {column: value}");
      return NodeMask(population_.size(), 0);
    }
    if (const auto* member = where.find_member("population")) {
      apply(*member, mask);
      if (std::find(mask.begin(), mask.end(), 1) == mask.end()) return mask;
      names_population_ = true;
    }
    for (const auto& member : where.members) {
      if (member.key != "population") apply(member, mask);
    }
    return mask;
  }

 private:
  void error(const SourceLoc& loc, ErrorCode code, const std::string& message, const std::string& help = {}) {
    diagnostics_.error(loc, code, message, help);
  }

  void apply(const Value::Member& member, NodeMask& mask) {
    const auto column = find_column(population_, member.key, member.key_loc, diagnostics_);
    if (!column) return;
    column_ = column.get();
    name_ = member.key;
    const Value& value = member.value;
    if (value.is_mapping()) {
      if (value.members.empty()) error(value.loc, "network.bad-condition", "expected an operator such as $gt");
      for (const auto& each : value.members) apply_operator(each, mask);
    } else if (value.is_null()) {
      error(member.key_loc, "network.bad-condition", fmt::format("'{}' has nothing to compare with", printable(name_)));
    } else {
      keep_equal(value, value.is_sequence() ? Operator::in : Operator::eq, mask);
    }
  }

  void apply_operator(const Value::Member& member, NodeMask& mask) {
    const auto* const found = std::find_if(std::begin(kConditionFields), std::end(kConditionFields),
                                           [&](const FieldDoc& each) { return each.name == member.key; });
    if (found == std::end(kConditionFields)) {
      report_unknown_operator(member);
      return;
    }
    const auto op = static_cast<Operator>(found - std::begin(kConditionFields));
    const Value& value = member.value;
    if (op == Operator::in ? !value.is_sequence() : !value.is_scalar()) {
      error(
          value.is_null() ? member.key_loc : value.loc, "network.bad-condition",
          fmt::format("{} takes {}, not {}", member.key, op == Operator::in ? "a list" : "one value", describe(value)));
      return;
    }
    if (op == Operator::regex) {
      keep_matching(value, mask);
    } else if (op == Operator::eq || op == Operator::neq || op == Operator::in) {
      keep_equal(value, op, mask);
    } else {
      if (column_->type == Column::Type::text) {
        error(member.key_loc, "network.wrong-type",
              fmt::format("{} compares numbers, but column '{}' is text", member.key, printable(name_)),
              "for text there are $eq, $neq, $in and $regex");
        return;
      }
      if (const auto literal = comparable(value)) {
        const Number number = number_of(*literal);
        keep_numbers(mask, [&](auto x) { return holds(op, compare(x, number)); });
      }
    }
  }

  // What other languages call an operator is told what it is here; a name near it could drop a border.
  void report_unknown_operator(const Value::Member& member) {
    constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
        {"$ge", "$gte"}, {"$le", "$lte"}, {"$ne", "$neq"}, {">", "$gt"},   {">=", "$gte"},  {"<", "$lt"},
        {"<=", "$lte"},  {"==", "$eq"},   {"=", "$eq"},    {"!=", "$neq"}, {"$nin", "$neq"}};
    std::vector<std::string> names;
    for (const FieldDoc& each : kConditionFields) names.emplace_back(each.name);
    std::string help = suggest(member.key, names);
    for (const auto& [other, own] : kElsewhere) {
      if (member.key == other || "$" + member.key == other || "$" + member.key == own)
        help = fmt::format("write {}", own);
    }
    error(member.key_loc, "network.unknown-operator", fmt::format("no operator is called '{}'", printable(member.key)),
          help);
  }

  // ">2" as a text: the operator to write; empty if it is none.
  std::string as_operator(const std::string& text) const {
    constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
        {">=", "$gte"}, {"<=", "$lte"}, {"!=", "$neq"}, {"==", "$eq"}, {">", "$gt"}, {"<", "$lt"}, {"=", "$eq"}};
    for (const auto& [sign, own] : kSigns) {
      if (!text.starts_with(sign)) continue;
      const std::size_t at = text.find_first_not_of(' ', sign.size());
      if (at == std::string::npos || parse_literal(text.substr(at)).type == Column::Type::text) return {};
      return fmt::format("write {}: {{{}: {}}}", printable(name_), own, printable(text.substr(at)));
    }
    return {};
  }

  // The value as something of the column's kind.
  std::optional<Literal> comparable(const Value& value) {
    if (!value.is_scalar()) {
      error(value.loc, "network.bad-condition", fmt::format("expected a value, not {}", describe(value)));
      return std::nullopt;
    }
    Literal literal = literal_of(value);
    if (!value.quoted) adapt_boolean(literal);
    const bool text_column = column_->type == Column::Type::text;
    if (text_column == (literal.type == Column::Type::text)) return literal;
    std::string help;
    if (text_column) {
      help = fmt::format("write \"{}\" to compare with text", printable(literal.text));
    } else if (parse_literal(literal.text).type != Column::Type::text) {
      help = "write the number without quotes";
    } else {
      help = as_operator(literal.text);
    }
    error(value.loc, "network.wrong-type",
          fmt::format("column '{}' is {}, so it cannot be compared with {}", printable(name_), type_name(column_->type),
                      text_column ? "the number " + describe(literal) : describe(literal)),
          help);
    return std::nullopt;
  }

  // true and false of columns that have nothing else: 1 and 0, as h5py writes them, or True and False, as pandas does.
  void adapt_boolean(Literal& literal) const {
    const bool wanted = literal.text == "true" || literal.text == "True";
    if (!wanted && literal.text != "false" && literal.text != "False") return;
    if (column_->type == Column::Type::integer) {
      const auto is_boolean = [](std::int64_t value) { return value == 0 || value == 1; };
      if (!std::all_of(column_->integers.begin(), column_->integers.end(), is_boolean)) return;
      literal = {Column::Type::integer, wanted ? 1 : 0, wanted ? 1.0 : 0.0, literal.text};
    } else if (column_->type == Column::Type::text) {
      const auto is_boolean = [](const std::string& text) { return text == "True" || text == "False"; };
      if (!std::all_of(column_->dictionary.begin(), column_->dictionary.end(), is_boolean)) return;
      literal.text = wanted ? "True" : "False";
    }
  }

  void keep_equal(const Value& value, Operator op, NodeMask& mask) {
    std::vector<const Value*> values;
    if (value.is_sequence()) {
      for (const Value& item : value.items) values.push_back(&item);
    } else {
      values.push_back(&value);
    }
    std::vector<std::pair<Literal, const Value*>> wanted;
    for (const Value* each : values) {
      if (auto literal = comparable(*each)) wanted.emplace_back(std::move(*literal), each);
    }
    if (wanted.size() != values.size()) return;  // reported
    if (column_->type == Column::Type::text) {
      keep_equal_texts(wanted, op, mask);
    } else {
      keep_equal_numbers(wanted, op, mask);
    }
  }

  using Wanted = std::vector<std::pair<Literal, const Value*>>;

  void keep_equal_texts(const Wanted& wanted, Operator op, NodeMask& mask) {
    const auto& dictionary = column_->dictionary;  // ascending
    std::vector<std::uint8_t> allowed(dictionary.size(), op == Operator::neq ? 1 : 0);
    for (const auto& [literal, value] : wanted) {
      const auto found = std::lower_bound(dictionary.begin(), dictionary.end(), literal.text);
      if (found != dictionary.end() && *found == literal.text) {
        allowed[static_cast<std::size_t>(found - dictionary.begin())] = op == Operator::neq ? 0 : 1;
      } else {
        nowhere(literal, *value, suggest(literal.text, dictionary));
      }
    }
    keep_texts(mask, allowed);
  }

  void keep_equal_numbers(const Wanted& wanted, Operator op, NodeMask& mask) {
    if (op == Operator::neq) {
      const Number number = number_of(wanted.front().first);
      keep_numbers(mask, [&](auto x) { return compare(x, number) != 0; });
      return;
    }
    if (name_ == "node_id") {
      keep_ids(wanted, mask);
      return;
    }
    std::vector<Number> numbers;
    for (const auto& each : wanted) numbers.push_back(number_of(each.first));
    std::vector<std::size_t> order(numbers.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto before = [&](std::size_t a, std::size_t b) {
      if (numbers[a].real != numbers[b].real) return numbers[a].real < numbers[b].real;
      return numbers[a].integer < numbers[b].integer;
    };
    std::sort(order.begin(), order.end(), before);
    std::vector<std::uint8_t> found(numbers.size(), 0);
    keep_numbers(mask, [&](auto x) {
      // First entry that is not below x; equal entries follow each other.
      auto at =
          std::partition_point(order.begin(), order.end(), [&](std::size_t i) { return compare(x, numbers[i]) > 0; });
      const bool in = at != order.end() && compare(x, numbers[*at]) == 0;
      for (; in && at != order.end() && compare(x, numbers[*at]) == 0 && found[*at] == 0; ++at) found[*at] = 1;
      return in;
    });
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (found[i] == 0 && !occurs(numbers[i])) nowhere(wanted[i].first, *wanted[i].second, values_there());
    }
  }

  // "its values are 1, 2, 3", or from where to where they go.
  std::string values_there() const {
    constexpr std::size_t kMost = 12;
    std::set<double> values;
    for (NodeRow row = 0; row < column_->size(); ++row) {
      if (column_->is_missing(row)) continue;
      const bool whole = column_->type == Column::Type::integer;
      values.insert(whole ? static_cast<double>(column_->integers[row]) : column_->reals[row]);
    }
    if (values.empty()) return "no node has a value";
    if (values.size() > kMost) {
      return fmt::format("its values go from {} to {}", format_number(*values.begin()),
                         format_number(*values.rbegin()));
    }
    std::vector<std::string> texts;
    for (const double value : values) texts.push_back(format_number(value));
    return fmt::format("its values are {}", fmt::join(texts, ", "));
  }

  // Looks at all nodes: an earlier condition may have excluded those with the value.
  bool occurs(const Number& number) const {
    for (NodeRow row = 0; row < column_->size(); ++row) {
      if (column_->is_missing(row)) continue;
      if ((column_->type == Column::Type::integer ? compare(column_->integers[row], number)
                                                  : compare(column_->reals[row], number)) == 0) {
        return true;
      }
    }
    return false;
  }

  void keep_ids(const Wanted& wanted, NodeMask& mask) {
    NodeMask listed(mask.size(), 0);
    for (const auto& [literal, value] : wanted) {
      const Number number = number_of(literal);
      const auto row = number.is_integer && number.integer >= 0
                           ? population_.row_of(static_cast<NodeId>(number.integer))
                           : std::nullopt;
      if (row) {
        listed[*row] = 1;
      } else if (rules_.every_value_occurs || names_population_) {
        error(value->loc, "network.no-match",
              fmt::format("population '{}' has no node {}", population_.name(), describe(literal)),
              population_.size() == 0 ? ""
                                      : fmt::format("its {} node ids go from {} to {}", population_.size(),
                                                    population_.node_ids().front(), population_.node_ids().back()));
      }
    }
    for (NodeRow row = 0; row < mask.size(); ++row) mask[row] &= listed[row];
  }

  void nowhere(const Literal& literal, const Value& value, const std::string& help) {
    if (!rules_.every_value_occurs) return;
    error(value.loc, "network.no-match",
          fmt::format("no node of population '{}' has {} {}", population_.name(), printable(name_),
                      literal.type == Column::Type::text ? "'" + printable(literal.text) + "'" : describe(literal)),
          help);
  }

  void keep_matching(const Value& value, NodeMask& mask) {
    if (column_->type != Column::Type::text) {
      error(value.loc, "network.wrong-type",
            fmt::format("$regex searches in text, but column '{}' is {}", printable(name_), type_name(column_->type)),
            "for numbers there are $eq, $neq, $gt, $gte, $lt, $lte and $in");
      return;
    }
    // By bytes, as libsonata's std::regex: `.` is one byte of a letter that has two.
    RE2::Options options(RE2::Latin1);
    options.set_log_errors(false);
    const RE2 pattern(value.text, options);
    if (!pattern.ok()) {
      error(value.loc, "network.bad-pattern",
            fmt::format("'{}' is no regular expression that $regex takes: {}", printable(value.text),
                        printable(pattern.error())),
            "a search takes a time in proportion to the text, so there are no look-aheads (?=…) and no references "
            "back \\1, and counts {n} go to 1000");
      return;
    }
    std::vector<std::uint8_t> allowed;
    for (const std::string& text : column_->dictionary) {
      allowed.push_back(static_cast<std::uint8_t>(RE2::PartialMatch(text, pattern)));
    }
    keep_texts(mask, allowed);
  }

  void keep_texts(NodeMask& mask, const std::vector<std::uint8_t>& allowed) const {
    const bool some_missing = !column_->missing.empty();
    for (NodeRow row = 0; row < mask.size(); ++row) {
      if (some_missing && column_->missing[row] != 0) {
        mask[row] = 0;
      } else {
        mask[row] &= allowed[column_->codes[row]];
      }
    }
  }

  template <typename Test>
  void keep_numbers(NodeMask& mask, Test test) const {
    const auto keep = [&](const auto& values) {
      for (NodeRow row = 0; row < mask.size(); ++row) {
        if (mask[row] != 0 && (column_->is_missing(row) || !test(values[row]))) mask[row] = 0;
      }
    };
    if (column_->type == Column::Type::integer) {
      keep(column_->integers);
    } else {
      keep(column_->reals);
    }
  }

  const NodePopulation& population_;
  const ConditionRules& rules_;
  Diagnostics& diagnostics_;
  const Column* column_ = nullptr;  // of the condition being applied
  std::string name_;
  bool names_population_ = false;
};

}  // namespace

std::span<const FieldDoc> condition_fields() {
  return kConditionFields;
}

NodeSelection rows_in(const NodeMask& mask) {
  NodeSelection rows;
  for (NodeRow row = 0; row < mask.size(); ++row) {
    if (mask[row] != 0) rows.push_back(row);
  }
  return rows;
}

NodeMask evaluate_condition(const NodePopulation& population, const Value& where, const ConditionRules& rules,
                            Diagnostics& diagnostics) {
  return Evaluation(population, rules, diagnostics).run(where);
}

}  // namespace stimgen
