// Reads the keys that patterns share and turns them into groups that take turns.
#include "pattern/common.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <fmt/format.h>

namespace stimgen {
namespace {

// One segment takes 32 bytes: at most about 300 MB a pattern.
constexpr std::uint64_t kMostSegments = 10'000'000;

// A plain whole number is a place, text a label.
std::optional<SelectedGroup> read_selected(const Value& item, Diagnostics& diagnostics) {
  const LiteralNumber number = item.is_scalar() && !item.quoted ? parse_literal_number(item.text) : LiteralNumber{};
  if (!item.is_scalar() || item.text.empty() || number.kind == LiteralKind::real) {
    diagnostics.error(item.loc, "recipe.wrong-type",
                      fmt::format("a group in 'select' is a whole number from 0 up or a label, not {}", describe(item)),
                      "write [2, 0], or labels: [PN, PV]");
    return std::nullopt;
  }
  if (number.kind == LiteralKind::integer) return SelectedGroup{number.integer, {}, item.loc};
  return SelectedGroup{0, item.text, item.loc};
}

std::optional<std::vector<SelectedGroup>> read_select(Fields& fields) {
  const Value* value = fields.value("select");
  if (value == nullptr) return std::nullopt;
  if (value->is_sequence() && value->items.empty()) {
    fields.error("select", "pattern.empty-select", "'select' lists no group",
                 "list the groups that take turns, or leave 'select' out to take all");
  }
  std::vector<SelectedGroup> selected;
  const std::size_t count = value->is_sequence() ? value->items.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    auto group = read_selected(value->is_sequence() ? value->items[i] : *value, fields.diagnostics());
    if (group) selected.push_back(*std::move(group));
  }
  return selected;
}

// The place of the group that is meant; nullopt after an error.
std::optional<std::size_t> find_group(const SelectedGroup& item, const PatternGroups& groups,
                                      Diagnostics& diagnostics) {
  const std::string text = item.label.empty() ? std::to_string(item.index) : item.label;
  const auto found = std::find(groups.labels.begin(), groups.labels.end(), text);
  const bool has_label = found != groups.labels.end();
  const auto labelled = static_cast<std::size_t>(found - groups.labels.begin());
  if (!item.label.empty()) {
    if (has_label) return labelled;
    diagnostics.error(item.loc, "assembly.no-such-group", fmt::format("there is no group '{}'", printable(text, 60)),
                      suggest(text, groups.labels));
    return std::nullopt;
  }
  if (item.index < 0 || static_cast<std::uint64_t>(item.index) >= groups.size()) {
    diagnostics.error(
        item.loc, "assembly.no-such-group", fmt::format("there is no group {}", item.index),
        fmt::format("the set has {} group{}, numbered from 0{}", groups.size(), groups.size() == 1 ? "" : "s",
                    has_label ? fmt::format("; for the group called '{0}' write \"{0}\"", text) : ""));
    return std::nullopt;
  }
  const auto place = static_cast<std::size_t>(item.index);
  if (has_label && labelled != place) {
    diagnostics.warning(item.loc, "pattern.label-or-number",
                        fmt::format("{} is a place, counted from 0: that of group '{}', not the group called '{}'",
                                    text, printable(groups.labels[place], 60), text),
                        fmt::format("for the group called '{0}' write \"{0}\"", text));
  }
  return place;
}

}  // namespace

std::optional<std::int64_t> read_on_time(Fields& fields) {
  const auto on_ps = read_picoseconds(fields, "on_time");
  if (on_ps && *on_ps <= 0) {
    fields.error("on_time", "recipe.out-of-range", "'on_time' must be longer than 0 s");
    return std::nullopt;
  }
  return on_ps;
}

CommonSettings read_common(Fields& fields, const PatternDefaults& defaults, std::optional<std::int64_t> on_ps) {
  CommonSettings common;
  common.timing = read_cycles(fields, defaults, on_ps);
  common.off_hz = fields.rate_hz("rates.off");
  common.silent_hz = fields.rate_hz("rates.silent");
  common.select = read_select(fields);
  common.owner = fields.owner();
  common.loc = fields.loc();
  return common;
}

RampTimes read_ramp(Fields& fields, std::optional<std::int64_t> on_ps) {
  const auto start = read_picoseconds(fields, "ramp.start");
  auto stop = read_picoseconds(fields, "ramp.stop");
  if (!fields.has("ramp.stop")) stop = on_ps;
  if (!start || !stop || !on_ps) return {};
  if (*start < 0) {
    fields.error("ramp.start", "pattern.ramp-outside", "'ramp.start' must not be negative",
                 "it counts from the start of the on-time");
  } else if (*start > *on_ps) {
    fields.error("ramp.start", "pattern.ramp-outside", "'ramp.start' lies after the end of the on-time",
                 "it counts from the start of the on-time");
  } else if (*stop < *start) {
    fields.error("ramp.stop", "pattern.ramp-backwards", "'ramp.stop' lies before 'ramp.start'");
  } else if (*stop > *on_ps) {
    fields.error("ramp.stop", "pattern.ramp-outside", "'ramp.stop' lies after the end of the on-time",
                 "it counts from the start of the on-time");
  }
  return {*start, *stop};
}

