// `join`: the nodes of the group on turn switch on one sub-group after the other, or leave that way (`quit`).
#include "pattern/common.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include "base/random.hpp"

namespace stimgen {
namespace {

constexpr std::uint64_t kMostSteps = 1'000'000;

constexpr FieldDoc kFields[] = {
    kOnTimeField,
    kFitField,
    {"rates.on", "rate", "Hz", "", "The rate of a node that has joined.", "50 Hz"},
    {"rates.waiting", "rate", "Hz", "<rates.silent>", "The rate of a driven group's nodes while they have not joined.",
     "2 Hz"},
    {"steps", "count", "", "20", "In how many sub-groups of nearly equal size the nodes join.", "20"},
    {"ramp.start", "time", "s", "0 s",
     "When the steps begin, from the start of the on-time: the first sub-group joins; of 'quit' the first leaves one "
     "step later.",
     "0.25 s"},
    {"ramp.stop", "time", "s", "<the end of the on-time>",
     "When the steps end, from the start of the on-time: the last sub-group joins one step, (ramp.stop − "
     "ramp.start)/steps, before it; of 'quit' the last leaves at it.",
     "0.75 s"},
    {"direction", "choice:join|quit", "", "join",
     "'join': sub-groups switch on one by one; 'quit': the mirror image, all are on and the last to join leaves first.",
     "quit"},
    {"low", "fraction", "", "0", "The share of a group's nodes that is on from the first step.", "0.1"},
    {"high", "fraction", "", "1", "The share of a group's nodes that is on in the end; the rest keeps waiting.", "0.8"},
    {"order", "choice:random|node_id", "", "random",
     "Who joins first: 'random' (drawn from seeds.network) or 'node_id' (ascending).", "node_id"},
};

struct JoinSettings {
  double on_hz = 0;
  double waiting_hz = 0;
  std::uint64_t steps = 1;
  RampTimes ramp;
  bool quit = false;
  double low = 0;
  double high = 1;
  bool random_order = true;
};

// The ranks of a group of `size` nodes in which sub-group k joins: near equal parts of what lies between the shares low
// and high, spread evenly over the steps; the first also holds the share low.
class JoinCut {
 public:
  JoinCut(const JoinSettings& settings, std::uint64_t size)
      : low_(nearest_share(settings.low, size)), high_(nearest_share(settings.high, size)), steps_(settings.steps) {}

  std::uint64_t begin(std::uint64_t k) const { return k == 0 ? 0 : border(k); }
  std::uint64_t end(std::uint64_t k) const { return border(k + 1); }
  std::uint64_t taking_part() const { return high_; }
  std::uint64_t joining() const { return high_ - low_; }

 private:
  std::uint64_t border(std::uint64_t k) const {
    return low_ + static_cast<std::uint64_t>(static_cast<Int128>(high_ - low_) * static_cast<Int128>(k) /
                                             static_cast<Int128>(steps_));
  }

  std::uint64_t low_;
  std::uint64_t high_;
  std::uint64_t steps_;
};

class JoinPattern final : public Pattern {
 public:
  JoinPattern(CommonSettings common, const JoinSettings& settings) : common_(std::move(common)), settings_(settings) {}

  std::vector<GroupRate> rates(const PatternGroups& groups, Streams& streams, Diagnostics& diagnostics) const override {
    const auto selected = selected_groups(common_, groups, diagnostics);
    if (selected.empty()) return {};
    std::size_t functions = 0;
    for (const auto& ids : groups.node_ids) functions += std::min<std::size_t>(ids.size(), settings_.steps + 1);
    if (!check_size(common_, functions, 3, diagnostics)) return {};
    warn_without_turn(common_, groups, selected, static_cast<std::uint64_t>(common_.timing.count), diagnostics);
    warn_without_joiners(groups, selected, diagnostics);
    warn_of_empty_steps(groups, selected, diagnostics);
    const auto positions = turn_positions(groups, selected);
    std::vector<GroupRate> result;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      append_group(groups, group, selected.size(), positions[group], streams, result);
    }
    return result;
  }

 private:
  void append_group(const PatternGroups& groups, std::size_t group, std::size_t turns, std::optional<std::size_t> turn,
                    Streams& streams, std::vector<GroupRate>& result) const {
    const std::vector<NodeId> ranked = ranked_nodes(groups.node_ids[group], streams, group);
    const JoinCut cut(settings_, ranked.size());
    const auto append = [&](std::uint64_t k, std::uint64_t begin, std::uint64_t end, const Drive& drive) {
      if (begin == end) return;
      GroupRate part;
      part.group = group;
      part.subgroup = static_cast<std::size_t>(k);
      part.node_ids.assign(ranked.begin() + static_cast<std::ptrdiff_t>(begin),
                           ranked.begin() + static_cast<std::ptrdiff_t>(end));
      std::sort(part.node_ids.begin(), part.node_ids.end());
      part.rate = cycle_train(common_, turns, turn, drive);
      result.push_back(std::move(part));
    };
    for (std::uint64_t k = 0; k < settings_.steps; ++k) {
      append(k, cut.begin(k), cut.end(k),
             [&](RateFunctionBuilder& builder, std::int64_t cycle) { drive_part(builder, cycle, k); });
    }
    append(settings_.steps, cut.taking_part(), ranked.size(), [&](RateFunctionBuilder& builder, std::int64_t cycle) {
      builder.hold(settings_.waiting_hz, common_.timing.on_stop_ms(cycle));
    });
  }

