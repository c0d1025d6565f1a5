// What all patterns share: the keys that several have, taking turns, and the walk over cycles that makes a rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "pattern/cycles.hpp"

namespace stimgen {

// ---- rows of the kinds' tables --------------------------------------------------------------------------------------

inline constexpr FieldDoc kOnTimeField{"on_time", "time", "s", "", "How long the on-time of a cycle is.", "1 s"};
inline constexpr FieldDoc kFitField{"fit",
                                    "choice:cycle|on_time",
                                    "",
                                    "cycle",
                                    "How many cycles there are: 'cycle' takes as many whole cycles as fit before "
                                    "'stop', 'on_time' also a last one whose "
                                    "off-time does not fit.",
                                    "cycle"};
inline constexpr FieldDoc kBurstField{"rates.burst", "rate", "Hz", "", "The rate of a driven group.", "50 Hz"};
inline constexpr FieldDoc kRampStartField{
    "ramp.start", "time", "s", "0 s", "When the change begins, from the start of the on-time.", "0.2 s"};
inline constexpr FieldDoc kRampStopField{
    "ramp.stop", "time", "s", "<the end of the on-time>", "When the change is complete, from the start of the on-time.",
    "0.8 s"};

// ---- settings -------------------------------------------------------------------------------------------------------

struct SelectedGroup {
  std::int64_t index = 0;
  std::string label;  // instead of the index, unless it is empty
  SourceLoc loc;
};

struct CommonSettings {
  CycleTiming timing;
  double off_hz = 0;
  double silent_hz = 0;
  std::optional<std::vector<SelectedGroup>> select;  // absent: all groups, in order
  std::string owner;
  SourceLoc loc;
};

// Reads the keys of pattern_common_fields() but for `type`, `assemblies`, `process` and `stream`, which are
// read_pattern()'s, and `fit`.
CommonSettings read_common(Fields& fields, const PatternDefaults& defaults, std::optional<std::int64_t> on_ps);
// `on_time`, which must be longer than 0; nullopt after an error.
std::optional<std::int64_t> read_on_time(Fields& fields);

// The part of the on-time in which a rate changes.
struct RampTimes {
  std::int64_t start_ps = 0;
  std::int64_t stop_ps = 0;
};
RampTimes read_ramp(Fields& fields, std::optional<std::int64_t> on_ps);

// ---- from settings to rates -----------------------------------------------------------------------------------------

// The groups that take part, in the order of their turns; empty after an error.
std::vector<std::size_t> selected_groups(const CommonSettings& common, const PatternGroups& groups,
                                         Diagnostics& diagnostics);
// Reports a pattern with more segments than memory should hold, all its groups together; false then.
// `borders` are the changes of rate within one cycle.
bool check_size(const CommonSettings& common, std::size_t rate_functions, std::uint64_t borders,
                Diagnostics& diagnostics);
// Warns if only the first `driven` of the selected groups ever have a turn.
void warn_without_turn(const CommonSettings& common, const PatternGroups& groups,
                       const std::vector<std::size_t>& selected, std::uint64_t driven, Diagnostics& diagnostics);

// Fills the on-time of one cycle, from its start to its end exactly.
using Drive = std::function<void(RateFunctionBuilder& builder, std::int64_t cycle)>;

// The rate of a group that is driven in every cycle c with c mod `turns` == `turn`; of one that never is, if there is
// no turn.
RateFunction cycle_train(const CommonSettings& common, std::size_t turns, std::optional<std::size_t> turn,
                         const Drive& drive);

// `from` until the ramp starts, linear to `to` until it stops, then `to` until the end of the on-time.
void drive_ramp(RateFunctionBuilder& builder, const CycleTiming& timing, std::int64_t cycle, const RampTimes& ramp,
                double from_hz, double to_hz);

// For each group its position among the selected ones.
std::vector<std::optional<std::size_t>> turn_positions(const PatternGroups& groups,
                                                       const std::vector<std::size_t>& selected);
// The GroupRate of a whole group.
GroupRate whole_group(const PatternGroups& groups, std::size_t group, RateFunction rate);

}  // namespace stimgen
