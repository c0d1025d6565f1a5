// `fade`: of a pair of groups one fades out while the other fades in.
#include "pattern/common.hpp"

#include <fmt/format.h>

namespace stimgen {
namespace {

constexpr FieldDoc kFields[] = {
    kOnTimeField,
    kFitField,
    {"rates.out.from", "rate", "Hz", "", "The rate of the pair's first group until the ramp starts.", "50 Hz"},
    {"rates.out.to", "rate", "Hz", "", "The rate of the pair's first group once the ramp is complete.", "0 Hz"},
    {"rates.in.from", "rate", "Hz", "", "The rate of the pair's second group until the ramp starts.", "0 Hz"},
    {"rates.in.to", "rate", "Hz", "", "The rate of the pair's second group once the ramp is complete.", "50 Hz"},
    kRampStartField,
    kRampStopField,
};

struct RatePair {
  double from_hz = 0;
  double to_hz = 0;
};

class FadePattern final : public Pattern {
 public:
  FadePattern(CommonSettings common, RampTimes ramp, RatePair out, RatePair in)
      : common_(std::move(common)), ramp_(ramp), out_(out), in_(in) {}

  std::vector<GroupRate> rates(const PatternGroups& groups, Streams&, Diagnostics& diagnostics) const override {
    const auto selected = selected_groups(common_, groups, diagnostics);
    if (selected.empty() || !check_size(common_, groups.size(), 4, diagnostics)) return {};
    if (selected.size() % 2 != 0) {
      diagnostics.error(common_.loc, "pattern.odd-groups",
                        fmt::format("{} takes groups in pairs, but {} {} selected", common_.owner, selected.size(),
                                    selected.size() == 1 ? "is" : "are"),
                        "choose an even number of groups with 'select'");
      return {};
    }
    const std::size_t pairs = selected.size() / 2;
    const auto cycles = static_cast<std::uint64_t>(common_.timing.count);
    warn_without_turn(common_, groups, selected, 2 * std::min<std::uint64_t>(cycles, pairs), diagnostics);
    const auto positions = turn_positions(groups, selected);
    std::vector<GroupRate> result;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      const auto position = positions[group];
      const bool fades_in = position && *position % 2 == 1;
      const RatePair& rate = fades_in ? in_ : out_;
      const Drive drive = [&](RateFunctionBuilder& builder, std::int64_t cycle) {
        drive_ramp(builder, common_.timing, cycle, ramp_, rate.from_hz, rate.to_hz);
      };
      const std::optional<std::size_t> turn = position ? std::optional(*position / 2) : std::nullopt;
      result.push_back(whole_group(groups, group, cycle_train(common_, pairs, turn, drive)));
    }
    return result;
  }

 private:
  CommonSettings common_;
  RampTimes ramp_;
  RatePair out_;
  RatePair in_;
};

std::unique_ptr<const Pattern> make(Fields& fields, const PatternDefaults& defaults) {
  const auto on_ps = read_on_time(fields);
  auto common = read_common(fields, defaults, on_ps);
  const RampTimes ramp = read_ramp(fields, on_ps);
  RatePair out;
  out.from_hz = fields.rate_hz("rates.out.from");
  out.to_hz = fields.rate_hz("rates.out.to");
  RatePair in;
  in.from_hz = fields.rate_hz("rates.in.from");
  in.to_hz = fields.rate_hz("rates.in.to");
  return std::make_unique<FadePattern>(std::move(common), ramp, out, in);
}

}  // namespace

extern const PatternKind kFadePattern;
const PatternKind kFadePattern{
    {"fade", "Pairs of groups take turns, one pair a cycle: the first fades out while the second fades in.", 1,
     kFields},
    make};

}  // namespace stimgen
