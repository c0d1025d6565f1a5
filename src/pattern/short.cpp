// `short`: within every on-time all groups are driven one after the other, each for a slot.
#include "pattern/common.hpp"

namespace stimgen {
namespace {

constexpr double kMostRounds = 1e6;

constexpr FieldDoc kFields[] = {
    kOnTimeField,
    kFitField,
    kBurstField,
    {"rounds", "number", "", "1",
     "How often all groups have a slot within one on-time, which is cut into ceil(rounds × groups) equal slots.",
     "1.5"},
};

class ShortPattern final : public Pattern {
 public:
  ShortPattern(CommonSettings common, double burst_hz, double rounds)
      : common_(std::move(common)), burst_hz_(burst_hz), rounds_(rounds) {}

  std::vector<GroupRate> rates(const PatternGroups& groups, Streams&, Diagnostics& diagnostics) const override {
    const auto selected = selected_groups(common_, groups, diagnostics);
    if (selected.empty()) return {};
    const std::uint64_t slots = ceiling_product(rounds_, selected.size());
    if (!check_size(common_, groups.size(), slots + 1, diagnostics)) return {};
    warn_without_turn(common_, groups, selected, slots, diagnostics);
    const auto positions = turn_positions(groups, selected);
    std::vector<GroupRate> result;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      const auto position = positions[group];
      const Drive drive = [&](RateFunctionBuilder& builder, std::int64_t cycle) {
        for (std::uint64_t slot = 0; slot < slots; ++slot) {
          const bool on_turn = slot % selected.size() == *position;
          builder.hold(on_turn ? burst_hz_ : common_.off_hz, slot_stop_ms(cycle, slot, slots));
        }
      };
      const std::optional<std::size_t> turn = position ? std::optional<std::size_t>(0) : std::nullopt;
      result.push_back(whole_group(groups, group, cycle_train(common_, 1, turn, drive)));
    }
    return result;
  }

 private:
  double slot_stop_ms(std::int64_t cycle, std::uint64_t slot, std::uint64_t slots) const {
    return common_.timing.at_ms(cycle, static_cast<Int128>(slot + 1) * common_.timing.on_ps,
                                static_cast<std::int64_t>(slots));
  }

  CommonSettings common_;
  double burst_hz_;
  double rounds_;
};

std::unique_ptr<const Pattern> make(Fields& fields, const PatternDefaults& defaults) {
  auto common = read_common(fields, defaults, read_on_time(fields));
  const double burst_hz = fields.rate_hz("rates.burst");
  const std::size_t errors_before = fields.diagnostics().error_count();
  const double rounds = fields.number("rounds");
  if (fields.diagnostics().error_count() == errors_before && !(rounds > 0 && rounds <= kMostRounds)) {
    fields.error("rounds", "recipe.out-of-range", "'rounds' must be above 0 and at most 1000000");
  }
  return std::make_unique<ShortPattern>(std::move(common), burst_hz, rounds);
}

}  // namespace

extern const PatternKind kShortPattern;
const PatternKind kShortPattern{
    {"short", "In every on-time the groups are driven one after the other, each for an equal slot.", 1, kFields}, make};

}  // namespace stimgen
