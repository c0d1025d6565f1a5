// The form of our spike files, written and checked. It is strict: a reader may act on any attribute, and the content
// digest covers only the numbers and what this reader made of `sorting`.
#include "store/sonata_form.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "base/spike_order.hpp"
#include "stimgen/diagnostic.hpp"
#include "store/magic.hpp"

namespace stimgen {
namespace {

constexpr std::array<std::uint32_t, 2> kVersion = {0, 1};

h5::Attribute as_read(const AttributeForm& form) {
  h5::Attribute attribute;
  if (const auto* const number = std::get_if<std::uint32_t>(&form.value)) {
    attribute.type = h5::TypeClass::integer;
    attribute.integers = {*number};
  } else if (const auto* const numbers = std::get_if<std::array<std::uint32_t, 2>>(&form.value)) {
    attribute.type = h5::TypeClass::integer;
    attribute.integers.assign(numbers->begin(), numbers->end());
  } else if (const auto* const text = std::get_if<const char*>(&form.value)) {
    attribute.type = h5::TypeClass::variable_string;
    attribute.text = *text;
  } else {
    const auto order = std::get<SpikeOrder>(form.value);
    attribute.type = h5::TypeClass::enumeration;
    attribute.integers = {static_cast<std::int64_t>(order)};
    attribute.text = order_name(order);
  }
  return attribute;
}

bool same(const h5::Attribute& a, const h5::Attribute& b) {
  return a.type == b.type && a.integers == b.integers && a.reals == b.reals && a.text == b.text;
}

// For people, with the type where it is not the usual one of the value.
std::string shown(const h5::Attribute& value) {
  switch (value.type) {
    case h5::TypeClass::integer:
      return value.integers.size() == 1 ? fmt::format("the integer {}", value.integers[0])
                                        : fmt::format("the integers [{}]", fmt::join(value.integers, ", "));
    case h5::TypeClass::enumeration:
      return fmt::format("{} ({})", fmt::join(value.integers, ", "), printable(value.text));
    case h5::TypeClass::floating:
      return fmt::format("the floating-point number {}", fmt::join(value.reals, ", "));
    case h5::TypeClass::variable_string:
      return fmt::format("'{}'", printable(value.text));
    case h5::TypeClass::fixed_string:
      return fmt::format("'{}' of fixed length", printable(value.text));
    case h5::TypeClass::other:
      break;
  }
  return "of another type";
}

class FormCheck {
 public:
  explicit FormCheck(const h5::ReadFile& file) : file_(file) {}
  // The first one found.
  const std::string& problem() const { return problem_; }

  void check_attributes(const std::string& object, const AttributeForms& forms) {
    std::vector<std::string_view> names;
    for (const AttributeForm& form : forms) {
      names.emplace_back(form.name);
      const h5::Attribute wanted = as_read(form);
      const auto found = file_.read_attribute(object, form.name);
      if (!found) {
        say(fmt::format("the attribute {} of {} is gone, which is {}", form.name, printable(object), shown(wanted)));
      } else if (!same(*found, wanted)) {
        say(fmt::format("the attribute {} of {} is {}, not {}", form.name, printable(object), shown(*found),
                        shown(wanted)));
      }
    }
    check_attribute_names(object, names);
  }
  // No others than these.
  void check_attribute_names(const std::string& object, const std::vector<std::string_view>& names) {
    for (const std::string& name : file_.attribute_names(object)) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      say(fmt::format("{} has an attribute {}, which stimgen does not write", printable(object), printable(name)));
    }
  }
  // No others than these.
  void check_children(const std::string& group, const std::vector<std::string_view>& names) {
    for (const h5::Child& child : file_.children(group)) {
      if (std::find(names.begin(), names.end(), child.name) != names.end()) continue;
      say(fmt::format("it has {}/{}, which stimgen does not write", group == "/" ? "" : printable(group),
                      printable(child.name)));
    }
  }
  void check_column(const std::string& dataset, h5::TypeClass type, std::string_view wanted) {
    const h5::Dataset column = file_.open_dataset(dataset);
    const h5::DatasetInfo& info = column.info();
    if (info.type == type && info.element_bytes == 8 && !info.is_signed) return;
    say(fmt::format("{} has {} numbers of {} bytes, not {}", printable(dataset),
                    info.type == h5::TypeClass::floating ? "floating-point"
                    : info.is_signed                     ? "signed"
                                                         : "unsigned",
                    info.element_bytes, wanted));
  }

 private:
  void say(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  const h5::ReadFile& file_;
  std::string problem_;
};

void check_population(FormCheck& check, const PopulationInfo& population, SpikeOrder order) {
  const std::string group = fmt::format("{}/{}", kSpikesGroup, population.name);
  const std::string node_ids = fmt::format("{}/{}", group, kNodeIds);
  const std::string timestamps = fmt::format("{}/{}", group, kTimestamps);
  check.check_attributes(group, population_attributes(order));
  check.check_children(group, {kNodeIds, kTimestamps});
  if (!check.problem().empty()) return;
  check.check_attributes(timestamps, timestamps_attributes());
  check.check_attributes(node_ids, node_ids_attributes(order, population.count > 0));
  check.check_column(timestamps, h5::TypeClass::floating, "floating-point of 8");
  check.check_column(node_ids, h5::TypeClass::integer, "unsigned of 8");
}

}  // namespace

AttributeForms root_attributes() {
  return {{"magic", kMagic}, {"version", kVersion}};
}

AttributeForms population_attributes(SpikeOrder order) {
  return {{"sorting", order}};
}

AttributeForms timestamps_attributes() {
  return {{"units", "ms"}};
}

// BMTK looks for it, and would drop every population of a file where an empty one has it.
AttributeForms node_ids_attributes(SpikeOrder order, bool has_spikes) {
  if (order != SpikeOrder::by_id || !has_spikes) return {};
  return {{"sorting", "by_id"}};
}

void write_attributes(h5::NewFile& file, const std::string& object, const AttributeForms& attributes) {
  for (const AttributeForm& attribute : attributes) {
    if (const auto* const number = std::get_if<std::uint32_t>(&attribute.value)) {
      file.write_attribute(object, attribute.name, *number);
    } else if (const auto* const numbers = std::get_if<std::array<std::uint32_t, 2>>(&attribute.value)) {
      file.write_attribute(object, attribute.name, std::span<const std::uint32_t>(*numbers));
    } else if (const auto* const text = std::get_if<const char*>(&attribute.value)) {
      file.write_attribute(object, attribute.name, std::string(*text));
    } else {
      file.write_enum_attribute(object, attribute.name, kOrderNames,
                                static_cast<std::uint8_t>(std::get<SpikeOrder>(attribute.value)));
    }
  }
}

std::string form_problem_of(const h5::ReadFile& file, const std::vector<PopulationInfo>& populations,
                            SpikeOrder order) {
  FormCheck check(file);
  check.check_attributes("/", root_attributes());
  check.check_children("/", {"spikes", "stimgen"});
  check.check_attribute_names(kSpikesGroup, {});
  std::vector<std::string_view> names;
  for (const PopulationInfo& population : populations) names.emplace_back(population.name);
  check.check_children(kSpikesGroup, names);
  if (file.has_dataset(kRecordDataset)) {
    check.check_attribute_names(kRecordGroup, {kCompressorAttribute});
    check.check_children(kRecordGroup, {"provenance"});
    check.check_attribute_names(kRecordDataset, {});
  }
  for (const PopulationInfo& population : populations) {
    if (!check.problem().empty()) break;
    check_population(check, population, order);
  }
  return check.problem();
}

}  // namespace stimgen
