// `ramp`: the group on turn goes linearly from one rate to another within the on-time.
#include "pattern/common.hpp"

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {
    kOnTimeField,
    kFitField,
    {"rates.from", "rate", "Hz", "", "The rate of a driven group until the ramp starts.", "10 Hz"},
    {"rates.to", "rate", "Hz", "", "The rate of a driven group once the ramp is complete.", "50 Hz"},
    kRampStartField,
    kRampStopField,
};

class RampPattern final : public Pattern {
 public:
  RampPattern(CommonSettings common, RampTimes ramp, double from_hz, double to_hz)
      : common_(std::move(common)), ramp_(ramp), from_hz_(from_hz), to_hz_(to_hz) {}

  std::vector<GroupRate> rates(const PatternGroups& groups, Streams&, Diagnostics& diagnostics) const override {
    const auto selected = selected_groups(common_, groups, diagnostics);
    if (selected.empty() || !check_size(common_, groups.size(), 4, diagnostics)) return {};
    warn_without_turn(common_, groups, selected, static_cast<std::uint64_t>(common_.timing.count), diagnostics);
    const auto positions = turn_positions(groups, selected);
    const Drive drive = [this](RateFunctionBuilder& builder, std::int64_t cycle) {
      drive_ramp(builder, common_.timing, cycle, ramp_, from_hz_, to_hz_);
    };
    std::vector<GroupRate> result;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      result.push_back(whole_group(groups, group, cycle_train(common_, selected.size(), positions[group], drive)));
    }
    return result;
  }

 private:
  CommonSettings common_;
  RampTimes ramp_;
  double from_hz_;
  double to_hz_;
};

std::unique_ptr<const Pattern> make(Fields& fields, const PatternDefaults& defaults) {
  const auto on_ps = read_on_time(fields);
  auto common = read_common(fields, defaults, on_ps);
  const RampTimes ramp = read_ramp(fields, on_ps);
  const double from_hz = fields.rate_hz("rates.from");
  const double to_hz = fields.rate_hz("rates.to");
  return std::make_unique<RampPattern>(std::move(common), ramp, from_hz, to_hz);
}

}  // namespace

extern const PatternKind kRampPattern;
const PatternKind kRampPattern{
    {"ramp", "Groups take turns, one a cycle: the rate of the group on turn rises or falls linearly.", 1, kFields},
    make};

}  // namespace stimgen
