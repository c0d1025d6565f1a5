// Reading and making inline populations.
#include "network/inline_nodes.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"
#include "network/columns.hpp"
#include "network/literal.hpp"
#include "network/population.hpp"

namespace stimgen {
namespace {

constexpr std::uint64_t kMostNodes = 1'000'000'000;

// In the order of kPropertyFields, but for the first.
enum class Rule : std::uint8_t { constant, blocks, cycle, values, uniform, linspace };
static_assert(kPropertyFields[static_cast<std::size_t>(Rule::values) - 1].name == "values" &&
              kPropertyFields[static_cast<std::size_t>(Rule::linspace) - 1].name == "linspace");

struct Property {
  Rule rule = Rule::constant;
  Column values;             // the list, or the one value of a constant
  double low = 0, high = 0;  // of uniform and linspace
};

Column list_column(const std::vector<Value>& items, Diagnostics& diagnostics) {
  std::vector<Literal> literals;
  Column column;
  column.type = Column::Type::integer;
  for (const Value& item : items) {
    if (item.is_sequence() || item.is_mapping()) {
      diagnostics.error(item.loc, "network.bad-property", fmt::format("expected a value, not {}", describe(item)));
    }
    literals.push_back(item.is_scalar() ? literal_of(item) : Literal{});
    column.missing.push_back(static_cast<std::uint8_t>(item.is_null()));
    if (!item.is_null()) column.type = wider(column.type, literals.back().type);
  }
  TextEncoder encoder;
  for (const Literal& literal : literals) {
    if (column.type == Column::Type::integer) column.integers.push_back(literal.integer);
    if (column.type == Column::Type::real) column.reals.push_back(literal.real);
    if (column.type == Column::Type::text) column.codes.push_back(encoder.code_of(literal.text));
  }
  column.dictionary = encoder.take_dictionary();
  return column;
}

class InlinePopulation final : public LazyPopulation {
 public:
  InlinePopulation(std::string name, std::uint64_t size, std::map<std::string, Property> properties, std::uint64_t seed)
      : LazyPopulation(std::move(name), size), properties_(std::move(properties)), seed_(seed) {
    std::vector<ColumnInfo> columns;
    for (const auto& [property_name, property] : properties_) {
      columns.push_back({property_name, property.values.type, "recipe"});
    }
    set_columns(std::move(columns));
  }
  std::string origin() const override { return "the recipe"; }

 private:
  std::vector<NodeId> read_node_ids() const override { return counted_ids(size()); }

  Column read_column(const ColumnInfo& info) const override {
    const Property& property = properties_.at(info.name);
    const std::uint64_t count = size();
    Streams streams({.network = seed_, .spikes = 0}, name() + "/" + info.name);
    if (property.rule == Rule::uniform || property.rule == Rule::linspace) {
      std::vector<double> reals(count);
      const double width = property.high - property.low;
      if (property.rule == Rule::uniform) {
        const StreamKey key = streams.key(Purpose::property);
        for (NodeId id = 0; id < count; ++id) {
          const auto words = philox_block(key, id, 0);
          reals[id] = property.low + width * uniform_open01(words[0]);
        }
      } else {
        const double step = count > 1 ? width / static_cast<double>(count - 1) : 0;
        for (NodeRow row = 0; row < count; ++row) reals[row] = property.low + static_cast<double>(row) * step;
        if (count > 1) reals.back() = property.high;
      }
      Column column = real_column(std::move(reals));
      column.streams = streams.used();
      return column;
    }
    const Column& list = property.values;
    const std::uint64_t length = list.size();
    const auto place = [&](NodeRow row) -> std::uint64_t {
      switch (property.rule) {
        case Rule::blocks:
          return row * length / count;  // at most 10^9 · 4·10^6
        case Rule::cycle:
          return row % length;
        case Rule::values:
          return row;
        default:
          return 0;
      }
    };
    Column column;
    column.type = list.type;
    column.dictionary = list.dictionary;
    column.missing.resize(count);
    for (NodeRow row = 0; row < count; ++row) {
      const std::uint64_t at = place(row);
      column.missing[row] = list.missing[at];
      if (list.type == Column::Type::integer) column.integers.push_back(list.integers[at]);
      if (list.type == Column::Type::real) column.reals.push_back(list.reals[at]);
      if (list.type == Column::Type::text) column.codes.push_back(list.codes[at]);
    }
    return column;
  }

