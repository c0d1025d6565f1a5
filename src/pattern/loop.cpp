// `loop`: the group on turn follows a profile drawn through points.
#include "pattern/common.hpp"

#include <fmt/format.h>

namespace stimgen {
namespace {

constexpr FieldDoc kPointFields[] = {
    {"at", "time", "s", "", "When, from the start of the on-time.", "0.5 s"},
    {"rate", "rate", "Hz", "", "The rate at that time.", "20 Hz"},
};

constexpr FieldDoc kFields[] = {
    {"points", "points", "", "",
     "The profile of a driven group: straight lines through these points, the first at 0 s, the last ending the "
     "on-time; two "
     "points at one time make a step.",
     "[{at: 0 s, rate: 10 Hz}, {at: 1 s, rate: 50 Hz}]", kPointFields},
    {"fit", "choice:cycle|on_time", "", "on_time",
     "How many cycles there are: 'on_time' repeats while the on-time fits before 'stop', 'cycle' takes whole cycles "
     "only.",
     "on_time"},
};

struct ProfilePoint {
  std::int64_t at_ps = 0;
  double rate_hz = 0;
};

// Empty after an error.
std::vector<ProfilePoint> read_points(Fields& fields) {
  const Value* value = fields.value("points");
  if (value == nullptr) return {};
  if (!value->is_sequence() || value->items.size() < 2) {
    fields.error("points", "pattern.wrong-points",
                 value->is_sequence() ? "'points' needs at least two points"
                                      : fmt::format("'points' must be a list of points, not {}", describe(*value)),
                 "write [{at: 0 s, rate: 10 Hz}, {at: 1 s, rate: 50 Hz}]");
    return {};
  }
  Diagnostics& diagnostics = fields.diagnostics();
  const std::size_t errors_before = diagnostics.error_count();
  std::vector<ProfilePoint> points;
  for (const Value& item : value->items) {
    Fields point(item, "a point of 'points'", {kPointFields}, diagnostics);
    const auto at_ps = read_picoseconds(point, "at");
    const double rate_hz = point.rate_hz("rate");
    if (!at_ps) continue;
    const std::size_t count = points.size();
    if (count == 0 && &item == &value->items.front() && *at_ps != 0) {
      point.error("at", "pattern.wrong-points", "the first point must be at 0 s");
    } else if (count > 0 && *at_ps < points.back().at_ps) {
      point.error("at", "pattern.wrong-points", "this point lies before the one above it",
                  "write points in order of time");
    } else if (count > 1 && *at_ps == points[count - 1].at_ps && *at_ps == points[count - 2].at_ps) {
      point.error("at", "pattern.wrong-points", "this is the third point at one time", "two points make a step");
    }
    points.push_back({*at_ps, rate_hz});
  }
  if (diagnostics.error_count() == errors_before && points.back().at_ps == 0) {
    fields.error("points", "pattern.wrong-points", "the last point ends the on-time and must lie after 0 s");
  }
  if (diagnostics.error_count() != errors_before) return {};
  return points;
}

class LoopPattern final : public Pattern {
 public:
  LoopPattern(CommonSettings common, std::vector<ProfilePoint> points)
      : common_(std::move(common)), points_(std::move(points)) {}

  std::vector<GroupRate> rates(const PatternGroups& groups, Streams&, Diagnostics& diagnostics) const override {
    const auto selected = selected_groups(common_, groups, diagnostics);
    if (selected.empty() || !check_size(common_, groups.size(), points_.size() + 1, diagnostics)) return {};
    warn_without_turn(common_, groups, selected, static_cast<std::uint64_t>(common_.timing.count), diagnostics);
    const auto positions = turn_positions(groups, selected);
    const Drive drive = [this](RateFunctionBuilder& builder, std::int64_t cycle) {
      for (std::size_t i = 1; i < points_.size(); ++i) {
        const double from_hz = points_[i - 1].rate_hz;
        const double to_hz = points_[i].rate_hz;
        const double until_ms = common_.timing.at_ms(cycle, points_[i].at_ps);
        if (from_hz == to_hz) {
          builder.hold(to_hz, until_ms);
        } else {
          builder.ramp(from_hz, to_hz, until_ms);
        }
      }
    };
    std::vector<GroupRate> result;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      result.push_back(whole_group(groups, group, cycle_train(common_, selected.size(), positions[group], drive)));
    }
    return result;
  }

 private:
  CommonSettings common_;
  std::vector<ProfilePoint> points_;
};

std::unique_ptr<const Pattern> make(Fields& fields, const PatternDefaults& defaults) {
  auto points = read_points(fields);
  const std::optional<std::int64_t> on_ps = points.empty() ? std::nullopt : std::optional(points.back().at_ps);
  auto common = read_common(fields, defaults, on_ps);
  return std::make_unique<LoopPattern>(std::move(common), std::move(points));
}

}  // namespace

extern const PatternKind kLoopPattern;
const PatternKind kLoopPattern{
    {"loop", "Groups take turns, one a cycle: the group on turn follows a profile of straight lines and steps.", 1,
     kFields},
    make};

}  // namespace stimgen
