// `long`: one group at a time is driven for a whole on-time.
#include "pattern/common.hpp"

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {kOnTimeField, kFitField, kBurstField};

class LongPattern final : public Pattern {
 public:
  LongPattern(CommonSettings common, double burst_hz) : common_(std::move(common)), burst_hz_(burst_hz) {}

  std::vector<GroupRate> rates(const PatternGroups& groups, Streams&, Diagnostics& diagnostics) const override {
    const auto selected = selected_groups(common_, groups, diagnostics);
    if (selected.empty() || !check_size(common_, groups.size(), 2, diagnostics)) return {};
    warn_without_turn(common_, groups, selected, static_cast<std::uint64_t>(common_.timing.count), diagnostics);
    const auto positions = turn_positions(groups, selected);
    const Drive drive = [this](RateFunctionBuilder& builder, std::int64_t cycle) {
      builder.hold(burst_hz_, common_.timing.on_stop_ms(cycle));
    };
    std::vector<GroupRate> result;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      result.push_back(whole_group(groups, group, cycle_train(common_, selected.size(), positions[group], drive)));
    }
    return result;
  }

 private:
  CommonSettings common_;
  double burst_hz_;
};

std::unique_ptr<const Pattern> make(Fields& fields, const PatternDefaults& defaults) {
  auto common = read_common(fields, defaults, read_on_time(fields));
  const double burst_hz = fields.rate_hz("rates.burst");
  return std::make_unique<LongPattern>(std::move(common), burst_hz);
}

}  // namespace

extern const PatternKind kLongPattern;
const PatternKind kLongPattern{
    {"long", "Groups take turns, one a cycle: the group on turn is driven for the whole on-time.", 1, kFields}, make};

}  // namespace stimgen