  std::map<std::string, Property> properties_;
  std::uint64_t seed_;
};

void read_range(const Value& value, Property& property, std::string_view name, Diagnostics& diagnostics) {
  property.values.type = Column::Type::real;
  if (!value.is_sequence() || value.items.size() != 2) {
    diagnostics.error(
        value.loc, "network.bad-property",
        fmt::format("'{}' takes two numbers [low, high], not {}", name,
                    value.is_sequence() ? fmt::format("{} values", value.items.size()) : describe(value)));
    return;
  }
  const auto low = read_number(value.items[0], diagnostics);
  const auto high = read_number(value.items[1], diagnostics);
  if (!low || !high) return;
  property.low = *low;
  property.high = *high;
  if (!std::isfinite(*high - *low)) {
    diagnostics.error(value.loc, "network.bad-property", "this range is too wide for a double");
  } else if (property.rule == Rule::uniform && *low > *high) {
    diagnostics.error(value.loc, "network.bad-property", "the low end stands first",
                      fmt::format("write [{}, {}]", format_number(*high), format_number(*low)));
  }
}

Property read_property(const Value::Member& member, std::uint64_t count, Diagnostics& diagnostics) {
  Property property;
  const Value& value = member.value;
  std::vector<std::string> names;
  for (const FieldDoc& each : kPropertyFields) names.emplace_back(each.name);
  if (value.is_scalar()) {
    property.values = list_column({value}, diagnostics);
    return property;
  }
  if (value.is_sequence()) {
    diagnostics.error(value.loc, "network.bad-property", "a list does not say how its values are dealt out",
                      "write {blocks: […]}, {cycle: […]} or {values: […]}");
    return property;
  }
  if (!value.is_mapping() || value.members.size() != 1) {
    diagnostics.error(value.is_null() ? member.key_loc : value.loc, "network.bad-property",
                      fmt::format("property '{}' needs a value, or one of blocks, cycle, values, uniform, linspace",
                                  printable(member.key)));
    return property;
  }
  const auto& rule = value.members.front();
  const auto* const found = std::find_if(std::begin(kPropertyFields), std::end(kPropertyFields),
                                         [&](const FieldDoc& each) { return each.name == rule.key; });
  if (found == std::end(kPropertyFields)) {
    diagnostics.error(rule.key_loc, "network.bad-property",
                      fmt::format("a property is not made by '{}'", printable(rule.key)), suggest(rule.key, names));
    return property;
  }
  property.rule = static_cast<Rule>(1 + (found - std::begin(kPropertyFields)));
  if (property.rule == Rule::uniform || property.rule == Rule::linspace) {
    read_range(rule.value, property, found->name, diagnostics);
    return property;
  }
  if (!rule.value.is_sequence() || rule.value.items.empty()) {
    diagnostics.error(rule.value.is_null() ? rule.key_loc : rule.value.loc, "network.bad-property",
                      fmt::format("'{}' takes a list of values, such as [0, 1]", found->name));
    return property;
  }
  property.values = list_column(rule.value.items, diagnostics);
  const std::uint64_t length = rule.value.items.size();
  if (count == 0) return property;
  if (property.rule == Rule::values && length != count) {
    diagnostics.error(rule.value.loc, "network.bad-property",
                      fmt::format("'values' has {} values, but the population has {} nodes", length, count));
  } else if (property.rule == Rule::blocks && length > count) {
    diagnostics.error(rule.value.loc, "network.bad-property",
                      fmt::format("{} blocks for {} nodes: some would be empty", length, count));
  }
  return property;
}

}  // namespace

std::unique_ptr<NodePopulation> read_inline_population(const std::string& name, const Value& body, std::uint64_t seed,
                                                       Diagnostics& diagnostics) {
  const auto errors_before = diagnostics.error_count();
  Fields fields(body, fmt::format("population '{}'", printable(name)), {kInlinePopulationFields}, diagnostics);
  const std::uint64_t count = fields.optional_count("nodes").value_or(0);
  if (count > kMostNodes) {
    fields.error("nodes", "recipe.out-of-range", "an inline population has at most 1,000,000,000 nodes");
  }
  std::map<std::string, Property> properties;
  if (const Value* list = fields.value("properties")) {
    if (!list->is_mapping()) {
      fields.error("properties", "recipe.wrong-type",
                   fmt::format("'properties' is a mapping of names to values, not {}", describe(*list)));
    }
    for (const auto& member : list->members) {
      if (member.key == "node_id" || member.key == "population") {
        diagnostics.error(member.key_loc, "network.bad-property",
                          fmt::format("'{}' is given: every node has it already", member.key), "choose another name");
      } else if (!is_name(member.key)) {
        diagnostics.error(member.key_loc, "recipe.bad-name",
                          fmt::format("'{}' is no name: letters, digits, _ . and -, starting with a letter or _",
                                      printable(member.key)));
      } else {
        properties.emplace(member.key, read_property(member, count, diagnostics));
      }
    }
  }
  if (diagnostics.error_count() != errors_before) return nullptr;
  return std::make_unique<InlinePopulation>(name, count, std::move(properties), seed);
}

}  // namespace stimgen