  // In the order of joining. It depends on the group alone, not on which groups are selected.
  std::vector<NodeId> ranked_nodes(std::span<const NodeId> ids, Streams& streams, std::size_t group) const {
    std::vector<NodeId> ranked(ids.begin(), ids.end());
    if (!settings_.random_order) return ranked;
    RandomStream stream(streams.key(Purpose::join), group);
    for (std::size_t i = 0; i + 1 < ranked.size(); ++i) {
      const std::uint64_t step = stream.next_below(ranked.size() - i);
      std::swap(ranked[i], ranked[i + static_cast<std::size_t>(step)]);
    }
    return ranked;
  }

  void drive_part(RateFunctionBuilder& builder, std::int64_t cycle, std::uint64_t k) const {
    const CycleTiming& timing = common_.timing;
    const std::uint64_t step = settings_.quit ? settings_.steps - k : k;
    const auto steps = static_cast<std::int64_t>(settings_.steps);
    const Int128 switch_ps = static_cast<Int128>(settings_.ramp.start_ps) * steps +
                             static_cast<Int128>(step) * (settings_.ramp.stop_ps - settings_.ramp.start_ps);
    builder.hold(settings_.quit ? settings_.on_hz : settings_.waiting_hz, timing.at_ms(cycle, switch_ps, steps));
    builder.hold(settings_.quit ? settings_.waiting_hz : settings_.on_hz, timing.on_stop_ms(cycle));
  }

  void warn_without_joiners(const PatternGroups& groups, const std::vector<std::size_t>& selected,
                            Diagnostics& diagnostics) const {
    for (const std::size_t group : selected) {
      if (JoinCut(settings_, groups.node_ids[group].size()).taking_part() > 0) continue;
      diagnostics.warning(common_.loc, "pattern.nobody-joins",
                          fmt::format("{}: in group '{}' of {} no node takes part, since 'high' of it rounds to 0",
                                      common_.owner, printable(groups.labels[group]), groups.node_ids[group].size()),
                          "raise 'high' or make the groups larger");
    }
  }

  // Once, for the smallest group.
  void warn_of_empty_steps(const PatternGroups& groups, const std::vector<std::size_t>& selected,
                           Diagnostics& diagnostics) const {
    const auto joining = [&](std::size_t group) { return JoinCut(settings_, groups.node_ids[group].size()).joining(); };
    const auto fewer = [&](std::size_t a, std::size_t b) { return joining(a) < joining(b); };
    const std::size_t group = *std::min_element(selected.begin(), selected.end(), fewer);
    const std::uint64_t nodes = joining(group);
    if (nodes == 0 || nodes >= settings_.steps) return;
    diagnostics.warning(
        common_.loc, "pattern.empty-steps",
        fmt::format("{}: in group '{}' {} join{} in {} steps, so some steps do nothing", common_.owner,
                    printable(groups.labels[group]), counted(nodes, "node"), nodes == 1 ? "s" : "", settings_.steps),
        fmt::format("write 'steps: {}', or make the groups larger", nodes));
  }

  CommonSettings common_;
  JoinSettings settings_;
};

std::unique_ptr<const Pattern> make(Fields& fields, const PatternDefaults& defaults) {
  const auto on_ps = read_on_time(fields);
  auto common = read_common(fields, defaults, on_ps);
  JoinSettings settings;
  settings.ramp = read_ramp(fields, on_ps);
  settings.on_hz = fields.rate_hz("rates.on");
  settings.waiting_hz = fields.optional_rate_hz("rates.waiting").value_or(common.silent_hz);
  settings.steps = fields.count("steps");
  if (settings.steps > kMostSteps) {
    fields.error("steps", "recipe.out-of-range", fmt::format("'steps' must be at most {}", kMostSteps));
  }
  settings.quit = fields.choice("direction") == "quit";
  const std::size_t errors_before = fields.diagnostics().error_count();
  settings.low = fields.fraction("low");
  settings.high = fields.fraction("high");
  if (fields.diagnostics().error_count() == errors_before && settings.low >= settings.high) {
    fields.error(fields.has("low") ? "low" : "high", "pattern.wrong-shares",
                 fmt::format("'low' is {} and must be below 'high', which is {}", format_number(settings.low),
                             format_number(settings.high)));
  }
  settings.random_order = fields.choice("order") == "random";
  return std::make_unique<JoinPattern>(std::move(common), settings);
}

}  // namespace

extern const PatternKind kJoinPattern;
const PatternKind kJoinPattern{
    {"join",
     "Groups take turns, one a cycle: the nodes of the group on turn switch on, or off, sub-group by sub-group.", 1,
     kFields},
    make};

}  // namespace stimgen