std::vector<std::size_t> selected_groups(const CommonSettings& common, const PatternGroups& groups,
                                         Diagnostics& diagnostics) {
  std::vector<std::size_t> selected;
  if (!common.select) {
    for (std::size_t group = 0; group < groups.size(); ++group) selected.push_back(group);
    return selected;
  }
  bool fine = true;
  for (const SelectedGroup& item : *common.select) {
    const std::optional<std::size_t> found = find_group(item, groups, diagnostics);
    if (!found) {
      fine = false;
      continue;
    }
    const std::size_t group = *found;
    if (std::find(selected.begin(), selected.end(), group) != selected.end()) {
      diagnostics.error(item.loc, "pattern.group-twice",
                        fmt::format("group {} is selected twice",
                                    item.label.empty() ? std::to_string(item.index)
                                                       : fmt::format("'{}'", printable(item.label, 60))));
      fine = false;
      continue;
    }
    selected.push_back(group);
  }
  if (!fine) selected.clear();
  return selected;
}

bool check_size(const CommonSettings& common, std::size_t rate_functions, std::uint64_t borders,
                Diagnostics& diagnostics) {
  const Int128 segments = static_cast<Int128>(common.timing.count) * static_cast<Int128>(rate_functions) *
                          static_cast<Int128>(std::min(borders, std::uint64_t{1} << 32));
  if (segments <= static_cast<Int128>(kMostSegments)) return true;
  diagnostics.error(
      common.loc, "pattern.too-many-segments",
      fmt::format("{} has more than {} changes of rate: {} cycles, {} groups or sub-groups, up to {} changes "
                  "in a cycle",
                  common.owner, kMostSegments, common.timing.count, rate_functions, borders),
      "make the cycles longer or the pattern shorter");
  return false;
}

void warn_without_turn(const CommonSettings& common, const PatternGroups& groups,
                       const std::vector<std::size_t>& selected, std::uint64_t driven, Diagnostics& diagnostics) {
  if (driven >= selected.size()) return;
  std::string labels;
  for (std::size_t i = driven; i < selected.size(); ++i) {
    if (i == driven + 5) {
      labels += ", …";
      break;
    }
    labels += fmt::format("{}'{}'", labels.empty() ? "" : ", ", printable(groups.labels[selected[i]]));
  }
  diagnostics.warning(common.loc, "pattern.group-without-turn",
                      fmt::format("{} never drives {} of its {} groups: {}", common.owner, selected.size() - driven,
                                  selected.size(), labels),
                      "make it longer, or leave them out with 'select'");
}

RateFunction cycle_train(const CommonSettings& common, std::size_t turns, std::optional<std::size_t> turn,
                         const Drive& drive) {
  const CycleTiming& timing = common.timing;
  RateFunctionBuilder builder(timing.window_start_ms());
  for (std::int64_t cycle = 0; cycle < timing.count; ++cycle) {
    builder.hold(common.silent_hz, timing.on_start_ms(cycle));
    if (turn && static_cast<std::uint64_t>(cycle) % turns == *turn) {
      drive(builder, cycle);
    } else {
      builder.hold(common.off_hz, timing.on_stop_ms(cycle));
    }
  }
  builder.hold(common.silent_hz, timing.stop_ms());
  return builder.build();
}

void drive_ramp(RateFunctionBuilder& builder, const CycleTiming& timing, std::int64_t cycle, const RampTimes& ramp,
                double from_hz, double to_hz) {
  builder.hold(from_hz, timing.at_ms(cycle, ramp.start_ps));
  if (from_hz == to_hz) {
    builder.hold(to_hz, timing.at_ms(cycle, ramp.stop_ps));
  } else {
    builder.ramp(from_hz, to_hz, timing.at_ms(cycle, ramp.stop_ps));
  }
  builder.hold(to_hz, timing.on_stop_ms(cycle));
}

std::vector<std::optional<std::size_t>> turn_positions(const PatternGroups& groups,
                                                       const std::vector<std::size_t>& selected) {
  std::vector<std::optional<std::size_t>> positions(groups.size());
  for (std::size_t i = 0; i < selected.size(); ++i) positions[selected[i]] = i;
  return positions;
}

GroupRate whole_group(const PatternGroups& groups, std::size_t group, RateFunction rate) {
  const auto ids = groups.node_ids[group];
  return {group, std::nullopt, {ids.begin(), ids.end()}, std::move(rate)};
}

}  // namespace stimgen
